/** fast-check generators of formats, raw codes and values, biased to the ends of ranges where mistakes live. */
import * as fc from 'fast-check';
import {
  exactFormat,
  type FixedFormat,
  type FixedValue,
  OVERFLOWS,
  QUANTIZATIONS,
  rawRange,
} from '../../src/fixed/index.ts';

const width = (most: number): fc.Arbitrary<number> =>
  fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 1, max: Math.min(24, most) }) },
    { weight: 3, arbitrary: fc.integer({ min: 1, max: Math.min(80, most) }) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: most }) },
  );

/** Any format of at most `most` bits, with negative and over-wide integer parts. */
export function formats(most = 1024): fc.Arbitrary<FixedFormat> {
  return width(most).chain((bits) =>
    fc
      .record({
        signed: fc.boolean(),
        integer: fc.integer({ min: -12, max: bits + 12 }),
        quantization: fc.constantFrom(...QUANTIZATIONS),
        overflow: fc.constantFrom(...OVERFLOWS),
        saturationBits: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: bits })),
      })
      .map((parts) => ({ ...parts, width: bits, signed: parts.signed || parts.overflow === 'AP_WRAP_SM' })),
  );
}

/** A raw code of a format: its ends, values near zero, or anything. */
export function rawsOf(format: FixedFormat): fc.Arbitrary<bigint> {
  const { lo, hi } = rawRange(format);
  const near = [lo, lo + 1n, -1n, 0n, 1n, hi - 1n, hi].filter((raw) => raw >= lo && raw <= hi);
  return fc.oneof(fc.constantFrom(...near), fc.bigInt({ min: lo, max: hi }));
}

/** A value of any format. */
export function values(most = 1024): fc.Arbitrary<FixedValue> {
  return formats(most).chain((format) => rawsOf(format).map((raw) => ({ format, raw })));
}

/** A value of an integer type ap_int or ap_uint. */
export function integers(most = 200): fc.Arbitrary<FixedValue> {
  return fc
    .tuple(fc.boolean(), width(most))
    .chain(([signed, bits]) =>
      rawsOf(exactFormat(signed, bits, bits)).map((raw) => ({ format: exactFormat(signed, bits, bits), raw })),
    );
}

/** An exact source of a cast: an integer of up to 120 bits and a number of fraction bits. */
export const sources: fc.Arbitrary<{ readonly raw: bigint; readonly fraction: number }> = fc.record({
  raw: fc.oneof(
    fc.bigInt({ min: -64n, max: 64n }),
    fc.bigInt({ min: -(2n ** 40n), max: 2n ** 40n }),
    fc.bigInt({ min: -(2n ** 120n), max: 2n ** 120n }),
  ),
  fraction: fc.integer({ min: -20, max: 60 }),
});
