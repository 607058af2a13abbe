/**
 * From a constant matrix to an adder graph: the kernel as signed digits, shared pairs, then narrow sums.
 *
 * Several forms of the problem are tried, the kernel itself and its column trees of some depths, and the better ones
 * again with disturbed scores; the cheapest graph is kept. The number of tries follows from the size of the matrix, not
 * from a clock, so that the same matrix gives the same graph everywhere.
 *
 * Limits: coefficients and sums below 2^51; terms of large matrices are paired within blocks of rows only, which keeps
 * time and memory proportional to the number of weights.
 */
import { UnsupportedError, ValueError, ShapeError } from '../../errors.ts';
import type { AdderGraph, AdderOutput, InputRange } from './adder-graph.ts';
import { checkAdderGraph } from './check.ts';
import { columnTree, type ColumnTree } from './column-differences.ts';
import { unitNoise } from './noise.ts';
import { countPairs, type PairCounts } from './pair-counts.ts';
import { type Decision, type OpenSum, packTerm, type SharingOptions, sharePairs, unpackTerm } from './share-pairs.ts';
import { countSignedDigits, signedDigits } from './signed-digits.ts';
import { addUp } from './sum-tree.ts';
import { startValues, type Term, type Values, valueWidth } from './values.ts';

export interface AdderOptions {
  /**
   * Adder levels allowed beyond the least possible depth, an integer of at least 0 or Infinity.
   * @defaultValue Infinity
   */
  readonly extraDepth?: number;
  /**
   * How long to search: 0 tries each form of the problem once, 1 also disturbs the best ones, and higher numbers do so
   * that many times as often.
   * @defaultValue 1
   */
  readonly effort?: number;
}

/** Pairs of terms that are counted at once; more terms are shared block by block. */
const PAIRS_AT_ONCE = 6e6;
/** Pairs that all tries together may count, for an effort of 1: some seconds. */
const PAIRS_OF_ALL_TRIES = 5e6;
const MOST_TRIES = 40;
/** Depths of column trees that are tried, and those that are tried for large matrices. */
const TREE_DEPTHS = [1, 2, 3, 4, Infinity] as const;
const FEW_TREE_DEPTHS = [1, Infinity] as const;
/** Pairs beyond which a matrix counts as large. */
const MANY_PAIRS = 4e5;
/** Of matrices that are paired in blocks a tree is built only if its share of the kernel's digits is at most this. */
const PROMISING = 0.8;
/** Columns beyond which no trees are grown: their time is quadratic. */
const MOST_TREE_COLUMNS = 256;
const NOISE = 0.02;
/** Shares of the decisions that a try forgets, in turn. */
const FORGOTTEN = [0.05, 0.1, 0.02] as const;
/** Coefficients and sums stay exact as numbers. */
const LARGEST = 2 ** 51;
/** Deeper sums are never needed. */
const UNLIMITED_DEPTH = 48;

/** Terms of one output. */
type Sum = readonly Term[];

/** The kernel as one sum per output, or as sums of sums. */
interface Form {
  readonly depth: number;
  readonly tree?: ColumnTree;
  /** What is summed first: the columns, or their differences; all tries start from it. */
  readonly first: Task;
}

/** Sums, the depth that they may have, and their pairs, counted once. */
interface Task {
  readonly sums: readonly Sum[];
  readonly depth: number;
  /** Undefined where pairs are counted block by block. */
  readonly counts?: PairCounts;
}

/**
 * Find an adder graph for y_j = Σ_i x_i · kernel[i][j].
 *
 * @param kernel integers, one row per input
 * @param inputs ranges of the inputs, one per row
 * @throws ShapeError if rows and inputs differ in number or rows in length, ValueError for what is no integer or no
 * range, UnsupportedError for sums that can reach 2^51
 */
export function optimizeAdders(
  kernel: readonly (readonly number[])[],
  inputs: readonly InputRange[],
  options: AdderOptions = {},
): AdderGraph {
  checkProblem(kernel, inputs, options);
  const columns = distinctColumns(kernel);
  if (columns.kept.length === 0) {
    return { inputs, adders: [], outputs: columns.source.map(() => ({ value: -1, shift: 0, negative: false })) };
  }
  const { effort = 1, extraDepth = Infinity } = options;
  const forms = formsOf(columns.kept, extraDepth);
  const first = forms.map((form) => build(inputs, form, { seed: 0, noise: 0 })).toSorted((p, q) => p.bits - q.bits);
  const tries = Math.min(MOST_TRIES, Math.floor(PAIRS_OF_ALL_TRIES / pairCount(columns.kept))) * effort;
  const graph = graphOf(improve(inputs, first, tries), columns, inputs);
  checkAdderGraph(graph, kernel);
  return graph;
}

/**
 * Iterated greedy search: take the best graph, forget some of its shared pairs, and choose again with disturbed scores.
 *
 * Source: R. Ruiz and T. Stützle, "A simple and effective iterated greedy algorithm", Eur. J. Oper. Res. 177 (2007).
 */
function improve(inputs: readonly InputRange[], ranked: readonly Attempt[], tries: number): Attempt {
  // The runner-up has a chance too: it may be the better start.
  const contenders = ranked.slice(0, 2);
  for (let seed = 1; seed <= tries; seed++) {
    const place = seed % 4 === 0 ? contenders.length - 1 : 0;
    const start = contenders[place]!;
    const forgotten = FORGOTTEN[seed % FORGOTTEN.length]!;
    const replay = start.decisions.filter((_, k) => Math.abs(unitNoise(k, -seed)) >= forgotten);
    const made = build(inputs, start.form, { seed, noise: NOISE, replay });
    if (made.bits <= start.bits) contenders[place] = made;
    contenders.sort((p, q) => p.bits - q.bits);
  }
  return contenders[0]!;
}

function checkProblem(
  kernel: readonly (readonly number[])[],
  inputs: readonly InputRange[],
  { extraDepth = 0, effort = 0 }: AdderOptions,
): void {
  if (kernel.length !== inputs.length || kernel.length === 0) {
    throw new ShapeError(
      `A kernel of ${kernel.length} rows has ${inputs.length} inputs; it needs one per row, at least 1.`,
    );
  }
  const width = kernel[0]!.length;
  const reach = new Float64Array(width);
  kernel.forEach((row, i) => {
    const { lo, hi } = inputs[i]!;
    if (row.length !== width)
      throw new ShapeError(`Row ${i} of the kernel has ${row.length} columns, the first ${width}.`);
    if (!(Number.isSafeInteger(lo) && Number.isSafeInteger(hi) && lo <= hi)) {
      throw new ValueError(`Input ${i} has the range ${lo} to ${hi}; it must be two integers in order.`);
    }
    row.forEach((weight, j) => {
      if (!Number.isSafeInteger(weight)) {
        throw new ValueError(`kernel[${i}][${j}] is ${weight}, must be an integer below 2^53 in magnitude.`);
      }
      reach[j]! += Math.abs(weight) * Math.max(Math.abs(lo), Math.abs(hi), 1);
    });
  });
  const wide = reach.findIndex((value) => value >= LARGEST);
  if (wide >= 0) {
    throw new UnsupportedError(`Output ${wide} of the kernel can reach ${reach[wide]}; adder graphs go up to 2^51.`);
  }
  if (!(extraDepth >= 0 && (extraDepth === Infinity || Number.isInteger(extraDepth)))) {
    throw new ValueError(`extraDepth is ${extraDepth}, must be an integer of at least 0 or Infinity.`);
  }
  if (!(effort >= 0 && Number.isFinite(effort))) throw new ValueError(`effort is ${effort}, must be at least 0.`);
}

/** Columns without factors ± 2^n, each once. */
interface DistinctColumns {
  readonly kept: readonly (readonly number[])[];
  /** For each output its column among `kept` (−1 for zeros), and the factor that was taken out. */
  readonly source: readonly { readonly column: number; readonly shift: number; readonly negative: boolean }[];
}

function distinctColumns(kernel: readonly (readonly number[])[]): DistinctColumns {
  const kept: number[][] = [];
  const known = new Map<string, number>();
  const source = kernel[0]!.map((_, j) => {
    const column = kernel.map((row) => row[j]!);
    const leading = column.find((weight) => weight !== 0);
    if (leading === undefined) return { column: -1, shift: 0, negative: false };
    let shift = 0;
    while (column.every((weight) => weight % 2 ** (shift + 1) === 0)) shift++;
    // Of a column and its negative, which gives the same graph, the first to come is built.
    const factor = 2 ** shift;
    const plain = column.map((weight) => weight / factor);
    const key = (sign: number): string => plain.map((weight) => sign * weight || 0).join();
    const same = known.get(key(1));
    if (same !== undefined) return { column: same, shift, negative: false };
    const opposite = known.get(key(-1));
    if (opposite !== undefined) return { column: opposite, shift, negative: true };
    known.set(key(1), kept.length);
    return { column: kept.push(plain) - 1, shift, negative: false };
  });
  return { kept, source };
}

const digitCount = (column: readonly number[]): number =>
  column.reduce((sum, weight) => sum + countSignedDigits(weight), 0);

const totalDigits = (columns: readonly (readonly number[])[]): number =>
  columns.reduce((sum, column) => sum + digitCount(column), 0);

/** Pairs of terms in all sums. */
const pairCount = (columns: readonly (readonly number[])[]): number =>
  columns.reduce((sum, column) => sum + digitCount(column) ** 2 / 2, 0);

/** Least depth of a sum of so many terms of depth 0. */
const leastDepth = (terms: number): number => Math.ceil(Math.log2(Math.max(1, terms)));

/** The ways to state the problem that a depth allows. */
function formsOf(columns: readonly (readonly number[])[], extraDepth: number): Form[] {
  const least = Math.max(...columns.map((column) => leastDepth(digitCount(column))));
  const depth = Math.min(UNLIMITED_DEPTH, least + extraDepth);
  const forms: Form[] = [{ depth, first: digitTask(columns, depth) }];
  if (columns.length < 2 || columns.length > MOST_TREE_COLUMNS) return forms;
  const seen = new Set<string>();
  const pairs = pairCount(columns);
  const isLarge = pairs > PAIRS_AT_ONCE;
  for (const limit of isLarge ? [Infinity] : pairs > MANY_PAIRS ? FEW_TREE_DEPTHS : TREE_DEPTHS) {
    const tree = columnTree(columns, limit);
    if (isLarge && totalDigits(tree.differences) > PROMISING * totalDigits(columns)) continue;
    const key = JSON.stringify(tree.paths);
    if (seen.has(key)) continue;
    seen.add(key);
    const allowed = differenceDepth(tree, depth);
    if (allowed !== null) forms.push({ depth, tree, first: digitTask(tree.differences, allowed) });
  }
  return forms;
}

/** Depth within which the differences must be summed so that the outputs keep theirs; null if that is impossible. */
function differenceDepth(tree: ColumnTree, depth: number): number | null {
  const longest = Math.max(...tree.paths.map((path) => path.length));
  const allowed = depth - leastDepth(longest);
  const needed = Math.max(...tree.differences.map((column) => leastDepth(digitCount(column))));
  return needed <= allowed ? allowed : null;
}

/** A graph before its outputs are named. */
interface Attempt {
  readonly form: Form;
  /** Pairs of the first sums that were shared, in order. */
  readonly decisions: readonly Decision[];
  readonly values: Values;
  readonly outputs: readonly (Term | null)[];
  readonly bits: number;
}

function build(inputs: readonly InputRange[], form: Form, options: SharingOptions): Attempt {
  const { depth, tree } = form;
  const values = startValues(inputs);
  const first = sumAll(values, form.first, options);
  let outputs = first.sums;
  if (tree !== undefined) {
    const sums = tree.paths.map((path) =>
      combined(path.map(({ difference, sign }) => ({ term: first.sums[difference]!, sign }))),
    );
    outputs = sumAll(values, { sums, depth }, { ...options, replay: [] }).sums;
  }
  // Nothing is added any more.
  values.forms.length = 0;
  let bits = 0;
  values.adders.forEach(({ shift }, k) => (bits += valueWidth(values, inputs.length + k) - shift));
  return { form, decisions: first.decisions, values, outputs, bits };
}

/** The task of summing columns of integers times the inputs. */
function digitTask(columns: readonly (readonly number[])[], depth: number): Task {
  const sums = columns.map(digitTerms);
  return { sums, depth, ...(blockCount(sums) === 1 && { counts: countPairs(sums.map(openSum)) }) };
}

const openSum = (terms: Sum, output: number): OpenSum => ({
  terms: Int32Array.from(terms, packTerm),
  length: terms.length,
  output,
});

const blockCount = (sums: readonly Sum[]): number =>
  Math.ceil(sums.reduce((total, terms) => total + terms.length ** 2 / 2, 0) / PAIRS_AT_ONCE);

const digitTerms = (column: readonly number[]): Sum =>
  column.flatMap((weight, value) => signedDigits(BigInt(weight)).map((digit) => ({ value, ...digit })));

/** Join the terms of one value. */
function combined(parts: readonly { readonly term: Term; readonly sign: number }[]): Sum {
  const factors = new Map<number, number>();
  for (const { term, sign } of parts) {
    const factor = (term.negative ? -sign : sign) * 2 ** term.shift;
    factors.set(term.value, (factors.get(term.value) ?? 0) + factor);
  }
  return [...factors].flatMap(([value, factor]) => signedDigits(BigInt(factor)).map((digit) => ({ value, ...digit })));
}

/** Cut sums into blocks of neighbouring values, about as many values in each. */
function splitByValue(sums: readonly Sum[], values: number, blocks: number): (readonly Sum[])[] {
  if (blocks === 1) return [sums];
  const parts = Array.from({ length: blocks }, () => sums.map((): Term[] => []));
  const blockOf = new Int32Array(values);
  for (let block = 0; block < blocks; block++) blockOf.fill(block, Math.floor((values * block) / blocks));
  sums.forEach((terms, output) => {
    for (const term of terms) parts[blockOf[term.value]!]![output]!.push(term);
  });
  return parts;
}

/** Share and add up, block by block of values where there are many terms. */
function sumAll(
  values: Values,
  { sums, depth, counts }: Task,
  options: SharingOptions,
): { readonly sums: (Term | null)[]; readonly decisions: readonly Decision[] } {
  const room = Float64Array.from(sums, (terms) =>
    terms.reduce((rest, { value }) => rest - 2 ** values.depth[value]!, 2 ** depth),
  );
  const blocks = blockCount(sums);
  const left: Term[][] = sums.map(() => []);
  const parts = splitByValue(sums, values.depth.length, blocks);
  const decisions: Decision[] = [];
  for (const part of parts) {
    const open = part.map(openSum);
    const found = sharePairs(values, open, room, counts === undefined ? options : { ...options, counts });
    for (const decision of found) decisions.push(decision);
    for (const { terms, length, output } of open) {
      for (let k = 0; k < length; k++) left[output]!.push(unpackTerm(terms[k]!));
    }
  }
  return { sums: left.map((terms) => addUp(values, terms, depth)), decisions };
}

/** Drop what no output reads, and name the outputs of the whole kernel. */
function graphOf({ values, outputs }: Attempt, columns: DistinctColumns, inputs: readonly InputRange[]): AdderGraph {
  const used = new Uint8Array(values.depth.length);
  for (const term of outputs) if (term !== null) used[term.value] = 1;
  for (let k = values.adders.length - 1; k >= 0; k--) {
    if (used[inputs.length + k] === 0) continue;
    used[values.adders[k]!.a] = 1;
    used[values.adders[k]!.b] = 1;
  }
  const place = new Int32Array(values.depth.length);
  let next = inputs.length;
  for (let value = 0; value < place.length; value++) {
    place[value] = value < inputs.length ? value : used[value] === 1 ? next++ : -1;
  }
  return {
    inputs,
    adders: values.adders
      .filter((_, k) => used[inputs.length + k] === 1)
      .map(({ a, b, shift, subtract }) => ({ a: place[a]!, b: place[b]!, shift, subtract })),
    outputs: columns.source.map(({ column, shift, negative }): AdderOutput => {
      const term = column < 0 ? null : outputs[column]!;
      if (term === null) return { value: -1, shift: 0, negative: false };
      return { value: place[term.value]!, shift: term.shift + shift, negative: term.negative !== negative };
    }),
  };
}
