/** The public generators with the ranges of these specs: wide words, and binary points far outside them. */
import type * as fc from 'fast-check';
import { exactFormat, type FixedFormat, type FixedValue } from '../../src/fixed/index.ts';
import * as arbitraries from '../../src/verification/arbitraries/index.ts';

export const rawsOf = arbitraries.rawCodes;

const choice = (most: number): arbitraries.FormatChoice => ({
  maxWidth: most,
  minFraction: -12,
  maxSaturationBits: most,
});

/** Any format of at most `most` bits, with negative and over-wide integer parts. */
export function formats(most = 1024): fc.Arbitrary<FixedFormat> {
  return arbitraries.formats(choice(most));
}

/** A value of any format. */
export function values(most = 1024): fc.Arbitrary<FixedValue> {
  return arbitraries.values(choice(most));
}

/** A value of an integer type ap_int or ap_uint. */
export function integers(most = 200): fc.Arbitrary<FixedValue> {
  return arbitraries
    .values({ ...choice(most), minFraction: 0, maxFraction: 0 })
    .map(({ format: { signed, width }, raw }) => ({ format: exactFormat(signed, width, width), raw }));
}

/** An exact source of a cast: an integer of up to 120 bits and a number of fraction bits. */
export const sources: fc.Arbitrary<arbitraries.ExactValue> = arbitraries.exactValues(120);
