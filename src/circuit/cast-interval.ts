/**
 * The interval of a cast: which raw codes of a format a cast of an interval can give.
 *
 * Rounding is monotone, so the rounded interval is spanned by the rounded ends. Overflow is monotone for the
 * saturating modes and, once out of range, the low bits for the wrapping ones. The result is the exact hull of the
 * reachable codes, except for `AP_WRAP_SM` over more than `ENUMERATED` codes, where it is the whole range.
 * The arithmetic itself is `cast` of `fixed`; this file only chooses where it is asked.
 */
import { cast, fractionBits, quantizeRaw, rawRange, isWrapping } from '../fixed/index.ts';
import type { FixedFormat } from '../fixed/index.ts';
import type { WireType } from './circuit.ts';

const ENUMERATED = 256n;

interface Interval {
  readonly lo: bigint;
  readonly hi: bigint;
}

/** Return the rounded, not yet overflowed interval of a cast, in codes of the format's binary point. */
export function roundedInterval(type: WireType, format: FixedFormat): Interval {
  const fraction = fractionBits(format);
  const drop = type.fraction - fraction;
  return {
    lo: quantizeRaw(type.lo, drop, format.quantization),
    hi: quantizeRaw(type.hi, drop, format.quantization),
  };
}

const floorTo = (value: bigint, step: bigint): bigint => value & -step;
const ceilTo = (value: bigint, step: bigint): bigint => -(-value & -step);

/**
 * Return the codes out-of-range values wrap to: the low bits vary, the saturated bits are those of `sample`.
 * All values are multiples of `step`, a power of two.
 */
function wrapped({ lo, hi }: Interval, lowBits: number, step: bigint, sample: (raw: bigint) => bigint): Interval {
  const size = 1n << BigInt(lowBits);
  const low = (raw: bigint): bigint => raw & (size - 1n);
  const first = sample(lo);
  if (hi - lo < size && low(lo) <= low(hi)) return { lo: first, hi: sample(hi) };
  const base = first - low(lo);
  return { lo: base, hi: step < size ? base + size - step : base };
}

function hull(parts: readonly Interval[]): Interval {
  let { lo, hi } = parts[0]!;
  for (const part of parts) {
    if (part.lo < lo) lo = part.lo;
    if (part.hi > hi) hi = part.hi;
  }
  return { lo, hi };
}

/** Return the plain modular interval: shifted if no wrap boundary is crossed, else the whole range. */
function modular({ lo, hi }: Interval, range: Interval, step: bigint): Interval {
  const size = range.hi - range.lo + 1n;
  if (step >= size) return { lo: 0n, hi: 0n };
  const offset = lo - range.lo;
  const turns = offset >= 0n ? offset / size : -((-offset + size - 1n) / size);
  const shifted = { lo: lo - turns * size, hi: hi - turns * size };
  return shifted.hi <= range.hi ? shifted : { lo: range.lo, hi: floorTo(range.hi, step) };
}

/**
 * Return the type of `cast(a, format)` for an operand of the given type.
 *
 * The interval is the exact hull of what the cast can give (see the limits in the header of this file).
 */
export function castType(type: WireType, format: FixedFormat): WireType {
  const fraction = fractionBits(format);
  const range = rawRange(format);
  const rounded = roundedInterval(type, format);
  const overflowed = (raw: bigint): bigint => cast(raw, fraction, format);
  if (format.overflow === 'AP_SAT' || format.overflow === 'AP_SAT_SYM') {
    return { lo: overflowed(rounded.lo), hi: overflowed(rounded.hi), fraction };
  }
  if (rounded.lo >= range.lo && rounded.hi <= range.hi) return { ...rounded, fraction };
  if (format.overflow === 'AP_WRAP_SM') {
    // The mode looks at a bit of the unrounded value, so only asking every code is exact.
    if (type.hi - type.lo >= ENUMERATED) return { ...range, fraction };
    const codes: Interval[] = [];
    for (let raw = type.lo; raw <= type.hi; raw++) {
      const code = cast(raw, type.fraction, format);
      codes.push({ lo: code, hi: code });
    }
    return { ...hull(codes), fraction };
  }
  // Digits appended on the right are zeros: the values are multiples of `step`.
  const step = 1n << BigInt(Math.max(0, fraction - type.fraction));
  if (isWrapping(format)) {
    return { ...modular(rounded, range, step), fraction };
  }
  const parts: Interval[] = [];
  const first = ceilTo(range.lo, step);
  const last = floorTo(range.hi, step);
  const inside = { lo: rounded.lo > first ? rounded.lo : first, hi: rounded.hi < last ? rounded.hi : last };
  if (inside.lo <= inside.hi) parts.push(inside);
  const lowBits = format.width - format.saturationBits;
  const outside = (part: Interval): Interval =>
    format.overflow === 'AP_SAT_ZERO' ? { lo: 0n, hi: 0n } : wrapped(part, lowBits, step, overflowed);
  if (rounded.lo < range.lo) {
    parts.push(outside({ lo: rounded.lo, hi: rounded.hi < range.lo ? rounded.hi : first - step }));
  }
  if (rounded.hi > range.hi) {
    parts.push(outside({ lo: rounded.lo > range.hi ? rounded.lo : last + step, hi: rounded.hi }));
  }
  return { ...hull(parts), fraction };
}

/** Tell whether a cast keeps every value of the interval (it may still move the binary point to the left). */
export function castKeepsValues(type: WireType, format: FixedFormat): boolean {
  const fraction = fractionBits(format);
  if (fraction < type.fraction) return false;
  const shift = BigInt(fraction - type.fraction);
  const lo = type.lo << shift;
  const hi = type.hi << shift;
  const range = rawRange(format);
  // AP_SAT_SYM moves the lowest code although it is in range, hence the look at the end itself.
  return lo >= range.lo && hi <= range.hi && cast(type.lo, type.fraction, format) === lo;
}
