/**
 * Shifts of the W-bit word, which return the *same* type with its modes, as in C++: bits fall off on the left even
 * with AP_SAT, and a right shift floors even with AP_RND. To multiply by a power of two without loss, move the binary
 * point (change `integer`) instead.
 */
import { ValueError } from '../errors.ts';
import { bitLength } from './double.ts';
import type { FixedValue } from './value.ts';

/** Shift left by `count` bits, keeping the low W; negative shifts right; 0 when nothing is left. */
export function shiftLeft(a: FixedValue, count: number): FixedValue {
  if (!Number.isSafeInteger(count)) {
    throw new ValueError(`a shift count is ${count} but must be an integer`);
  }
  const { format, raw } = a;
  if (count < 0) {
    const distance = BigInt(Math.min(-count, bitLength(raw < 0n ? -raw : raw) + 1));
    return { format, raw: raw >> distance };
  }
  if (count >= format.width) return { format, raw: 0n };
  const shifted = raw << BigInt(count);
  return { format, raw: format.signed ? BigInt.asIntN(format.width, shifted) : BigInt.asUintN(format.width, shifted) };
}

/** Shift right by `count` bits, rounding down; negative shifts left; 0 or −1 when only sign bits are left. */
export function shiftRight(a: FixedValue, count: number): FixedValue {
  return shiftLeft(a, -count);
}
