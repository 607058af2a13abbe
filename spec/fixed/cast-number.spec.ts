import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ValueError } from '../../src/errors.ts';
import {
  cast,
  castNumber,
  fixed,
  fromDouble,
  MAX_NUMBER_WIDTH,
  numberCaster,
  quantizeFloats,
  rawRange,
  toDouble,
  ufixed,
} from '../../src/fixed/index.ts';
import { formats } from './arbitraries.ts';

const safe = fc.oneof(
  fc.integer({ min: -300, max: 300 }),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.constantFrom(Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER),
);

describe('castNumber', () => {
  it('is bit-identical to the cast on BigInt', () => {
    fc.assert(
      fc.property(safe, fc.integer({ min: -70, max: 90 }), formats(MAX_NUMBER_WIDTH), (raw, fraction, format) => {
        const expected = Number(cast(BigInt(raw), fraction, format));
        expect(castNumber(raw, fraction, format)).toBe(expected);
        expect(numberCaster(fraction, format)(raw)).toBe(expected);
      }),
      { numRuns: 20000 },
    );
  });

  it('is so around every code, tie and end of the small formats', () => {
    fc.assert(
      fc.property(formats(5), (format) => {
        const fraction = format.width - format.integer + 2;
        const raws = Array.from({ length: 601 }, (_, k) => k - 300);
        const expected = raws.map((raw) => Number(cast(BigInt(raw), fraction, format)));
        expect(raws.map(numberCaster(fraction, format))).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('takes binary points far apart', () => {
    expect(castNumber(5, 2000, fixed(8, 8))).toBe(0);
    expect(castNumber(-5, 2000, fixed(8, 8))).toBe(-1);
    expect(castNumber(5, -2000, fixed(8, 8, { overflow: 'AP_SAT' }))).toBe(127);
  });

  it('rejects formats whose codes are no safe numbers', () => {
    expect(() => castNumber(1, 0, fixed(53, 53))).toThrow(
      new ValueError('the format of a cast on machine numbers is ap_fixed<53,53> but must have at most 52 bits'),
    );
  });
});

describe('quantizeFloats', () => {
  const narrow = formats(32).filter(({ signed, width }) => signed || width < 32);

  it('is bit-identical to fromDouble on each element', () => {
    // Doubles near codes and ties of the format, besides any double at all.
    const arrays = narrow.chain((format) => {
      const { lo, hi } = rawRange(format);
      const near = fc
        .tuple(fc.bigInt({ min: 8n * lo - 40n, max: 8n * hi + 40n }), fc.constantFrom(0, 1, -1))
        .map(([eighths, nudge]) => {
          const x = toDouble(eighths, format.width - format.integer + 3);
          return x * (1 + nudge * 2 ** -52);
        });
      const any = fc.double({ noNaN: true, noDefaultInfinity: true });
      return fc.record({ format: fc.constant(format), values: fc.array(fc.oneof(near, any), { maxLength: 40 }) });
    });
    fc.assert(
      fc.property(arrays, ({ format, values }) => {
        const expected = values.map((x) => Number(fromDouble(x, format)));
        expect([...quantizeFloats(values, format)]).toEqual(expected);
        expect([...quantizeFloats(new Float64Array(values), format)]).toEqual(expected);
      }),
      { numRuns: 1500 },
    );
  });

  it('does not mistake a value next to a tie for the tie', () => {
    const format = fixed(8, 8, { quantization: 'AP_RND_ZERO' });
    const below = 0.5 - 2 ** -54;
    const above = 0.5 + 2 ** -53;
    expect([...quantizeFloats([below, 0.5, above, -below, -0.5, -above], format)]).toEqual([0, 0, 1, 0, 0, -1]);
  });

  it('takes formats far from one and the smallest doubles', () => {
    const tiny = fixed(8, -1060, { quantization: 'AP_RND', overflow: 'AP_SAT' });
    const values = [Number.MIN_VALUE, -Number.MIN_VALUE, 3 * Number.MIN_VALUE, 1, -1, 0, -0];
    expect([...quantizeFloats(values, tiny)]).toEqual(values.map((x) => Number(fromDouble(x, tiny))));
    const small = ufixed(8, 0);
    expect([...quantizeFloats([Number.MIN_VALUE, 1e-250], small)]).toEqual([0, 0]);
    expect([...quantizeFloats([-1e-250], fixed(8, 0))]).toEqual([-1]);
  });

  it('names the element that is not finite, or reads it as the vendor does', () => {
    expect(() => quantizeFloats(new Float32Array([0, Number.NaN]), fixed(8, 4))).toThrow(
      new ValueError('element 1 to convert to ap_fixed<8,4> is NaN but must be finite'),
    );
    const saturating = fixed(8, 4, { overflow: 'AP_SAT' });
    const options = { nonFinite: 'vendor' } as const;
    expect([...quantizeFloats([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY], saturating, options)]).toEqual([
      -128, 127,
    ]);
  });

  it('rejects formats whose codes do not fit 32-bit integers', () => {
    expect(() => quantizeFloats([1], ufixed(32, 32))).toThrow(ValueError);
    expect(() => quantizeFloats([1], fixed(33, 32))).toThrow(ValueError);
    expect([...quantizeFloats([-1], fixed(32, 1))]).toEqual([-(2 ** 31)]);
  });
});
