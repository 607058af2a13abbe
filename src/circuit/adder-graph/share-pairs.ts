/**
 * Greedy sharing: pairs of terms that occur in several sums become values of their own.
 *
 * A pair is two values, the distance of their shifts and whether their signs differ. Building it once instead of in
 * each of its n sums saves n − 1 adders of its width, and the pair that saves most bits is taken first. Terms of old
 * values never come back, so counts only fall, and the queue looks again when an entry reaches its top.
 *
 * A sum whose depth is bounded gives up terms only as long as the rest can still be added in time: terms of depths d_i
 * can be summed within depth D if Σ 2^d_i ≤ 2^D (Kraft).
 *
 * Source: R. Hartley, "Subexpression sharing in filters using canonic signed digit multipliers", IEEE Trans. CAS-II 43
 * (1996), with the width of the adder as weight.
 */
import type { Adder } from './adder-graph.ts';
import { unitNoise } from './noise.ts';
import {
  changePairs,
  closeValue,
  copyPairs,
  countPairs,
  findPair,
  limitPair,
  openValue,
  pairCount,
  pairDiffers,
  pairDistance,
  pairFirst,
  pairSecond,
  type PairCounts,
} from './pair-counts.ts';
import { addAdder, adderBits, POWERS_OF_TWO, type Term, type Values } from './values.ts';

/** Terms that may be paired with one another: a sum, or a part of one. Stateful: `terms` changes. */
export interface OpenSum {
  /** Packed terms, see `packTerm`. */
  readonly terms: Int32Array;
  length: number;
  /** The output that it is, or the one part of which that stands in this list. */
  readonly output: number;
}

const SHIFT_BITS = 7;
const MAXIMUM_SHIFT = 2 ** SHIFT_BITS - 1;

/** value, shift and sign in one number. */
export const packTerm = ({ value, shift, negative }: Term): number =>
  (value << (SHIFT_BITS + 1)) | (shift << 1) | (negative ? 1 : 0);

export const unpackTerm = (packed: number): Term => ({
  value: packed >>> (SHIFT_BITS + 1),
  shift: (packed >>> 1) & MAXIMUM_SHIFT,
  negative: (packed & 1) === 1,
});

/** A pair that was made a value. */
export interface Decision {
  readonly adder: Adder;
  readonly value: number;
}

export interface SharingOptions {
  /** Chooses among pairs of (nearly) equal worth; the same seed gives the same graph. */
  readonly seed: number;
  /** Share of its worth by which the score of a pair is moved at random. */
  readonly noise: number;
  /**
   * Decisions of an earlier run over the same sums, made again first as far as they still pay.
   * @defaultValue none
   */
  readonly replay?: readonly Decision[];
  /**
   * The pairs of these sums, counted before; not changed.
   * @defaultValue they are counted
   */
  readonly counts?: PairCounts;
}

/**
 * Share pairs among sums until no pair occurs twice.
 *
 * @param room by output: 2^D − Σ 2^d_i over all its terms; changed as terms become deeper
 */
export function sharePairs(
  values: Values,
  sums: readonly OpenSum[],
  room: Float64Array,
  options: SharingOptions,
): Decision[] {
  const counts = options.counts === undefined ? countPairs(sums) : copyPairs(options.counts);
  /** Values that were there before; later numbers are given anew. */
  const before = values.depth.length;
  /** Sums that hold, or once held, a value, in order. */
  const holders: number[][] = [];
  holders.length = before;
  sums.forEach(({ terms, length }, s) => {
    for (let i = 0; i < length; i++) {
      const own = (holders[terms[i]! >>> 8] ??= []);
      if (own.at(-1) !== s) own.push(s);
    }
  });

  const bits = (pair: number): number => {
    const distance = pairDistance(counts, pair);
    return distance < 0
      ? adderBits(values, pairSecond(counts, pair), pairFirst(counts, pair), -distance)
      : adderBits(values, pairFirst(counts, pair), pairSecond(counts, pair), distance);
  };

  const queue: number[][] = [];
  /** No entry of the queue stands above. */
  let top = 0;
  const enqueue = (pair: number, score: number): void => {
    if (score <= 0) return;
    while (queue.length <= score) queue.push([]);
    if (score > top) top = score;
    queue[score]!.push(pair);
  };
  const score = (pair: number, count: number): number => {
    const gain = 4 * (count - 1) * bits(pair);
    return Math.round(
      options.noise === 0 ? gain : gain * (1 + options.noise * unitNoise(counts.ranks[pair]!, options.seed)),
    );
  };
  const enqueueNew = (from: number): void => {
    for (let pair = from; pair < counts.size; pair++) {
      const count = pairCount(counts, pair);
      if (count > 1) enqueue(pair, score(pair, count));
    }
  };
  enqueueNew(0);

  /** Terms of one value within one sum: no two have the same shift and sign. */
  const firstTerms = new Int32Array(2 ** (SHIFT_BITS + 1));
  const secondTerms = new Int32Array(2 ** (SHIFT_BITS + 1));
  /** Matches of a pair: sum, then the two packed terms. */
  const findMatches = (pair: number): number[] => {
    const first = pairFirst(counts, pair);
    const second = pairSecond(counts, pair);
    const distance = pairDistance(counts, pair);
    const differs = pairDiffers(counts, pair);
    const depth = Math.max(values.depth[first]!, values.depth[second]!) + 1;
    const growth = POWERS_OF_TWO[depth]! - POWERS_OF_TWO[values.depth[first]!]! - POWERS_OF_TWO[values.depth[second]!]!;
    const where = holders[first]!.length <= holders[second]!.length ? holders[first]! : holders[second]!;
    const found: number[] = [];
    const wanted = where === holders[first] ? first : second;
    let kept = 0;
    for (const s of where) {
      const { terms, length, output } = sums[s]!;
      const start = found.length;
      let ofFirst = 0;
      let ofSecond = 0;
      for (let i = 0; i < length; i++) {
        const term = terms[i]!;
        const value = term >>> 8;
        if (value === first) firstTerms[ofFirst++] = term;
        if (value === second) secondTerms[ofSecond++] = term;
      }
      // Terms of a value never come back.
      if ((wanted === first ? ofFirst : ofSecond) === 0) continue;
      where[kept++] = s;
      for (let i = 0; i < ofFirst; i++) {
        const x = firstTerms[i]!;
        const shift = ((x >>> 1) & MAXIMUM_SHIFT) + distance;
        if (shift < 0 || shift > MAXIMUM_SHIFT) continue;
        const target = ((second << 8) | (x & 255)) + 2 * distance;
        const y = differs ? target ^ 1 : target;
        for (let j = 0; j < ofSecond; j++) {
          if (secondTerms[j] === y) {
            found.push(s, x, y);
            break;
          }
        }
      }
      if (first === second && found.length > start + 3) dropOverlaps(found, start);
      if (growth > 0) {
        const affordable = start + 3 * Math.floor(room[output]! / growth);
        if (found.length > affordable) found.length = Math.max(start, affordable);
      }
    }
    where.length = kept;
    return found;
  };

  const removeTerm = (s: number, term: number): void => {
    const sum = sums[s]!;
    const { terms } = sum;
    sum.length -= 1;
    terms[terms.indexOf(term)] = terms[sum.length]!;
    changePairs(counts, term, terms, sum.length, -1);
    room[sum.output]! += POWERS_OF_TWO[values.depth[term >>> 8]!]!;
  };
  const insertTerm = (s: number, term: number): void => {
    const sum = sums[s]!;
    changePairs(counts, term, sum.terms, sum.length, 1);
    sum.terms[sum.length] = term;
    sum.length += 1;
    room[sum.output]! -= POWERS_OF_TWO[values.depth[term >>> 8]!]!;
  };

  const decisions: Decision[] = [];
  /** Make a value of a pair, in all its matches. */
  const take = (pair: number, matches: readonly number[]): number => {
    const distance = pairDistance(counts, pair);
    const [a, b] =
      distance < 0
        ? [pairSecond(counts, pair), pairFirst(counts, pair)]
        : [pairFirst(counts, pair), pairSecond(counts, pair)];
    const adder = { a, b, shift: Math.abs(distance), subtract: pairDiffers(counts, pair) };
    const value = addAdder(values, adder);
    decisions.push({ adder, value });
    holders.push([]);
    const known = counts.size;
    openValue(counts, value);
    for (let k = 0; k < matches.length; k += 3) {
      const s = matches[k]!;
      const x = matches[k + 1]!;
      const y = matches[k + 2]!;
      removeTerm(s, x);
      removeTerm(s, y);
      // Shift and sign are those of the finer term.
      insertTerm(s, (value << 8) | ((distance < 0 ? y : x) & 255));
      const own = holders[value]!;
      if (own.at(-1) !== s) own.push(s);
    }
    closeValue(counts);
    enqueueNew(known);
    return value;
  };

  const renamed = new Map<number, number>();
  for (const { adder, value } of options.replay ?? []) {
    const known = (operand: number): number | undefined =>
      renamed.get(operand) ?? (operand < before ? operand : undefined);
    const [a, b] = [known(adder.a), known(adder.b)];
    if (a === undefined || b === undefined) continue;
    const pair = findPair(counts, a, b, adder.shift, adder.subtract);
    if (pair < 0 || pairCount(counts, pair) < 2) continue;
    const matches = findMatches(pair);
    if (matches.length >= 6) renamed.set(value, take(pair, matches));
  }

  while (top > 0) {
    const bucket = queue[top]!;
    const pair = bucket.pop();
    if (pair === undefined) {
      top -= 1;
      continue;
    }
    const possible = pairCount(counts, pair);
    if (possible < 2) continue;
    const now = score(pair, possible);
    if (now < top) {
      enqueue(pair, now);
      continue;
    }
    const matches = findMatches(pair);
    const actual = matches.length / 3;
    if (actual < possible) {
      if (actual < 2) continue;
      const lower = score(pair, actual);
      if (lower < top) {
        // What stands in the way stays there: counts and room only fall.
        limitPair(counts, pair, actual);
        enqueue(pair, lower);
        continue;
      }
    }
    take(pair, matches);
  }
  return decisions;
}

/** Matches of a value with itself may share a term: keep the first of each chain, by shift. */
function dropOverlaps(found: number[], start: number): void {
  const matches: (readonly [number, number, number])[] = [];
  for (let k = start; k < found.length; k += 3) matches.push([found[k]!, found[k + 1]!, found[k + 2]!]);
  matches.sort((p, q) => p[1] - q[1]);
  const used = new Set<number>();
  found.length = start;
  for (const [s, x, y] of matches) {
    if (used.has(x) || used.has(y)) continue;
    used.add(x).add(y);
    found.push(s, x, y);
  }
}
