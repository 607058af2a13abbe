/**
 * Values where mistakes live: raw codes at and beside the ends of a format and around zero; doubles on the grid of a
 * format, half way between two of its points, one unit in the last place beside those, and beyond its range.
 */
import * as fc from 'fast-check';
import { type FixedFormat, type FixedValue, fractionBits, rawRange, toDouble } from '../../fixed/index.ts';
import { type FormatChoice, formats, simplerFormats, towardsZero } from './formats.ts';
import { withShrinks } from './with-shrinks.ts';

/** A raw code with its binary point: the value raw · 2^-fraction. */
export interface ExactValue {
  readonly raw: bigint;
  /** Any integer. */
  readonly fraction: number;
}

/** Return the code of a range that is nearest to `raw`. */
export function clampCode(raw: bigint, { lo, hi }: { readonly lo: bigint; readonly hi: bigint }): bigint {
  return raw < lo ? lo : raw > hi ? hi : raw;
}

/** List codes between zero and `raw`, those nearest to zero first. @defaultValue range all integers */
export function* simplerCodes(raw: bigint, range?: { readonly lo: bigint; readonly hi: bigint }): Iterable<bigint> {
  const origin = range === undefined ? 0n : clampCode(0n, range);
  for (let gap = raw - origin; gap !== 0n; gap /= 2n) yield raw - gap;
  // Without its highest digit: what depends on the low bits alone stays.
  const magnitude = raw < 0n ? -raw : raw;
  if (origin !== 0n || magnitude < 2n) return;
  const low = magnitude - (1n << BigInt(magnitude.toString(2).length - 1));
  yield raw < 0n ? -low : low;
}

/** Generate the raw codes of a range, inclusive, with its ends and the neighbourhood of zero more often than the rest. */
export function codesWithin(range: { readonly lo: bigint; readonly hi: bigint }): fc.Arbitrary<bigint> {
  const { lo, hi } = range;
  const near = [lo, lo + 1n, -1n, 0n, 1n, hi - 1n, hi].filter((raw) => raw >= lo && raw <= hi);
  return withShrinks(fc.oneof(fc.constantFrom(...near), fc.bigInt({ min: lo, max: hi })), (raw) =>
    simplerCodes(raw, range),
  );
}

/** Generate the raw codes of a format; they shrink towards zero. */
export function rawCodes(format: FixedFormat): fc.Arbitrary<bigint> {
  return codesWithin(rawRange(format));
}

/** Generate a format with one of its raw codes; format and code shrink together. */
export function values(choice: FormatChoice = {}): fc.Arbitrary<FixedValue> {
  const source = formats(choice).chain((format) => rawCodes(format).map((raw): FixedValue => ({ format, raw })));
  return withShrinks(source, function* simpler({ format, raw }) {
    for (const narrow of simplerFormats(format, choice)) {
      yield { format: narrow, raw: clampCode(raw, rawRange(narrow)) };
    }
    for (const code of simplerCodes(raw, rawRange(format))) yield { format, raw: code };
  });
}

/**
 * Generate exact values to cast: integers of up to `maxBits` bits with −20 … 60 fraction bits.
 *
 * @param maxBits at least 1. @defaultValue 120
 */
export function exactValues(maxBits = 120): fc.Arbitrary<ExactValue> {
  const within = (bits: number): fc.Arbitrary<bigint> => {
    const limit = 1n << BigInt(Math.min(bits, maxBits));
    return fc.bigInt({ min: -limit, max: limit });
  };
  const source = fc.record({
    raw: fc.oneof(within(6), within(40), within(maxBits)),
    fraction: fc.integer({ min: -20, max: 60 }),
  });
  return withShrinks(source, function* simpler({ raw, fraction }) {
    for (const code of simplerCodes(raw)) yield { raw: code, fraction };
    for (const fewer of towardsZero(fraction)) yield { raw, fraction: fewer };
  });
}

/**
 * Generate finite doubles that test the conversion to a format: its grid points, the ties between them, the doubles
 * next to either, the ends of its range and what lies beyond them.
 *
 * Grid points and ties of more than 53 significant bits are rounded to the nearest double.
 */
export function doublesFor(format: FixedFormat): fc.Arbitrary<number> {
  const fraction = fractionBits(format);
  const { lo, hi } = rawRange(format);
  const onGrid = rawCodes(format).map((raw) => toDouble(raw, fraction));
  // Odd multiples of half a unit; the last ones lie half a unit outside the range.
  const ties = codesWithin({ lo: lo - 1n, hi }).map((raw) => toDouble(2n * raw + 1n, fraction + 1));
  const beyond = codesWithin({ lo: 4n * lo - 4n, hi: 4n * hi + 4n }).map((raw) => toDouble(raw, fraction));
  const beside = fc.tuple(fc.oneof(onGrid, ties), fc.constantFrom(1n, -1n)).map(([x, step]) => neighbour(x, step));
  return fc
    .oneof(
      onGrid,
      ties,
      beside,
      beyond,
      fc.double({ min: 2 * toDouble(lo - 1n, fraction), max: 2 * toDouble(hi + 1n, fraction), noNaN: true }),
    )
    .filter(Number.isFinite);
}

const scratch = new DataView(new ArrayBuffer(8));

/** Return the next double away from zero (step 1) or towards it (step −1); zero goes to the smallest of its sign. */
function neighbour(x: number, step: 1n | -1n): number {
  scratch.setFloat64(0, x);
  const magnitude = scratch.getBigUint64(0) & ((1n << 63n) - 1n);
  const moved = magnitude === 0n ? 1n : magnitude + step;
  scratch.setBigUint64(0, moved | (x < 0 ? 1n << 63n : 0n));
  return scratch.getFloat64(0);
}
