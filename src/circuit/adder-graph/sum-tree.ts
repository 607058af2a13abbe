/**
 * The last additions of a sum: what is left when nothing more is shared.
 *
 * They are most of the adders, and their order decides how wide they are. As in Huffman's code, the terms of least
 * magnitude are added first, so that few additions are as wide as the sum; among pairs that reach equally high, the one
 * with the coarser operand is the narrower adder. A pair is only taken while the rest can still be added in time.
 *
 * Terms wait in one queue per height that they reach, so that a sum of any number of terms takes time in proportion.
 */
import { addAdder, forgetForm, POWERS_OF_TWO, type Term, type Values } from './values.ts';

/** Terms of least magnitude among which the next pair is sought. */
const WINDOW = 24;

/** Add terms; return their sum as one term, or null for no terms. */
export function addUp(values: Values, terms: readonly Term[], depth: number): Term | null {
  const { magnitude, signed } = values;
  const before = values.depth.length;
  const top = ({ value, shift }: Term): number => magnitude[value]! + shift;
  const waiting = termQueues();
  let room = 2 ** depth;
  for (const term of terms) {
    waiting.add(term, top(term));
    room -= POWERS_OF_TWO[values.depth[term.value]!]!;
  }
  while (waiting.size() > 1) {
    const window = waiting.lowest(WINDOW);
    let best: readonly [Term, Term] | undefined;
    let least = Infinity;
    for (let j = 1; j < window.length; j++) {
      const q = window[j]!;
      const reachOfQ = top(q);
      // Nothing further up reaches less high.
      if (64 * reachOfQ > least) break;
      for (let i = 0; i < j; i++) {
        const p = window[i]!;
        const reach = reachOfQ + (signed[p.value]! | signed[q.value]!);
        const cost = 64 * reach + 8 * Math.abs(q.shift - p.shift) - Math.max(p.shift, q.shift);
        if (cost < least && growth(values, p, q) <= room) [best, least] = [[p, q], cost];
      }
    }
    const [p, q] = best ?? shallowest(values, waiting.lowest(Infinity));
    room -= growth(values, p, q);
    waiting.remove(p, top(p));
    waiting.remove(q, top(q));
    const sum = addTerms(values, p, q);
    // What was made here has no other reader.
    if (p.value >= before) forgetForm(values, p.value);
    if (q.value >= before) forgetForm(values, q.value);
    waiting.add(sum, top(sum));
  }
  return waiting.lowest(1)[0] ?? null;
}

/** Terms by the height that they reach, in order of arrival for each height. Stateful. */
function termQueues() {
  const queues: Term[][] = [];
  /** Terms before these places have left. */
  const heads: number[] = [];
  let size = 0;
  let bottom = 0;
  return {
    size: (): number => size,
    add(term: Term, height: number): void {
      while (queues.length <= height) {
        queues.push([]);
        heads.push(0);
      }
      queues[height]!.push(term);
      bottom = size === 0 ? height : Math.min(bottom, height);
      size += 1;
    },
    /** The first terms by height, `most` at most. */
    lowest(most: number): Term[] {
      while (bottom < queues.length && heads[bottom] === queues[bottom]!.length) bottom += 1;
      const found: Term[] = [];
      for (let height = bottom; height < queues.length; height++) {
        const queue = queues[height]!;
        for (let k = heads[height]!; k < queue.length; k++) {
          if (found.length >= most) return found;
          found.push(queue[k]!);
        }
      }
      return found;
    },
    /** Take out a term that waits near the head. */
    remove(term: Term, height: number): void {
      const queue = queues[height]!;
      const head = heads[height]!;
      let at = head;
      while (queue[at] !== term) at += 1;
      for (; at > head; at--) queue[at] = queue[at - 1]!;
      heads[height] = head + 1;
      size -= 1;
    },
  };
}

/** What a pair takes of the room that the depth leaves (see `sharePairs`). */
function growth(values: Values, p: Term, q: Term): number {
  const first = values.depth[p.value]!;
  const second = values.depth[q.value]!;
  return POWERS_OF_TWO[Math.max(first, second) + 1]! - POWERS_OF_TWO[first]! - POWERS_OF_TWO[second]!;
}

/** The two terms of least depth: adding them always leaves the rest in time. */
function shallowest(values: Values, terms: readonly Term[]): readonly [Term, Term] {
  const depthOf = ({ value }: Term): number => values.depth[value]!;
  let first = 0;
  for (let k = 1; k < terms.length; k++) if (depthOf(terms[k]!) < depthOf(terms[first]!)) first = k;
  let second = first === 0 ? 1 : 0;
  for (let k = 0; k < terms.length; k++) {
    if (k !== first && depthOf(terms[k]!) < depthOf(terms[second]!)) second = k;
  }
  return first < second ? [terms[first]!, terms[second]!] : [terms[second]!, terms[first]!];
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
