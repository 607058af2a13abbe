/** Bringing two values to one binary point, the step that addition, comparison, remainder and bit operations share. */
import { fractionBits } from './format.ts';
import type { FixedValue } from './value.ts';

/** The raw integers of two values over the finer of their two fractions; exact. */
export interface Aligned {
  readonly a: bigint;
  readonly b: bigint;
  readonly fraction: number;
}

/** Align two values to the larger number of fraction bits. */
export function align(a: FixedValue, b: FixedValue): Aligned {
  const left = fractionBits(a.format);
  const right = fractionBits(b.format);
  const fraction = Math.max(left, right);
  return { a: a.raw << BigInt(fraction - left), b: b.raw << BigInt(fraction - right), fraction };
}
