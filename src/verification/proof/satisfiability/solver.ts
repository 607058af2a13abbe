/**
 * A solver of propositional satisfiability: does any assignment of the variables make every clause true?
 *
 * Search with learning of clauses from conflicts (CDCL), after MiniSat (N. Eén and N. Sörensson, "An extensible
 * SAT-solver", SAT 2003): propagation by two watched literals, decisions by activity, the value that a variable had
 * last as its first guess (K. Pipatsrisawat and A. Darwiche, SAT 2007), clauses learned at the first unique implication
 * point and freed of implied literals (N. Sörensson and A. Biere, "Minimizing learned clauses", SAT 2009), restarts in
 * Luby's sequence, and deletion of learned clauses that span many decision levels (G. Audemard and L. Simon,
 * "Predicting learnt clauses quality", IJCAI 2009).
 *
 * The same calls give the same answers and the same number of conflicts, on any machine: nothing here looks at a clock
 * or at random numbers. It writes no certificate of unsatisfiability.
 */
import { ValueError } from '../../../errors.ts';
import { clauseStore, HEADER } from './clause-store.ts';
import { variableOrder } from './variable-order.ts';

export type Verdict = 'satisfiable' | 'unsatisfiable' | 'unknown';

/** Stateful: clauses can be added between two searches, and what a search has learned stays. */
export interface SatSolver {
  /** Conflicts of all searches so far. */
  readonly conflicts: number;
  /** Make the next variable: 1, 2, … */
  newVariable(): number;
  /**
   * Demand that at least one literal is true: `v` for variable v, `−v` for its negation.
   *
   * @throws ValueError if a literal is of no variable
   */
  addClause(literals: readonly number[]): void;
  /**
   * Search for an assignment that makes all clauses true.
   *
   * @param conflictLimit most conflicts of this search, at least 0; one more makes the verdict 'unknown'
   * @param assumptions literals that have to be true in this search only
   * @defaultValue assumptions: none
   * @throws ValueError if the limit is negative or not a number, or a literal is of no variable
   */
  solve(conflictLimit: number, assumptions?: readonly number[]): Verdict;
  /**
   * Value of a variable in the assignment that the last search found.
   *
   * @throws ValueError if the last verdict is not 'satisfiable', or the variable was not there
   */
  value(variable: number): boolean;
}

/** Conflicts until the first restart, times Luby's sequence. */
const RESTART_UNIT = 64;

/** Learned clauses to keep at first, and how much more are kept after each deletion. */
const FIRST_KEPT = 2000;
const MORE_KEPT = 500;

const NONE = -1;

/** Start without variables and clauses. */
export function satSolver(): SatSolver {
  const order = variableOrder();
  const store = clauseStore();
  const { watchers } = store;
  // By literal: 1 true, −1 false, 0 open.
  let values = new Int8Array(64);
  // By variable: value that it had last, decision level, clause that implied it.
  let phases = new Uint8Array(32);
  let levels = new Int32Array(32);
  let reasons = new Int32Array(32);
  let seen = new Uint8Array(32);
  let trail = new Int32Array(32);
  let variables = 0;
  let trailLength = 0;
  let propagated = 0;
  /** Length of the trail at each decision. */
  const decisions: number[] = [];
  let contradictory = false;
  let conflicts = 0;
  let kept = FIRST_KEPT;
  let model: Int8Array | undefined;
  // Room of `analyze`: variables to unmark, literals to follow, decision levels of the learned clause.
  const marked: number[] = [];
  const pending: number[] = [];
  const spanned = new Set<number>();
  watchers.push([], []);

  function newVariable(): number {
    variables += 1;
    if (variables >= levels.length) {
      values = grown(values, Int8Array);
      phases = grown(phases, Uint8Array);
      levels = grown(levels, Int32Array);
      reasons = grown(reasons, Int32Array);
      seen = grown(seen, Uint8Array);
      trail = grown(trail, Int32Array);
    }
    watchers.push([], []);
    order.add();
    return variables;
  }

  /** Make a literal true. */
  function assign(literal: number, reason: number): void {
    const variable = literal >> 1;
    values[literal] = 1;
    values[literal ^ 1] = -1;
    levels[variable] = decisions.length;
    // What holds for ever is never explained; its reason may be deleted.
    reasons[variable] = decisions.length === 0 ? NONE : reason;
    trail[trailLength++] = literal;
  }

  /** Our literal for one from outside. */
  function checked(literal: number): number {
    if (!Number.isInteger(literal) || literal === 0 || Math.abs(literal) > variables)
      throw new ValueError(`Solver: literal ${literal} is of no variable; there are variables 1 to ${variables}.`);
    return literal > 0 ? 2 * literal : -2 * literal + 1;
  }

  function addClause(given: readonly number[]): void {
    const wanted = new Set(given.map(checked));
    if (contradictory) return;
    // Between searches all that is assigned holds for ever.
    for (const literal of wanted) if (values[literal]! > 0 || wanted.has(literal ^ 1)) return;
    const clause = [...wanted].filter((literal) => values[literal] === 0);
    if (clause.length > 1) store.add(clause, 0);
    else if (clause.length === 1) assign(clause[0]!, NONE);
    else contradictory = true;
  }

  /** Follow all implications; the clause that became false, or NONE. */
  function propagate(): number {
    const literals = store.literals();
    while (propagated < trailLength) {
      const falsified = trail[propagated++]! ^ 1;
      const list = watchers[falsified]!;
      const length = list.length;
      let to = 0;
      let from = 0;
      let conflict = NONE;
      nextWatcher: while (from < length) {
        const clause = list[from]!;
        const other = list[from + 1]!;
        from += 2;
        if (values[other]! > 0) {
          list[to++] = clause;
          list[to++] = other;
          continue;
        }
        const start = clause + HEADER;
        if (literals[start] === falsified) {
          literals[start] = literals[start + 1]!;
          literals[start + 1] = falsified;
        }
        const first = literals[start]!;
        if (first !== other && values[first]! > 0) {
          list[to++] = clause;
          list[to++] = first;
          continue;
        }
        for (let k = start + 2, end = start + literals[clause]!; k < end; k += 1) {
          const candidate = literals[k]!;
          if (values[candidate]! < 0) continue;
          literals[start + 1] = candidate;
          literals[k] = falsified;
          watchers[candidate]!.push(clause, first);
          continue nextWatcher;
        }
        list[to++] = clause;
        list[to++] = first;
        if (values[first] === 0) assign(first, clause);
        else {
          conflict = clause;
          break;
        }
      }
      while (from < length) list[to++] = list[from++]!;
      list.length = to;
      if (conflict !== NONE) return conflict;
    }
    return NONE;
  }

  /** Take back all decisions above a level. */
  function backtrack(level: number): void {
    if (decisions.length <= level) return;
    const length = decisions[level]!;
    for (let k = trailLength - 1; k >= length; k -= 1) {
      const literal = trail[k]!;
      values[literal] = 0;
      values[literal ^ 1] = 0;
      phases[literal >> 1] = (literal & 1) ^ 1;
      order.insert(literal >> 1);
    }
    trailLength = length;
    propagated = length;
    decisions.length = level;
  }

  /** Mark a variable as seen for this conflict. */
  function mark(variable: number): void {
    seen[variable] = 1;
    marked.push(variable);
  }

  /**
   * Resolve the conflict with the reasons of its newest literals, until one literal of the newest level is left: the
   * first unique implication point. It comes first in the learned clause, a literal of the level to go back to second.
   */
  function analyze(conflict: number): number[] {
    const literals = store.literals();
    const clause = [0];
    let open = 0;
    let reason = conflict;
    let index = trailLength;
    let point = NONE;
    do {
      for (let k = reason + HEADER, end = k + literals[reason]!; k < end; k += 1) {
        const literal = literals[k]!;
        const variable = literal >> 1;
        if (seen[variable] === 1 || levels[variable] === 0) continue;
        mark(variable);
        order.bump(variable);
        if (levels[variable] === decisions.length) open += 1;
        else clause.push(literal);
      }
      do index -= 1;
      while (seen[trail[index]! >> 1] === 0);
      point = trail[index]!;
      reason = reasons[point >> 1]!;
      open -= 1;
    } while (open > 0);
    clause[0] = point ^ 1;
    const short = clause.filter((literal, k) => k === 0 || !isImplied(literal));
    for (const variable of marked) seen[variable] = 0;
    marked.length = 0;
    for (let k = 2; k < short.length; k += 1)
      if (levels[short[k]! >> 1]! > levels[short[1]! >> 1]!) [short[1], short[k]] = [short[k]!, short[1]!];
    return short;
  }

  /** Tell whether the other literals of the learned clause imply this one, through any number of reasons. */
  function isImplied(literal: number): boolean {
    if (reasons[literal >> 1] === NONE) return false;
    const literals = store.literals();
    const before = marked.length;
    pending.length = 0;
    pending.push(literal >> 1);
    for (let from = pending.pop(); from !== undefined; from = pending.pop()) {
      const reason = reasons[from]!;
      for (let k = reason + HEADER, end = k + literals[reason]!; k < end; k += 1) {
        const variable = literals[k]! >> 1;
        if (variable === from || seen[variable] === 1 || levels[variable] === 0) continue;
        if (reasons[variable] === NONE) {
          // A decision outside the clause: what was marked on the way here is not implied either.
          while (marked.length > before) seen[marked.pop()!] = 0;
          return false;
        }
        mark(variable);
        pending.push(variable);
      }
    }
    return true;
  }

  /** Number of decision levels that a clause spans. */
  function levelDistance(clause: readonly number[]): number {
    spanned.clear();
    for (const literal of clause) spanned.add(levels[literal >> 1]!);
    return spanned.size;
  }

  /** Go back as far as the learned clause implies its first literal, and imply it. */
  function learn(clause: readonly number[]): void {
    const distance = levelDistance(clause);
    backtrack(clause.length > 1 ? levels[clause[1]! >> 1]! : 0);
    assign(clause[0]!, clause.length > 1 ? store.add(clause, distance) : NONE);
    order.decay();
  }

  /** Delete learned clauses, and follow those that are reasons to where they moved. */
  function forget(): void {
    const isInUse = (clause: number): boolean => {
      const first = store.literals()[clause + HEADER]!;
      return values[first]! > 0 && reasons[first >> 1] === clause;
    };
    const placeOf = store.deleteLearned(isInUse);
    for (let k = 0; k < trailLength; k += 1) {
      const variable = trail[k]! >> 1;
      if (reasons[variable] !== NONE) reasons[variable] = placeOf(reasons[variable]!);
    }
    kept += MORE_KEPT;
  }

  /** Assign the next open assumption or the most active open variable, or tell why there is nothing to decide. */
  function decide(assumptions: readonly number[]): Verdict {
    while (decisions.length < assumptions.length) {
      const wanted = assumptions[decisions.length]!;
      if (values[wanted]! < 0) return 'unsatisfiable';
      // One level for each assumption, though it be empty: levels are how many of them are done.
      decisions.push(trailLength);
      if (values[wanted] === 0) {
        assign(wanted, NONE);
        return 'unknown';
      }
    }
    let variable = order.take();
    while (variable !== 0 && values[2 * variable] !== 0) variable = order.take();
    if (variable === 0) return 'satisfiable';
    decisions.push(trailLength);
    assign(2 * variable + (phases[variable]! ^ 1), NONE);
    return 'unknown';
  }

  /** Search until a verdict; 'unknown' at `restart` conflicts, or at the first one beyond `last`. */
  function search(restart: number, last: number, assumptions: readonly number[]): Verdict {
    for (;;) {
      const conflict = propagate();
      if (conflict !== NONE) {
        contradictory = decisions.length === 0;
        if (contradictory) return 'unsatisfiable';
        if (conflicts === last) return 'unknown';
        conflicts += 1;
        learn(analyze(conflict));
        continue;
      }
      if (conflicts >= restart) return 'unknown';
      if (store.learnedCount() > kept) forget();
      const verdict = decide(assumptions);
      if (verdict !== 'unknown') return verdict;
    }
  }

  function solve(conflictLimit: number, assumptions: readonly number[] = []): Verdict {
    if (!(conflictLimit >= 0)) throw new ValueError(`Conflict limit: ${conflictLimit} is not a number of at least 0.`);
    const wanted = assumptions.map(checked);
    model = undefined;
    if (contradictory) return 'unsatisfiable';
    const last = conflicts + Math.floor(conflictLimit);
    for (let round = 0; ; round += 1) {
      const restart = conflicts + RESTART_UNIT * luby(round);
      const verdict = search(restart, last, wanted);
      if (verdict === 'satisfiable') model = values.slice(0, 2 * variables + 2);
      backtrack(0);
      // Whoever reaches a restart may go on, even at the limit: as far as the next conflict.
      if (verdict !== 'unknown' || conflicts < restart) return verdict;
    }
  }

  function value(variable: number): boolean {
    const found = model?.[2 * variable];
    if (found === undefined || found === 0)
      throw new ValueError(`Variable ${variable} has no value; only a 'satisfiable' search gives variables values.`);
    return found > 0;
  }

  return {
    get conflicts() {
      return conflicts;
    },
    newVariable,
    addClause,
    solve,
    value,
  };
}

/** Twice as long a copy. */
function grown<T extends Int8Array | Uint8Array | Int32Array>(old: T, kind: new (length: number) => T): T {
  const larger = new kind(2 * old.length);
  larger.set(old);
  return larger;
}

/** Luby's sequence 1, 1, 2, 1, 1, 2, 4, …, from index 0 (M. Luby et al., Inf. Proc. Letters 47, 1993). */
function luby(index: number): number {
  let rest = index + 1;
  for (;;) {
    // Elements 1 … 2^k − 1 are one block that ends with 2^(k−1).
    const block = 2 ** (32 - Math.clz32(rest));
    if (rest === block - 1) return block / 2;
    rest -= block / 2 - 1;
  }
}
