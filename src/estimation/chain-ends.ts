/** Bits at the ends of a sum that need no adder. */
import { FALSE, TRUE } from './bit-network.ts';
import type { Literal } from './bit-network.ts';

type Bits = readonly Literal[];

/** Low bits of a ± b where one operand is 0, so that no carry comes and the other passes. */
export function passedZeros(a: Bits, b: Bits, subtract: boolean): Literal[] {
  const low: Literal[] = [];
  for (let k = 0; k < a.length; k += 1) {
    if (b[k] === FALSE) low.push(a[k]!);
    else if (!subtract && a[k] === FALSE) low.push(b[k]!);
    else break;
  }
  return low;
}

/**
 * Bits at both ends of a ± b that need no adder.
 *
 * At the low end an operand passes as long as the carry cannot change; at the high end bits are constant above a place
 * where both operands are and settle the carry.
 *
 * @param carry into the lowest bit; 1 for a subtraction, which adds the inverted b
 */
export function chainEnds(a: Bits, b: Bits, carry: 0 | 1): { readonly low: Literal[]; readonly high: Literal[] } {
  const low: Literal[] = [];
  for (let k = 0; k < a.length; k += 1) {
    const [x, y] = [a[k]!, b[k]! ^ carry];
    if (x === carry) low.push(y);
    else if (y === carry) low.push(x);
    else break;
  }
  let from = a.length;
  while (from > low.length && a[from - 1]! <= TRUE && b[from - 1]! <= TRUE) from -= 1;
  while (from < a.length && a[from] !== (b[from]! ^ carry)) from += 1;
  const high: Literal[] = [];
  // Directly above the passing bits the carry is known, elsewhere only from the settling place on.
  let known = from === low.length ? carry : undefined;
  for (let k = from; k < a.length; k += 1) {
    const [x, y] = [a[k]!, b[k]! ^ carry];
    if (known !== undefined) high.push(x ^ y ^ known);
    if (x === y) known = x as 0 | 1;
  }
  return { low, high };
}
