/**
 * Whether the low bits of two forms are equal for all inputs: the rules beyond the normal form.
 *
 * Both forms are cut at sums that they have in common, nearest first. As functions of one sum they are compared for every
 * value of it, or, where there are too many, by a search for a differing assignment of bits; as functions of several values
 * by that search alone. A cut can only lose knowledge, never invent it: what is equal behind a cut is equal.
 */
import { evaluateExpressions } from './evaluate-expression.ts';
import { absolute, evaluateColumns } from './evaluate-columns.ts';
import type { Column } from './evaluate-columns.ts';
import { expressionWriter } from './expression.ts';
import type { Expression } from './expression.ts';
import { expressionWords } from './expression-words.ts';
import { contentOf, isConstant, operandsOf, signPlace } from './forms/index.ts';
import type { Atom, Form, FormStore, Linear } from './forms/index.ts';
import { andGraph, equalWords, inputWord, rangeOf, satisfy, wrapWord } from './satisfiability/index.ts';

export type EqualityMethod = 'enumeration' | 'satisfiability';

export interface Bounds {
  /** Most values of a variable that are tried one by one. */
  readonly enumeratedCodes: number;
  /** Most conflicts of one search. */
  readonly conflicts: number;
  /** Most bits of all variables of a search. */
  readonly searchedBits: number;
}

export const DEFAULT_BOUNDS: Bounds = { enumeratedCodes: 1 << 16, conflicts: 100_000, searchedBits: 160 };

/** Bounds for equalities that help a proof but are not claimed: little patience. */
export function hastyBounds(bounds: Bounds): Bounds {
  return { ...bounds, conflicts: Math.min(bounds.conflicts, 5000), searchedBits: Math.min(bounds.searchedBits, 96) };
}

export type Decision =
  | { readonly result: 'equal'; readonly method: EqualityMethod }
  /** The forms differ where a sum has a value, which no input need give it. */
  | { readonly result: 'differ'; readonly variables: readonly Linear[]; readonly values: readonly bigint[] }
  | { readonly result: 'open' };

/** Most sums of a form that are looked at as cuts. */
const MOST_CUTS = 48;
/** Most vectors that are tried where all inputs are; each is a run of the whole design. */
const MOST_VECTORS = 1 << 16;
/** Conflicts of a search at one cut where all inputs can be tried instead. */
const SMALL_CONFLICTS = 500;
/** Cuts at which two forms may be found to differ before they are taken for different. */
const MOST_DIFFERENCES = 3;
/** Most cuts at sums that only one of the forms spells out. */
const MOST_ONE_SIDED_CUTS = 4;
/** Low bits that are compared in doubles. */
const EXACT_BITS = 52;
/** The same for the values of variables. */
const EXACT_PLACES = BigInt(EXACT_BITS);
/** Most codes that are compared one by one in whole numbers of any size. */
const MOST_EXACT_CODES = 4096;

/** Decide whether the low `width` bits of two forms are equal. */
export function decideEqual(store: FormStore, a: Form, b: Form, width: number, bounds: Bounds): Decision {
  const inputs = inputsOf(a, b).map((atom) => store.ofAtom(atom).linear);
  const all = { ...bounds, enumeratedCodes: Math.min(bounds.enumeratedCodes, MOST_VECTORS) };
  const isSmall = inputs.length > 0 && allAssignments(inputs, all.enumeratedCodes) !== undefined;
  // Where all inputs can be tried, a long search at a cut is a waste.
  const patience = isSmall ? { ...bounds, conflicts: Math.min(bounds.conflicts, SMALL_CONFLICTS) } : bounds;
  let differing: Decision | undefined;
  let differences = 0;
  for (const variable of commonSums(store, a, b)) {
    const decision = decideOver(store, [variable], a, b, width, patience);
    if (decision.result === 'equal') return decision;
    if (decision.result !== 'differ') continue;
    differing ??= decision;
    // A value at which they differ may be out of reach, which a cut further back can show; but not at every cut.
    if (isSmall || ++differences === MOST_DIFFERENCES) break;
  }
  if (isSmall) {
    const decision = decideOver(store, inputs, a, b, width, all);
    if (decision.result !== 'open') return decision;
  }
  const shared = sharedAtoms(a, b).map((atom) => store.ofAtom(atom).linear);
  if (shared.length > 1) {
    const decision = decideOver(store, shared, a, b, width, bounds);
    if (decision.result === 'equal') return decision;
    if (decision.result === 'differ') differing ??= decision;
  }
  return differing ?? { result: 'open' };
}

/** Inputs that two forms depend on. */
function inputsOf(a: Form, b: Form): readonly Atom[] {
  return [...atomsBelow([a, b])].filter(({ meaning }) => meaning.kind === 'input').toSorted((p, q) => p.id - q.id);
}

/** All atoms that forms depend on. */
function atomsBelow(forms: readonly Form[]): ReadonlySet<Atom> {
  const all = new Set<Atom>();
  const stack = [...forms];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    for (const atom of next.linear.atoms) {
      if (all.has(atom)) continue;
      all.add(atom);
      stack.push(...operandsOf(atom));
    }
  }
  return all;
}

/** Tell whether two forms read a sum in common, so that a cut at it may decide between them. */
export function shareSum(store: FormStore, a: Form, b: Form): boolean {
  const sums = sumsWithin(store, a);
  return sumsWithin(store, b).some((sum) => sums.includes(sum));
}

/** Sums without factor and sign at which to cut: those in both forms, then those of the one and of the other, nearest first. */
function commonSums(store: FormStore, a: Form, b: Form): readonly Linear[] {
  const [first, second] = [sumsWithin(store, a), sumsWithin(store, b)];
  const both = first.filter((sum) => second.includes(sum));
  // The second is what is expected: its sums are those of the model, of which the other may have only floors.
  const oneSided = [second, first].flatMap((sums) =>
    sums.filter((sum) => !both.includes(sum)).slice(0, MOST_ONE_SIDED_CUTS),
  );
  return [...both, ...oneSided];
}

function sumsWithin(store: FormStore, form: Form): readonly Linear[] {
  const found = new Set<Linear>();
  const queue: Form[] = [];
  const seen = new Set<Atom>();
  const expand = (of: Form): void => {
    for (const atom of of.linear.atoms) {
      if (seen.has(atom)) continue;
      seen.add(atom);
      queue.push(...operandsOf(atom));
    }
  };
  expand(form);
  for (let next = queue.shift(); next !== undefined && found.size < MOST_CUTS; next = queue.shift()) {
    if (!isConstant(next)) found.add(primitiveSum(store, next.linear));
    expand(next);
  }
  return [...found];
}

function primitiveSum(store: FormStore, { atoms, coefficients }: Linear): Linear {
  const content = contentOf(coefficients);
  const factor = coefficients[0]! < 0n ? -content : content;
  return store.linear(
    atoms,
    coefficients.map((c) => c / factor),
  );
}

/** Atoms on which both forms depend, not looking below the first that they share. */
function sharedAtoms(a: Form, b: Form): readonly Atom[] {
  const others = atomsBelow([b]);
  const shared = new Set<Atom>();
  const seen = new Set<Atom>();
  const stack = [a];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    for (const atom of next.linear.atoms) {
      if (seen.has(atom)) continue;
      seen.add(atom);
      if (others.has(atom)) shared.add(atom);
      else stack.push(...operandsOf(atom));
    }
  }
  return [...shared];
}

function decideOver(
  store: FormStore,
  variables: readonly Linear[],
  a: Form,
  b: Form,
  width: number,
  bounds: Bounds,
): Decision {
  const write = expressionWriter(store, variables);
  const first = write(a);
  const second = first && write(b);
  if (first === undefined || second === undefined) return { result: 'open' };
  const pair = [first, second] as const;
  const columns = allAssignments(variables, bounds.enumeratedCodes);
  if (columns !== undefined) {
    const decision = enumerate(variables, columns, pair, width);
    if (decision !== undefined) return decision;
  }
  return search(variables, pair, width, bounds);
}

/**
 * All assignments of some variables, the first of them fastest; undefined where there are more than `most`, or where
 * doubles do not hold the values.
 */
function allAssignments(variables: readonly Linear[], most: number): readonly Column[] | undefined {
  let count = 1n;
  for (const { lo, hi } of variables) {
    count *= hi - lo + 1n;
    if (count > BigInt(most) || absolute(lo) >> EXACT_PLACES !== 0n || absolute(hi) >> EXACT_PLACES !== 0n)
      return undefined;
  }
  let period = 1;
  return variables.map(({ lo, hi }) => {
    const values = new Float64Array(Number(count));
    const [first, size] = [Number(lo), Number(hi - lo) + 1];
    for (let k = 0; k < values.length; k++) values[k] = first + (Math.floor(k / period) % size);
    period *= size;
    const bound = absolute(lo) > absolute(hi) ? absolute(lo) : absolute(hi);
    return { values, bound };
  });
}

function enumerate(
  variables: readonly Linear[],
  columns: readonly Column[],
  pair: readonly [Expression, Expression],
  width: number,
): Decision | undefined {
  const count = columns[0]!.values.length;
  const series = width <= EXACT_BITS ? evaluateColumns(pair, columns) : undefined;
  if (series === undefined && count > MOST_EXACT_CODES) return undefined;
  const unit = 2 ** width;
  const assignment = (k: number): bigint[] => columns.map(({ values }) => BigInt(values[k]!));
  const differs = (k: number): boolean => {
    if (series !== undefined) return (series[0]![k]! - series[1]![k]!) % unit !== 0;
    const [x, y] = evaluateExpressions(pair, assignment(k));
    return BigInt.asUintN(width, x! - y!) !== 0n;
  };
  for (let k = 0; k < count; k++) {
    if (differs(k)) return { result: 'differ', variables, values: assignment(k) };
  }
  return { result: 'equal', method: 'enumeration' };
}

function search(
  variables: readonly Linear[],
  pair: readonly [Expression, Expression],
  width: number,
  { conflicts, searchedBits }: Bounds,
): Decision {
  const widths = variables.map(({ lo, hi }) => signPlace(lo, hi) + 1);
  if (widths.reduce((sum, bits) => sum + bits, 0) > searchedBits) return { result: 'open' };
  const graph = andGraph();
  const words = widths.map((bits) => inputWord(graph, bits));
  const sides = expressionWords(graph, pair, words);
  if (sides === undefined) return { result: 'open' };
  const equal = equalWords(graph, wrapWord(sides[0]!, width), wrapWord(sides[1]!, width));
  const inRange = variables.map(({ lo, hi }, k) => rangeOf(graph, words[k]!, lo, hi)).reduce((p, q) => graph.and(p, q));
  const found = satisfy(graph, graph.and(inRange, equal ^ 1), conflicts);
  if (found.result === 'unsatisfiable') return { result: 'equal', method: 'satisfiability' };
  if (found.result === 'unknown') return { result: 'open' };
  const values = words.map((word) =>
    BigInt.asIntN(
      word.length,
      word.reduce((sum, literal, k) => sum + (found.inputs.get(literal) ? 1n << BigInt(k) : 0n), 0n),
    ),
  );
  return { result: 'differ', variables, values };
}
