/**
 * Fewer register bits by moving single variables: for problems whose minimum takes too long.
 *
 * Each variable is moved between the stages that its neighbours leave, backwards and forwards in turn, wherever that
 * lowers the register bits; where they stay equal it sinks to its users on the way back. Every pass keeps the schedule
 * valid and none adds bits. Single moves cannot carry a group over a hill, so this ends at no minimum in general.
 */
import { LAST_STAGE, packRows, registerBits } from './problem.ts';
import type { RetimingProblem, Rows } from './problem.ts';
import { finishTimes } from './timing.ts';

/** Most pairs of passes; the first few save nearly everything. */
const MAX_PASSES = 6;

/** Improve a valid assignment; gives a new one. */
export function improveByLocalMoves(
  problem: RetimingProblem,
  delays: Float64Array,
  budget: number,
  start: Int32Array,
  last: number,
): Int32Array {
  const { count, operands, sources, bits, users, ends } = problem;
  const stages = start.slice();
  const consumers = inverse(operands, count);
  const valuesAt = inverse(
    { starts: Int32Array.from({ length: sources.length + 1 }, (_, k) => k), items: sources },
    count,
  );
  const valuesReadBy = inverse(users, count);
  const isEnd = new Uint8Array(count);
  for (const end of ends) isEnd[end] = 1;
  /** Earliest finish of each variable within its stage, and the latest that its consumers leave it. */
  let early = finishTimes(problem, delays, stages);
  const late = new Float64Array(count).fill(budget);

  const fits = (v: number, stage: number): boolean => {
    let from = 0;
    for (let k = operands.starts[v]!; k < operands.starts[v + 1]!; k += 1) {
      const operand = operands.items[k]!;
      if (stages[operand] === stage) from = Math.max(from, early[operand]!);
    }
    return from + delays[v]! <= latest(v, stage);
  };
  const latest = (v: number, stage: number): number => {
    let time = budget;
    for (let k = consumers.starts[v]!; k < consumers.starts[v + 1]!; k += 1) {
      const consumer = consumers.items[k]!;
      if (stages[consumer] === stage) time = Math.min(time, late[consumer]! - delays[consumer]!);
    }
    return time;
  };
  /** Last stage in which a value is needed by others than `except`. */
  const lastUse = (value: number, except: number): number => {
    let end = stages[sources[value]!]!;
    for (let k = users.starts[value]!; k < users.starts[value + 1]!; k += 1) {
      const user = users.items[k]!;
      if (user !== except) end = Math.max(end, user === LAST_STAGE ? last : stages[user]!);
    }
    return end;
  };
  const move = (v: number, sinks: boolean): void => {
    let lowest = 0;
    for (let k = operands.starts[v]!; k < operands.starts[v + 1]!; k += 1) {
      lowest = Math.max(lowest, stages[operands.items[k]!]!);
    }
    let highest = isEnd[v] === 1 ? last : Infinity;
    for (let k = consumers.starts[v]!; k < consumers.starts[v + 1]!; k += 1) {
      highest = Math.min(highest, stages[consumers.items[k]!]!);
    }
    if (lowest >= highest || highest === Infinity) return;
    let own = 0;
    for (let k = valuesAt.starts[v]!; k < valuesAt.starts[v + 1]!; k += 1) {
      const value = valuesAt.items[k]!;
      if (users.starts[value + 1]! > users.starts[value]!) own += bits[value]!;
    }
    const read: [bits: number, until: number][] = [];
    for (let k = valuesReadBy.starts[v]!; k < valuesReadBy.starts[v + 1]!; k += 1) {
      const value = valuesReadBy.items[k]!;
      read.push([bits[value]!, lastUse(value, v)]);
    }
    const cost = (stage: number): number =>
      read.reduce((sum, [width, until]) => sum + width * Math.max(0, stage - until), -own * stage);
    let chosen = stages[v]!;
    let least = cost(chosen);
    for (let stage = lowest; stage <= highest; stage += 1) {
      const found = cost(stage);
      if ((found < least || (found === least && sinks && stage > chosen)) && fits(v, stage))
        [chosen, least] = [stage, found];
    }
    stages[v] = chosen;
  };

  let before = registerBits(problem, stages, last);
  for (let pass = 0; pass < MAX_PASSES; pass += 1) {
    for (let v = count - 1; v > 0; v -= 1) {
      move(v, true);
      late[v] = latest(v, stages[v]!);
    }
    early = finishTimes(problem, delays, stages);
    const after = registerBits(problem, stages, last);
    if (after === before) break;
    before = after;
  }
  return stages;
}

/** For every number that stands in rows, the rows in which it stands. */
function inverse({ starts, items }: Rows, count: number): Rows {
  const rows: number[][] = Array.from({ length: count }, () => []);
  for (let row = 0; row + 1 < starts.length; row += 1) {
    for (let k = starts[row]!; k < starts[row + 1]!; k += 1) if (items[k]! >= 0) rows[items[k]!]!.push(row);
  }
  return packRows(rows);
}
