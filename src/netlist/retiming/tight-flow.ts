/**
 * The largest gain from moving a set of variables one stage later: a maximum flow through the tight constraints.
 *
 * Constraint (tail, head, need) says stage(head) ≥ stage(tail) + need. Where it is tight, a move of the tail takes the
 * head along, so a set that may move is closed under tight constraints. Each variable has a gain per stage, positive or
 * negative; the closed set of largest gain is a minimum cut (Picard 1976): positive gains flow along tight constraints
 * into negative ones, and what is left over moves. The least such set is taken.
 *
 * The flow stays when the set moves and when constraints are added, since constraints with flow stay tight: the flows of
 * all moves together are one solution of the dual, a minimum-cost flow. Each flow is found with Dinic's blocking flows.
 */

const UNREACHED = -1;

/** The flow over one assignment of stages, which the caller moves. */
export interface TightFlow {
  /** Add a constraint that holds now. */
  addConstraint(tail: number, head: number, need: number): void;
  /** Mark the set of largest gain: 1 for its members. Gives its size, 0 if no set gains anything. */
  bestMove(isMember: Uint8Array): number;
  /** Steps done so far, a measure of work that is equal on every machine. */
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
  /** Positive gain that has not flowed anywhere, and negative gain that nothing has flowed into. */
  const excess = gains.map((gain) => Math.max(0, gain));
  const room = gains.map((gain) => Math.max(0, -gain));
  // Half-edges 2a and 2a + 1 are constraint a forwards and backwards, in a list per variable.
  let to = new Int32Array(4 * count);
  let next = new Int32Array(4 * count);
  let flow = new Int32Array(2 * count);
  let needs = new Uint8Array(2 * count);
  let edges = 0;
  const first = new Int32Array(count).fill(-1);
  const current = new Int32Array(count);
  const level = new Int32Array(count);
  const queue = new Int32Array(count);
  const path = new Int32Array(count);
  let steps = 0;

  const grow = (): void => {
    const larger = <T extends Int32Array | Uint8Array>(old: T, made: T): T => {
      made.set(old);
      return made;
    };
    to = larger(to, new Int32Array(2 * to.length));
    next = larger(next, new Int32Array(2 * next.length));
    flow = larger(flow, new Int32Array(2 * flow.length));
    needs = larger(needs, new Uint8Array(2 * needs.length));
  };
  /** Whether anything can still flow along a half-edge. */
  const isOpen = (edge: number): boolean =>
    (edge & 1) === 1 ? flow[edge >> 1]! > 0 : stages[to[edge]!]! - stages[to[edge ^ 1]!]! === needs[edge >> 1];
  const takes = (v: number): boolean => room[v]! > 0 || isStuck(v);

  /** Distance of every variable to the nearest one that takes flow; tells whether any excess can get there. */
  const findLevels = (): boolean => {
    level.fill(UNREACHED);
    let end = 0;
    let isReached = false;
    for (let v = 0; v < count; v += 1) {
      if (!takes(v)) continue;
      level[v] = 0;
      queue[end++] = v;
    }
    for (let at = 0; at < end; at += 1) {
      const v = queue[at]!;
      if (excess[v]! > 0) isReached = true;
      for (let edge = first[v]!; edge >= 0; edge = next[edge]!) {
        const u = to[edge]!;
        if (level[u] !== UNREACHED || !isOpen(edge ^ 1)) continue;
        level[u] = level[v]! + 1;
        queue[end++] = u;
      }
      steps += 1;
    }
    return isReached;
  };

  /** Send as much as possible from one variable along shortest paths. */
  const send = (source: number): void => {
    let v = source;
    let length = 0;
    while (excess[source]! > 0) {
      steps += 1;
      if (level[v] === 0 && takes(v)) {
        let amount = excess[source]!;
        if (!isStuck(v)) amount = Math.min(amount, room[v]!);
        for (let k = 0; k < length; k += 1) {
          const edge = path[k]!;
          if ((edge & 1) === 1) amount = Math.min(amount, flow[edge >> 1]!);
        }
        excess[source]! -= amount;
        if (!isStuck(v)) room[v]! -= amount;
        let full = length;
        for (let k = length - 1; k >= 0; k -= 1) {
          const edge = path[k]!;
          if ((edge & 1) === 0) flow[edge >> 1]! += amount;
          else if ((flow[edge >> 1]! -= amount) === 0) full = k;
        }
        steps += length;
        // Go on from the first half-edge that is used up, or from here.
        if (full < length) {
          v = to[path[full]! ^ 1]!;
          length = full;
        }
        continue;
      }
      let edge = current[v]!;
      while (edge >= 0 && !(level[to[edge]!] === level[v]! - 1 && level[v]! > 0 && isOpen(edge))) edge = next[edge]!;
      current[v] = edge;
      if (edge >= 0) {
        path[length++] = edge;
        v = to[edge]!;
        continue;
      }
      // A dead end: nothing more goes through here in this round.
      level[v] = UNREACHED;
      if (length === 0) return;
      v = to[path[--length]! ^ 1]!;
    }
  };

  const maximise = (): void => {
    while (findLevels()) {
      current.set(first);
      for (let v = 0; v < count; v += 1) if (excess[v]! > 0 && level[v] !== UNREACHED) send(v);
    }
  };

  return {
    addConstraint: (tail, head, need) => {
      if (edges + 2 > to.length) grow();
      to[edges] = head;
      to[edges + 1] = tail;
      next[edges] = first[tail]!;
      next[edges + 1] = first[head]!;
      first[tail] = edges;
      first[head] = edges + 1;
      needs[edges >> 1] = need;
      edges += 2;
    },
    bestMove: (isMember) => {
      maximise();
      isMember.fill(0);
      let end = 0;
      for (let v = 0; v < count; v += 1) {
        if (excess[v]! === 0) continue;
        isMember[v] = 1;
        queue[end++] = v;
      }
      for (let at = 0; at < end; at += 1) {
        for (let edge = first[queue[at]!]!; edge >= 0; edge = next[edge]!) {
          const u = to[edge]!;
          if (isMember[u] === 1 || !isOpen(edge)) continue;
          isMember[u] = 1;
          queue[end++] = u;
        }
        steps += 1;
      }
      return end;
    },
    work: () => steps,
  };
}
