/**
 * Clauses in one array of integers, and for each literal the list of clauses that watch it.
 *
 * A clause is a number: where its header starts. Two integers of header (length, and level distance or 0) come before
 * its literals. The first two literals are the watched ones. A clause watches a literal to hear when it becomes false;
 * as long as neither is false nothing has to be done for it (M. Moskewicz et al., "Chaff", DAC 2001). Beside each
 * watching clause stands one other literal of it: if that one is true, the clause need not be read at all.
 *
 * Literals are 2 · variable + (1 if negated).
 */

/** Integers of a clause before its literals. */
export const HEADER = 2;

/** Stateful. */
export interface ClauseStore {
  /** Watchers of each literal: pairs (clause, other literal). The search moves them. */
  readonly watchers: number[][];
  /** The array that clauses lie in; another one after `add` or `deleteLearned`. */
  literals(): Int32Array;
  /** Store a clause of two or more literals; a level distance of 0 says that it was given and is for ever. */
  add(clause: readonly number[], levelDistance: number): number;
  /** Number of learned clauses. */
  learnedCount(): number;
  /**
   * Delete about half of the learned clauses: those that span the most decision levels, the longer and older of equals.
   * Clauses of level distance 2 stay, and so do those in use.
   *
   * @returns where each kept clause has moved to
   */
  deleteLearned(isInUse: (clause: number) => boolean): (clause: number) => number;
}

/** Start without clauses. */
export function clauseStore(): ClauseStore {
  const watchers: number[][] = [];
  let arena = new Int32Array(1024);
  let end = 0;
  let learned: number[] = [];

  function watch(clause: number): void {
    const first = arena[clause + HEADER]!;
    const second = arena[clause + HEADER + 1]!;
    watchers[first]!.push(clause, second);
    watchers[second]!.push(clause, first);
  }

  return {
    watchers,
    literals: () => arena,
    learnedCount: () => learned.length,
    add(clause, levelDistance) {
      const at = end;
      end += HEADER + clause.length;
      if (end > arena.length) {
        const larger = new Int32Array(2 * end);
        larger.set(arena);
        arena = larger;
      }
      arena[at] = clause.length;
      arena[at + 1] = levelDistance;
      arena.set(clause, at + HEADER);
      if (levelDistance > 0) learned.push(at);
      watch(at);
      return at;
    },
    deleteLearned(isInUse) {
      const candidates = learned.filter((clause) => arena[clause + 1]! > 2 && !isInUse(clause));
      candidates.sort((a, b) => arena[b + 1]! - arena[a + 1]! || arena[b]! - arena[a]! || a - b);
      const deleted = new Set(candidates.slice(0, learned.length >> 1));
      // Everything that stays moves down, in order; watched literals stay the first two.
      const moved = new Map<number, number>();
      let to = 0;
      for (let from = 0, next = 0; from < end; from = next) {
        const length = HEADER + arena[from]!;
        next = from + length;
        if (deleted.has(from)) continue;
        moved.set(from, to);
        arena.copyWithin(to, from, next);
        to += length;
      }
      end = to;
      learned = learned.filter((clause) => !deleted.has(clause)).map((clause) => moved.get(clause)!);
      for (const list of watchers) list.length = 0;
      for (let clause = 0; clause < end; clause += HEADER + arena[clause]!) watch(clause);
      return (clause) => {
        const place = moved.get(clause);
        if (place === undefined) throw new Error(`Clause ${clause} was deleted while in use.`);
        return place;
      };
    },
  };
}
