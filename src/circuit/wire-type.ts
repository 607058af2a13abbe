/**
 * Widths, signs and formats of wire types.
 *
 * A wire type is an interval of raw codes with a binary point. What hardware needs of it (bits, sign) is derived here
 * and nowhere stored, so that it cannot disagree with the interval.
 */
import { fractionBits, rawRange } from '../fixed/index.ts';
import type { FixedFormat } from '../fixed/index.ts';
import type { WireType } from './circuit.ts';

/** Count the bits of a non-negative integer; 0 has none. */
export function bitLength(value: bigint): number {
  if (value <= 0x1fffffffffffffn) {
    const small = Number(value);
    return small < 0x100000000 ? 32 - Math.clz32(small) : 64 - Math.clz32(Math.floor(small / 0x100000000));
  }
  const digits = value.toString(16);
  return digits.length * 4 - (Math.clz32(Number.parseInt(digits.charAt(0), 16)) - 28);
}

/** Count the bits a value range needs: two's complement when `lo` is negative, unsigned otherwise; at least 1. */
export function widthOfRange(lo: bigint, hi: bigint): number {
  if (lo >= 0n) return Math.max(1, bitLength(hi));
  const negative = bitLength(-lo - 1n);
  return 1 + Math.max(negative, hi > 0n ? bitLength(hi) : 0);
}

/** Return the bits of a wire, sign bit included; at least 1. */
export function widthOf(type: WireType): number {
  return widthOfRange(type.lo, type.hi);
}

/** Tell whether a wire can be negative and is therefore two's complement. */
export function isSigned(type: WireType): boolean {
  return type.lo < 0n;
}

/** Return the wire type that holds every raw code of a format. */
export function typeOfFormat(format: FixedFormat): WireType {
  const { lo, hi } = rawRange(format);
  return { lo, hi, fraction: fractionBits(format) };
}

/** Return the smallest plain format (`AP_TRN`, `AP_WRAP`) that holds a wire type exactly. */
export function formatOfType(type: WireType): FixedFormat {
  const width = widthOf(type);
  return {
    signed: isSigned(type),
    width,
    integer: width - type.fraction,
    quantization: 'AP_TRN',
    overflow: 'AP_WRAP',
    saturationBits: 0,
  };
}

/** Tell whether two wire types have the same interval and binary point. */
export function sameType(a: WireType, b: WireType): boolean {
  return a.lo === b.lo && a.hi === b.hi && a.fraction === b.fraction;
}

/** Move the binary point of a type to a larger `fraction`, keeping its values. */
export function alignType(type: WireType, fraction: number): WireType {
  if (fraction === type.fraction) return type;
  const shift = BigInt(fraction - type.fraction);
  return { lo: type.lo << shift, hi: type.hi << shift, fraction };
}

/** Tell whether every value of a wire is a code of `format` without rounding or overflow. */
export function fitsFormat(type: WireType, format: FixedFormat): boolean {
  const target = typeOfFormat(format);
  if (type.lo === 0n && type.hi === 0n) return true;
  if (type.fraction > target.fraction) return false;
  const aligned = alignType(type, target.fraction);
  return aligned.lo >= target.lo && aligned.hi <= target.hi;
}

/** Write a wire type for messages, e.g. `[-8, 7]·2^-2`. */
export function typeText(type: WireType): string {
  return `[${type.lo}, ${type.hi}]·2^${-type.fraction}`;
}
