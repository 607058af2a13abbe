/**
 * The one place where a rounded value is brought into the range of a format.
 *
 * Overflow is decided on the rounded value. The saturating modes ignore the saturation bits N.
 * Source: UG1399, "Overflow Modes"; the bit rules of AP_WRAP with N > 0 and of AP_WRAP_SM follow ap_types
 * (HLS_arbitrary_Precision_Types 200a9aec), see docs/numerics.md.
 */
import { type FixedFormat, rawRange } from './format.ts';

/**
 * Bring a rounded raw integer into the format's range by its overflow mode.
 *
 * @param rounded the integer after rounding.
 * @param floor the same value rounded down: AP_WRAP_SM with N = 0 looks at the lowest deleted bit of the *unrounded*
 * value. Any other mode ignores it.
 */
export function overflowRaw(rounded: bigint, floor: bigint, format: FixedFormat): bigint {
  const { lo, hi } = rawRange(format);
  const symmetric = format.overflow === 'AP_SAT_SYM' && format.signed && format.width > 1;
  if (rounded >= lo && rounded <= hi && !(symmetric && rounded === lo)) return rounded;
  switch (format.overflow) {
    case 'AP_SAT':
      return rounded < lo ? lo : hi;
    case 'AP_SAT_ZERO':
      return 0n;
    case 'AP_SAT_SYM':
      // One signed bit has no symmetric range: it clips like AP_SAT, as the vendor's type does.
      return rounded <= lo ? (symmetric ? -hi : lo) : hi;
    case 'AP_WRAP':
      return wrap(rounded, format);
    case 'AP_WRAP_SM':
      return wrapSignMagnitude(rounded, floor, format);
    default:
      return format.overflow satisfies never;
  }
}

/** Keep the low bits; the N saturation bits become those of the nearer end of the range (all ones if unsigned). */
function wrap(rounded: bigint, { signed, width, saturationBits }: FixedFormat): bigint {
  const n = saturationBits;
  if (!signed) return BigInt.asUintN(width - n, rounded) | (ones(n) << BigInt(width - n));
  if (n === 0) return BigInt.asIntN(width, rounded);
  return withSaturatedTop(BigInt.asUintN(width - n, rounded), rounded < 0n, width, n);
}

/** Wrap such that the value folds back at the ends of the range, like a reflection, instead of jumping. */
function wrapSignMagnitude(rounded: bigint, floor: bigint, { width, saturationBits }: FixedFormat): bigint {
  const n = saturationBits;
  if (n === 0) {
    const deleted = bit(floor, width);
    const low = deleted === bit(rounded, width - 1) ? rounded : ~rounded;
    return withSaturatedTop(BigInt.asUintN(width - 1, low), deleted, width, 1);
  }
  const negative = rounded < 0n;
  const inverts = n === 1 ? negative !== bit(rounded, width - 1) : negative === bit(rounded, width - n);
  return withSaturatedTop(BigInt.asUintN(width - n, inverts ? ~rounded : rounded), negative, width, n);
}

/** Put the sign bit and n − 1 copies of its inverse above `low`, read as a signed integer of `width` bits. */
function withSaturatedTop(low: bigint, negative: boolean, width: number, n: number): bigint {
  const top = negative ? 1n << BigInt(n - 1) : ones(n - 1);
  return BigInt.asIntN(width, low | (top << BigInt(width - n)));
}

function ones(count: number): bigint {
  return (1n << BigInt(count)) - 1n;
}

function bit(value: bigint, index: number): boolean {
  return ((value >> BigInt(index)) & 1n) === 1n;
}
