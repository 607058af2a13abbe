/**
 * When variables finish within their stages, and the earliest stages that a budget allows.
 *
 * A variable starts when its operands of the same stage have finished, or at 0 when all of them come from registers.
 */
import type { RetimingProblem } from './problem.ts';

/** Delay under a budget: stretched so that at most `maxOps` variables that take time fit into one stage. */
export function stretchedDelays(delays: Float64Array, budget: number, maxOps: number | undefined): Float64Array {
  if (maxOps === undefined) return delays;
  const least = Math.floor(budget / maxOps);
  return delays.map((delay) => (delay > 0 ? Math.max(delay, least) : 0));
}

/**
 * Put every variable into its earliest stage; every delay must be within the budget. No schedule for the budget has any
 * variable in an earlier stage.
 */
export function earliestStages({ count, operands }: RetimingProblem, delays: Float64Array, budget: number): Int32Array {
  const stages = new Int32Array(count);
  const finish = new Float64Array(count);
  for (let v = 1; v < count; v += 1) {
    let stage = 0;
    let start = 0;
    for (let k = operands.starts[v]!; k < operands.starts[v + 1]!; k += 1) {
      const operand = operands.items[k]!;
      if (stages[operand]! > stage) [stage, start] = [stages[operand]!, finish[operand]!];
      else if (stages[operand] === stage) start = Math.max(start, finish[operand]!);
    }
    const fits = start + delays[v]! <= budget;
    stages[v] = fits ? stage : stage + 1;
    finish[v] = fits ? start + delays[v]! : delays[v]!;
  }
  return stages;
}

/** The stage in which the last of the ends stands. */
export function lastStage({ ends }: RetimingProblem, stages: Int32Array): number {
  let last = 0;
  for (const end of ends) last = Math.max(last, stages[end]!);
  return last;
}

/** When each variable finishes within its stage, in the units of `delays`. */
export function finishTimes(
  { count, operands }: RetimingProblem,
  delays: Float64Array,
  stages: Int32Array,
): Float64Array {
  const finish = new Float64Array(count);
  for (let v = 0; v < count; v += 1) {
    let start = 0;
    for (let k = operands.starts[v]!; k < operands.starts[v + 1]!; k += 1) {
      const operand = operands.items[k]!;
      if (stages[operand] === stages[v] && finish[operand]! > start) start = finish[operand]!;
    }
    finish[v] = start + delays[v]!;
  }
  return finish;
}
