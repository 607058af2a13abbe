/**
 * Conversion between exact raw values and IEEE-754 numbers, by their bits.
 *
 * A finite double is an integer times a power of two, so `fromDouble` is a cast: one single rounding, no intermediate
 * product. `toDouble` and `toFloat` round once, to nearest even, down to subnormals.
 */
import { ValueError } from '../errors.ts';
import { cast } from './cast.ts';
import { type FixedFormat, formatText } from './format.ts';

/** What a conversion from a double does with NaN and the infinities. */
export type NonFinite = 'reject' | 'vendor';

/** Options of `fromDouble` and of its array forms. */
export interface FromDoubleOptions {
  /**
   * 'reject' throws; 'vendor' does what ap_types does: it reads the bits as if the exponent were an ordinary one, so
   * ±Infinity is ±2^1024 and NaN ±1.m · 2^1024. The look-up tables of hls4ml need it (1/0 saturates).
   *
   * @defaultValue 'reject'
   */
  readonly nonFinite?: NonFinite;
}

const scratch = new DataView(new ArrayBuffer(8));

const TWO_500 = powerOfTwo(500);

/** Split a double into raw · 2^-fraction exactly; the bits of NaN and infinities are read as if they were finite. */
export function decodeDouble(x: number): { readonly raw: bigint; readonly fraction: number } {
  if (Number.isSafeInteger(x)) return { raw: BigInt(x), fraction: 0 };
  scratch.setFloat64(0, x);
  const high = scratch.getUint32(0);
  const exponent = (high >>> 20) & 0x7ff;
  const mantissa = (BigInt(high & 0xfffff) << 32n) | BigInt(scratch.getUint32(4));
  const magnitude = exponent === 0 ? mantissa : mantissa | (1n << 52n);
  return { raw: high >>> 31 === 1 ? -magnitude : magnitude, fraction: 1075 - Math.max(exponent, 1) };
}

/**
 * Convert a double to a raw code with the format's modes: one rounding of the exact value; −0 gives 0.
 *
 * @throws ValueError for NaN and infinities, unless `nonFinite` is 'vendor'.
 */
export function fromDouble(x: number, format: FixedFormat, options: FromDoubleOptions = {}): bigint {
  if (!Number.isFinite(x) && options.nonFinite !== 'vendor') throw notFinite(x, format);
  const { raw, fraction } = decodeDouble(x);
  return cast(raw, fraction, format);
}

/** Make the error for a number that has no fixed-point value; `where` names the place, e.g. "element 3". */
export function notFinite(x: number, format: FixedFormat, where = 'a number'): ValueError {
  return new ValueError(`${where} to convert to ${formatText(format)} is ${x} but must be finite`);
}

/** Convert raw · 2^-fraction to the nearest double, ties to even; ±Infinity beyond the largest double. */
export function toDouble(raw: bigint, fraction: number): number {
  // Both steps are exact or round once: the first is ties-to-even by definition, the second cannot leave the normal
  // range.
  if (fraction >= -500 && fraction <= 500) {
    const near = Number(raw);
    if (Math.abs(near) < TWO_500) return near * powerOfTwo(-fraction);
  }
  return roundToBinary(raw, fraction, 53, -1074);
}

/** Convert raw · 2^-fraction to the nearest single-precision number, ties to even, rounding once. */
export function toFloat(raw: bigint, fraction: number): number {
  const near = roundToBinary(raw, fraction, 24, -149);
  return Math.fround(near);
}

/** Round to `precision` significant bits, none of which weighs less than 2^lowest. */
function roundToBinary(raw: bigint, fraction: number, precision: number, lowest: number): number {
  const magnitude = raw < 0n ? -raw : raw;
  if (magnitude === 0n) return 0;
  const drop = Math.max(bitLength(magnitude) - precision, lowest + fraction);
  const kept = drop <= 0 ? magnitude : halfToEven(magnitude, BigInt(drop));
  const scaled = scaleExactly(Number(kept), Math.max(drop, 0) - fraction);
  return raw < 0n ? -scaled : scaled;
}

function halfToEven(magnitude: bigint, drop: bigint): bigint {
  const floor = magnitude >> drop;
  const twice = (magnitude - (floor << drop)) << 1n;
  const unit = 1n << drop;
  return twice > unit || (twice === unit && (floor & 1n) === 1n) ? floor + 1n : floor;
}

/** Multiply by 2^exponent in steps that are all exact when the result is; overflow gives Infinity. */
function scaleExactly(x: number, exponent: number): number {
  let result = x;
  let rest = exponent;
  while (rest !== 0 && result !== 0 && Number.isFinite(result)) {
    const step = Math.max(-1000, Math.min(1000, rest));
    result *= powerOfTwo(step);
    rest -= step;
  }
  return result;
}

/** Return the number of bits of a non-negative integer; 0 for 0. */
export function bitLength(magnitude: bigint): number {
  if (magnitude === 0n) return 0;
  const hex = magnitude.toString(16);
  return (hex.length - 1) * 4 + (32 - Math.clz32(Number.parseInt(hex[0]!, 16)));
}

/** Return 2^exponent exactly, −1022 ≤ exponent ≤ 1023, from its bits: engines may round `**`. */
export function powerOfTwo(exponent: number): number {
  scratch.setUint32(0, (exponent + 1023) << 20);
  scratch.setUint32(4, 0);
  return scratch.getFloat64(0);
}
