/**
 * The stage assignment of fewest register bits for a budget and a last stage, exactly.
 *
 * The cost is a sum of bits times differences of stages, so moving sets of variables one stage later, each time the set
 * that saves most, ends at the minimum (steepest descent on an L♮-convex function: Murota, "Discrete Convex Analysis",
 * 2003; for retiming: Wang and Zhou, "An efficient incremental algorithm for min-area retiming", DAC 2008). It starts at
 * the earliest schedule, below which no schedule lies, and takes at most as many moves as there are stages. `tightFlow`
 * finds the sets.
 *
 * A value of several users has a mirror variable that no user may pass, as in Leiserson and Saxe ("Retiming synchronous
 * circuitry", Algorithmica 6, 1991), whose registers are shared by all. Their period constraints (of two variables with
 * more than the budget between them, the later stands at least one stage after the other) are as many as pairs of
 * variables; here one is added when a move would break it, together with those of the same end.
 */
import { improveByLocalMoves } from './local-moves.ts';
import { LAST_STAGE } from './problem.ts';
import type { RetimingProblem } from './problem.ts';
import { tightFlow } from './tight-flow.ts';
import type { TightFlow } from './tight-flow.ts';
import { finishTimes } from './timing.ts';

/** Most variables looked at in search of the constraints that one variable breaks. */
const SEARCH_LIMIT = 256;

export interface MinimumRegisters {
  readonly stages: Int32Array;
  /** Whether the minimum was reached before the limit of work. */
  readonly isMinimum: boolean;
  /** Variables and constraints looked at. */
  readonly work: number;
}

/**
 * Find the assignment of fewest register bits.
 *
 * @param delays of the variables, as stretched for the budget
 * @param earliest the earliest stages for this budget; their ends do not stand after `last`
 * @param workLimit variables and constraints looked at after which the search stops; single moves then improve what it has
 */
export function minimumRegisters(
  problem: RetimingProblem,
  delays: Float64Array,
  budget: number,
  earliest: Int32Array,
  last: number,
  workLimit: number,
): MinimumRegisters {
  const { count, operands } = problem;
  const { gains, mirrors } = gainsOf(problem);
  const stages = new Int32Array(gains.length);
  stages.set(earliest);
  mirrors.forEach((value, k) => {
    let end = 0;
    forUsers(problem, value, (user) => (end = Math.max(end, stages[user]!)));
    stages[count + k] = end;
  });
  const isEnd = new Uint8Array(gains.length);
  for (const end of problem.ends) isEnd[end] = 1;
  const flow = tightFlow(gains, stages, (v) => isEnd[v] === 1 && stages[v] === last);
  for (let v = 1; v < count; v += 1) {
    for (let k = operands.starts[v]!; k < operands.starts[v + 1]!; k += 1) {
      if (operands.items[k] !== 0) flow.addConstraint(operands.items[k]!, v, 0);
    }
  }
  mirrors.forEach((value, k) => forUsers(problem, value, (user) => flow.addConstraint(user, count + k, 0)));

  const isMember = new Uint8Array(gains.length);
  const moved = new Int32Array(gains.length);
  const search = brokenPeriods(problem, delays, budget);
  while (flow.work() < workLimit) {
    const size = flow.bestMove(isMember);
    if (size === 0) return { stages: stages.slice(0, count), isMinimum: true, work: flow.work() };
    for (let v = 0; v < moved.length; v += 1) moved[v] = stages[v]! + isMember[v]!;
    if (search(moved, flow) === 0) stages.set(moved);
  }
  const improved = improveByLocalMoves(problem, delays, budget, stages.subarray(0, count), last);
  return { stages: improved, isMinimum: false, work: flow.work() };
}

/** Bits saved per stage that a variable moves later; values of several users get a mirror variable. */
function gainsOf(problem: RetimingProblem): { gains: Int32Array; mirrors: number[] } {
  const { count, sources, bits, users } = problem;
  const mirrors: number[] = [];
  const own = new Int32Array(count);
  for (let value = 0; value < sources.length; value += 1) {
    const from = users.starts[value]!;
    const to = users.starts[value + 1]!;
    if (from === to) continue;
    own[sources[value]!]! += bits[value]!;
    if (users.items.subarray(from, to).includes(LAST_STAGE)) continue;
    if (to - from === 1) own[users.items[from]!]! -= bits[value]!;
    else mirrors.push(value);
  }
  const gains = new Int32Array(count + mirrors.length);
  gains.set(own);
  // The ground cannot move: what it would save is nothing.
  gains[0] = 0;
  mirrors.forEach((value, k) => (gains[count + k] = -bits[value]!));
  return { gains, mirrors };
}

function forUsers({ users }: RetimingProblem, value: number, visit: (user: number) => void): void {
  for (let k = users.starts[value]!; k < users.starts[value + 1]!; k += 1) visit(users.items[k]!);
}

/** Makes a search that adds to a flow the period constraints that a move breaks, and counts them. */
function brokenPeriods(
  problem: RetimingProblem,
  delays: Float64Array,
  budget: number,
): (stages: Int32Array, flow: TightFlow) => number {
  const { count, operands } = problem;
  const longest = new Float64Array(count);
  const isSeen = new Uint8Array(count);

  /** Constrain the variables from which the way to `end` is longer than the budget, but not from any later one. */
  const constrain = (end: number, stages: Int32Array, finish: Float64Array, flow: TightFlow): number => {
    const seen = [end];
    const open = [end];
    longest[end] = delays[end]!;
    isSeen[end] = 1;
    let found = 0;
    // The slowest path is followed first, so something is found before the limit matters.
    for (let visits = 0; open.length > 0 && (found === 0 || visits < SEARCH_LIMIT); visits += 1) {
      const v = open.pop()!;
      const way = longest[v]!;
      let slowest = -1;
      for (let k = operands.starts[v]!; k < operands.starts[v + 1]!; k += 1) {
        const operand = operands.items[k]!;
        // What even the latest finish leaves enough time for breaks nothing.
        if (stages[operand] !== stages[end] || finish[operand]! + way <= budget) continue;
        const longer = way + delays[operand]!;
        if (isSeen[operand] === 1 && longer <= longest[operand]!) continue;
        if (isSeen[operand] === 0) {
          isSeen[operand] = 1;
          seen.push(operand);
        }
        if (longer > budget) {
          if (longest[operand]! <= budget) found += 1;
        } else {
          if (slowest < 0 || finish[operand]! > finish[slowest]!) {
            if (slowest >= 0) open.push(slowest);
            slowest = operand;
          } else open.push(operand);
        }
        longest[operand] = longer;
      }
      if (slowest >= 0) open.push(slowest);
    }
    for (const v of seen) {
      if (longest[v]! > budget) flow.addConstraint(v, end, 1);
      longest[v] = 0;
      isSeen[v] = 0;
    }
    return found;
  };

  return (stages, flow) => {
    const finish = finishTimes(problem, delays, stages);
    let added = 0;
    for (let v = 1; v < count; v += 1) {
      if (finish[v]! <= budget) continue;
      let isFirst = true;
      for (let k = operands.starts[v]!; k < operands.starts[v + 1]!; k += 1) {
        const operand = operands.items[k]!;
        if (stages[operand] === stages[v] && finish[operand]! > budget) isFirst = false;
      }
      if (isFirst) added += constrain(v, stages, finish, flow);
    }
    return added;
  };
}
