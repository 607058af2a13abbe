/**
 * A fixed-point value: a format and a raw code of it. Plain data; operators live in arithmetic.ts, bitwise.ts, shift.ts
 * and compare.ts.
 */
import { ValueError } from '../errors.ts';
import { cast } from './cast.ts';
import { fromDouble, type FromDoubleOptions, toDouble } from './double.ts';
import { type FixedFormat, formatText, fractionBits, holdsRaw, rawRange, sameFormat } from './format.ts';

/** A number in fixed point: raw · 2^-(width − integer), with `raw` within `rawRange(format)`. */
export interface FixedValue {
  readonly format: FixedFormat;
  readonly raw: bigint;
}

/**
 * Make a value from a raw code.
 *
 * @throws ValueError if the code does not fit the width of the format.
 */
export function fixedValue(format: FixedFormat, raw: bigint): FixedValue {
  if (!holdsRaw(format, raw)) {
    const { lo, hi } = rawRange(format);
    throw new ValueError(`a raw code of ${formatText(format)} is ${raw} but must be in ${lo} … ${hi}`);
  }
  return { format, raw };
}

/**
 * Convert a value to another format with that format's modes.
 *
 * Between identical formats it is a plain copy, as in C++: a code −2^(W−1) that bit operations made in an AP_SAT_SYM
 * type survives, where `cast` would make it symmetric.
 */
export function convert(value: FixedValue, format: FixedFormat): FixedValue {
  if (sameFormat(value.format, format)) return value;
  return { format, raw: cast(value.raw, fractionBits(value.format), format) };
}

/**
 * Convert a double to a value with the format's modes.
 *
 * @throws ValueError for NaN and infinities, unless `nonFinite` is 'vendor'.
 */
export function valueOfDouble(x: number, format: FixedFormat, options: FromDoubleOptions = {}): FixedValue {
  return { format, raw: fromDouble(x, format, options) };
}

/** Return the double nearest to a value, ties to even. */
export function doubleOfValue(value: FixedValue): number {
  return toDouble(value.raw, fractionBits(value.format));
}

/** Drop the fraction of a value toward zero and keep the low `bits` bits as a signed integer (C++ `to_int`). */
export function toInteger(value: FixedValue, bits: number): bigint {
  const drop = fractionBits(value.format);
  const truncated = drop <= 0 ? value.raw << BigInt(-drop) : value.raw / (1n << BigInt(drop));
  return BigInt.asIntN(bits, truncated);
}
