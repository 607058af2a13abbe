/**
 * Adder graphs in the manner of da4ml, as a yardstick for whole designs: the same networks through the same compiler,
 * with only the adder graphs exchanged.
 *
 * Written from the description of the method (arXiv:2507.04535), without its tree of column differences, which gains
 * nothing on the sparse matrices of our designs: the most frequent pair first, weighted by the bits that the two values
 * have in common *without* their relative shift; then the two terms that are ready first are added, again and again. The
 * study prints how far it is from the figures of da4ml itself on the reference matrices.
 */
import { type Adder, type AdderGraph, type InputRange, signedDigits } from '../../src/circuit/index.ts';

/** ± value·2^shift. */
interface Term {
  readonly value: number;
  readonly shift: number;
  readonly negative: boolean;
}

/** Find a graph; slow for large dense kernels, since pairs are counted anew in every step. */
export function da4mlStyle(kernel: readonly (readonly number[])[], inputs: readonly InputRange[]): AdderGraph {
  const adders: Adder[] = [];
  const bits = inputs.map(({ lo, hi }) => Math.ceil(Math.log2(Math.max(hi + 1, -lo, 1))) + (lo < 0 ? 1 : 0));
  const ready = inputs.map(() => 0);
  const add = (adder: Adder): number => {
    adders.push(adder);
    ready.push(Math.max(ready[adder.a]!, ready[adder.b]!) + 1);
    return bits.push(Math.max(bits[adder.a]!, bits[adder.b]! + adder.shift) + 1) - 1;
  };
  const sums = kernel[0]!.map((_, j) =>
    kernel.flatMap((row, value) => signedDigits(BigInt(row[j]!)).map((digit): Term => ({ value, ...digit }))),
  );
  for (let pair = bestPair(sums, bits); pair !== undefined; pair = bestPair(sums, bits)) {
    const value = add(pair);
    for (const terms of sums) replace(terms, pair, value);
  }
  const outputs = sums.map((terms) => {
    while (terms.length > 1) {
      terms.sort((p, q) => ready[p.value]! - ready[q.value]! || p.value - q.value);
      const [first, second] = terms.splice(0, 2) as [Term, Term];
      const [a, b] = first.shift <= second.shift ? [first, second] : [second, first];
      const adder = { a: a.value, b: b.value, shift: b.shift - a.shift, subtract: a.negative !== b.negative };
      terms.push({ value: add(adder), shift: a.shift, negative: a.negative });
    }
    return terms[0] ?? { value: -1, shift: 0, negative: false };
  });
  return { inputs, adders, outputs };
}

/** The pair of most weight among those that occur twice. */
function bestPair(sums: readonly (readonly Term[])[], bits: readonly number[]): Adder | undefined {
  const counts = new Map<number, number>();
  for (const terms of sums) {
    for (let i = 0; i < terms.length; i++) {
      for (let j = 0; j < i; j++) {
        const key = keyOf(terms[i]!, terms[j]!);
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
    }
  }
  let best: number | undefined;
  let most = 0;
  for (const [key, count] of counts) {
    if (count < 2) continue;
    const { a, b } = pairOf(key);
    const weight = count * Math.min(bits[a]!, bits[b]!);
    if (weight > most) [best, most] = [key, weight];
  }
  return best === undefined ? undefined : pairOf(best);
}

/** Finer value, coarser value, distance and sign of a pair in one number. */
function keyOf(p: Term, q: Term): number {
  const [a, b] = p.shift < q.shift || (p.shift === q.shift && p.value <= q.value) ? [p, q] : [q, p];
  return ((a.value * 2 ** 20 + b.value) * 64 + (b.shift - a.shift)) * 2 + (a.negative === b.negative ? 0 : 1);
}

function pairOf(key: number): Adder {
  const rest = Math.floor(key / 2);
  const values = Math.floor(rest / 64);
  return { a: Math.floor(values / 2 ** 20), b: values % 2 ** 20, shift: rest % 64, subtract: key % 2 === 1 };
}

/** Put the new value in the place of every pair of terms that is it. */
function replace(terms: Term[], { a, b, shift, subtract }: Adder, value: number): void {
  for (let i = 0; i < terms.length; i++) {
    const first = terms[i]!;
    if (first.value !== a) continue;
    const other = terms.findIndex(
      (term, k) =>
        k !== i &&
        term.value === b &&
        term.shift === first.shift + shift &&
        (term.negative !== first.negative) === subtract,
    );
    if (other < 0) continue;
    terms[i] = { value, shift: first.shift, negative: first.negative };
    terms.splice(other, 1);
    if (other < i) i--;
  }
}
