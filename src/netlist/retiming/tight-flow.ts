/**
 * The largest gain from moving a set of variables one stage later: a maximum flow through the tight constraints.
 *
 * Constraint (tail, head, need) says stage(head) ≥ stage(tail) + need. Where it is tight, a move of the tail takes the
 * head along, so a set that may move is closed under tight constraints. Each variable has a gain per stage, positive or
 * negative; the closed set of largest gain is a minimum cut (Picard, Management Science 22, 1976): positive gains flow
 * along tight constraints into negative ones, and what cannot flow moves. The least such set is taken.
 *
 * The flow stays when the set moves and when constraints are added, since constraints with flow stay tight: the flows of
 * all moves together are one solution of the dual, a minimum-cost flow. Each is found by Dinic's blocking flows.
 */
import { constraintList } from './constraint-list.ts';

/** Level of a variable from which nothing flows on; no level is one above it. */
const UNREACHED = -2;

/** The flow over one assignment of stages, which the caller moves. */
export interface TightFlow {
  /** Add a constraint that holds now; `need` is 0 or 1. */
  addConstraint(tail: number, head: number, need: number): void;
  /** Mark the set of largest gain: 1 for its members. Gives its size, 0 if no set gains anything. */
  bestMove(isMember: Uint8Array): number;
  /** Variables and constraints looked at so far, a measure of work that is equal on every machine. */
  work(): number;
}

/**
 * Start with no constraints and no flow.
 *
 * @param gains per variable and stage, whole numbers
 * @param stages of the variables; read in place, so the caller's moves are seen
 * @param isStuck tells which variables cannot move any further
 */
export function tightFlow(gains: Int32Array, stages: Int32Array, isStuck: (variable: number) => boolean): TightFlow {
  const count = gains.length;
  const constraints = constraintList(count);
  /** Positive gain that has not flowed anywhere, and negative gain that nothing has flowed into. */
  const excess = gains.map((gain) => Math.max(0, gain));
  const room = gains.map((gain) => Math.max(0, -gain));
  const level = new Int32Array(count);
  const queue = new Int32Array(count);
  /** The next constraint to try of each variable: first those that leave it, then those that enter it. */
  const nextOut = new Int32Array(count);
  const nextIn = new Int32Array(count);
  /** The way to each variable of the path: a constraint a forwards as a, backwards as ~a. */
  const path = new Int32Array(count);
  let work = 0;

  const takes = (v: number): boolean => room[v]! > 0 || isStuck(v);

  /** Number all variables by their distance to the nearest one that takes flow; tells whether any excess gets there. */
  const findLevels = (): boolean => {
    const { outStarts, heads, flows, inStarts, inTails, inNeeds } = constraints.sorted();
    level.fill(UNREACHED);
    let reached = 0;
    let canFlow = false;
    for (let v = 0; v < count; v += 1) {
      if (!takes(v)) continue;
      level[v] = 0;
      queue[reached++] = v;
    }
    for (let at = 0; at < reached; at += 1) {
      const v = queue[at]!;
      const stage = stages[v]!;
      const further = level[v]! + 1;
      canFlow ||= excess[v]! > 0;
      nextOut[v] = outStarts[v]!;
      nextIn[v] = inStarts[v]!;
      for (let a = outStarts[v]!; a < outStarts[v + 1]!; a += 1) {
        const u = heads[a]!;
        if (level[u] !== UNREACHED || flows[a] === 0) continue;
        level[u] = further;
        queue[reached++] = u;
      }
      for (let k = inStarts[v]!; k < inStarts[v + 1]!; k += 1) {
        const u = inTails[k]!;
        if (level[u] !== UNREACHED || stage - stages[u]! !== inNeeds[k]) continue;
        level[u] = further;
        queue[reached++] = u;
      }
      work += 1 + outStarts[v + 1]! - outStarts[v]! + inStarts[v + 1]! - inStarts[v]!;
    }
    return canFlow;
  };

  /** Send as much as possible from one variable along shortest paths. */
  const send = (source: number): void => {
    const { outStarts, heads, tails, needs, flows, inStarts, inTails, inOuts } = constraints.sorted();
    let v = source;
    let length = 0;
    while (excess[source]! > 0) {
      work += 1;
      if (level[v] === 0 && takes(v)) {
        const hasNoLimit = isStuck(v);
        let amount = hasNoLimit ? excess[source]! : Math.min(excess[source]!, room[v]!);
        for (let k = 0; k < length; k += 1) if (path[k]! < 0) amount = Math.min(amount, flows[~path[k]!]!);
        excess[source]! -= amount;
        if (!hasNoLimit) room[v]! -= amount;
        let full = length;
        for (let k = length - 1; k >= 0; k -= 1) {
          const a = path[k]!;
          if (a >= 0) flows[a]! += amount;
          else if ((flows[~a]! -= amount) === 0) full = k;
        }
        work += length;
        // Go on from the first constraint that is used up, or from here.
        if (full < length) {
          v = heads[~path[full]!]!;
          length = full;
        }
        continue;
      }
      const nearer = level[v]! - 1;
      const stage = stages[v]!;
      let a = nextOut[v]!;
      while (a < outStarts[v + 1]! && !(level[heads[a]!] === nearer && stages[heads[a]!]! - stage === needs[a])) a += 1;
      nextOut[v] = a;
      if (a < outStarts[v + 1]!) {
        path[length++] = a;
        v = heads[a]!;
        continue;
      }
      let k = nextIn[v]!;
      while (k < inStarts[v + 1]! && !(level[inTails[k]!] === nearer && flows[inOuts[k]!]! > 0)) k += 1;
      nextIn[v] = k;
      if (k < inStarts[v + 1]!) {
        path[length++] = ~inOuts[k]!;
        v = inTails[k]!;
        continue;
      }
      // A dead end: nothing more goes through here in this round.
      level[v] = UNREACHED;
      if (length === 0) return;
      const back = path[--length]!;
      v = back >= 0 ? tails[back]! : heads[~back]!;
    }
  };

  /** Mark everything that takes part in a move of what has excess. */
  const markMembers = (isMember: Uint8Array): number => {
    const { outStarts, heads, needs, flows, inStarts, inTails, inOuts } = constraints.sorted();
    isMember.fill(0);
    let reached = 0;
    for (let v = 0; v < count; v += 1) {
      if (excess[v] === 0) continue;
      isMember[v] = 1;
      queue[reached++] = v;
    }
    for (let at = 0; at < reached; at += 1) {
      const v = queue[at]!;
      const stage = stages[v]!;
      for (let a = outStarts[v]!; a < outStarts[v + 1]!; a += 1) {
        const u = heads[a]!;
        if (isMember[u] === 1 || stages[u]! - stage !== needs[a]) continue;
        isMember[u] = 1;
        queue[reached++] = u;
      }
      for (let k = inStarts[v]!; k < inStarts[v + 1]!; k += 1) {
        const u = inTails[k]!;
        if (isMember[u] === 1 || flows[inOuts[k]!] === 0) continue;
        isMember[u] = 1;
        queue[reached++] = u;
      }
      work += 1 + outStarts[v + 1]! - outStarts[v]! + inStarts[v + 1]! - inStarts[v]!;
    }
    return reached;
  };

  return {
    addConstraint: constraints.add,
    bestMove: (isMember) => {
      while (findLevels()) {
        for (let v = 0; v < count; v += 1) if (excess[v]! > 0 && level[v] !== UNREACHED) send(v);
      }
      return markMembers(isMember);
    },
    work: () => work,
  };
}
