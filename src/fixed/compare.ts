/**
 * Comparison by value, exact for every pair of formats.
 *
 * ap_types compares a signed with an unsigned operand as unsigned words when an aligned operand has 32 bits or more;
 * we do not (docs/numerics.md, "Deviations").
 */
import { align } from './align.ts';
import type { FixedValue } from './value.ts';

/** Return −1, 0 or 1 as the value of `a` is less than, equal to or greater than that of `b`. */
export function compare(a: FixedValue, b: FixedValue): -1 | 0 | 1 {
  const aligned = align(a, b);
  if (aligned.a === aligned.b) return 0;
  return aligned.a < aligned.b ? -1 : 1;
}

/** Return whether two values are equal as numbers, whatever their formats. */
export function equals(a: FixedValue, b: FixedValue): boolean {
  return compare(a, b) === 0;
}
