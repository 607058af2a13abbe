/**
 * The types of exact results, as ap_types computes them; modes are always AP_TRN, AP_WRAP, 0.
 *
 * With F = W − I, S = 1 for signed. An unsigned operand beside a signed one needs a bit more to be read as signed.
 * Every function returns a format that holds each result of its operator (a quotient after its truncation).
 */
import { exactFormat, type FixedFormat, fractionBits } from './format.ts';

/** Return the format that holds a + b: one carry bit above the larger integer part, the finer fraction. */
export function sumFormat(a: FixedFormat, b: FixedFormat): FixedFormat {
  return joined(a, b, 1, a.signed || b.signed);
}

/** Return the format that holds a − b: that of the sum, always signed. */
export function differenceFormat(a: FixedFormat, b: FixedFormat): FixedFormat {
  return joined(a, b, 1, true);
}

/** Return the format that holds a · b: W1 + W2 bits, I1 + I2 of them integer. */
export function productFormat(a: FixedFormat, b: FixedFormat): FixedFormat {
  return exactFormat(a.signed || b.signed, a.width + b.width, a.integer + b.integer);
}

/**
 * Return the format of the truncated quotient a / b: W1 + max(F2, 0) + S2 bits, I1 + F2 + S2 of them integer.
 *
 * It keeps F1 fraction bits (F1 − F2 if F2 < 0).
 */
export function quotientFormat(a: FixedFormat, b: FixedFormat): FixedFormat {
  const fraction = fractionBits(b);
  const sign = b.signed ? 1 : 0;
  return exactFormat(a.signed || b.signed, a.width + Math.max(fraction, 0) + sign, a.integer + fraction + sign);
}

/** Return the format that holds the remainder a mod b, which has the sign of `a` and is smaller than both. */
export function remainderFormat(a: FixedFormat, b: FixedFormat): FixedFormat {
  const fraction = Math.max(fractionBits(a), fractionBits(b));
  const integer = Math.min(a.integer, b.integer + (a.signed && !b.signed ? 1 : 0));
  return exactFormat(a.signed, integer + fraction, integer);
}

/** Return the format that holds −a: one bit more, signed. */
export function negationFormat(a: FixedFormat): FixedFormat {
  return exactFormat(true, a.width + 1, a.integer + 1);
}

/** Return the format of |a|: one bit more, signed, as for −a (so that both branches have one type). */
export function magnitudeFormat(a: FixedFormat): FixedFormat {
  return negationFormat(a);
}

/** Return the format that holds both operands aligned, for `&`, `|` and `^`. */
export function bitwiseFormat(a: FixedFormat, b: FixedFormat): FixedFormat {
  return joined(a, b, 0, a.signed || b.signed);
}

function joined(a: FixedFormat, b: FixedFormat, carry: number, signed: boolean): FixedFormat {
  const left = a.integer + (b.signed && !a.signed ? 1 : 0);
  const right = b.integer + (a.signed && !b.signed ? 1 : 0);
  const integer = Math.max(left, right) + carry;
  return exactFormat(signed, integer + Math.max(fractionBits(a), fractionBits(b)), integer);
}
