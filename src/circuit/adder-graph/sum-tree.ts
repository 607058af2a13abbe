/**
 * The last additions of a sum: what is left when nothing more is shared.
 *
 * They are most of the adders, and their order decides how wide they are. As in Huffman's code, the terms of least
 * magnitude are added first, so that few additions are as wide as the sum; among pairs that reach equally high, the one
 * with the coarser operand is the narrower adder. A pair is only taken while the rest can still be added in time.
 */
import { addAdder, type Term, type Values } from './values.ts';

/** Terms of least magnitude among which the next pair is sought. */
const WINDOW = 24;

/** Add terms; return their sum as one term, or null for no terms. */
export function addUp(values: Values, terms: readonly Term[], depth: number): Term | null {
  const top = ({ value, shift }: Term): number => values.magnitude[value]! + shift;
  const rest = terms.toSorted((p, q) => top(p) - top(q));
  let room = 2 ** depth;
  for (const { value } of rest) room -= 2 ** values.depth[value]!;
  while (rest.length > 1) {
    let best: readonly [number, number] | undefined;
    let least = Infinity;
    const window = Math.min(rest.length, WINDOW);
    for (let j = 1; j < window; j++) {
      const q = rest[j]!;
      // Nothing further up reaches less high.
      if (64 * top(q) > least) break;
      for (let i = 0; i < j; i++) {
        const p = rest[i]!;
        if (growth(values, p, q) > room) continue;
        const reach = Math.max(top(p), top(q)) + (values.signed[p.value]! | values.signed[q.value]!);
        const cost = 64 * reach + 8 * Math.abs(q.shift - p.shift) - Math.max(p.shift, q.shift);
        if (cost < least) [best, least] = [[i, j], cost];
      }
    }
    best ??= shallowest(values, rest);
    const [i, j] = best;
    room -= growth(values, rest[i]!, rest[j]!);
    const sum = addTerms(values, rest[i]!, rest[j]!);
    rest.splice(j, 1);
    rest.splice(i, 1);
    let place = rest.length;
    while (place > 0 && top(rest[place - 1]!) > top(sum)) place--;
    rest.splice(place, 0, sum);
  }
  return rest[0] ?? null;
}

/** What a pair takes of the room that the depth leaves (see `sharePairs`). */
function growth(values: Values, p: Term, q: Term): number {
  const first = values.depth[p.value]!;
  const second = values.depth[q.value]!;
  return 2 ** (Math.max(first, second) + 1) - 2 ** first - 2 ** second;
}

/** The two terms of least depth: adding them always leaves the rest in time. */
function shallowest(values: Values, terms: readonly Term[]): readonly [number, number] {
  const order = terms
    .map((_, k) => k)
    .toSorted((i, j) => values.depth[terms[i]!.value]! - values.depth[terms[j]!.value]!);
  const [i, j] = [order[0]!, order[1]!];
  return i < j ? [i, j] : [j, i];
}

/** Add two terms; the sum has the sign of the finer one, or the positive one's if they are equally fine. */
export function addTerms(values: Values, p: Term, q: Term): Term {
  const flip = q.shift < p.shift || (q.shift === p.shift && p.negative && !q.negative);
  const [fine, coarse] = flip ? [q, p] : [p, q];
  const value = addAdder(values, {
    a: fine.value,
    b: coarse.value,
    shift: coarse.shift - fine.shift,
    subtract: fine.negative !== coarse.negative,
  });
  return { value, shift: fine.shift, negative: fine.negative };
}
