import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ValueError } from '../../src/errors.ts';
import {
  bitLength,
  cast,
  decodeDouble,
  fixed,
  fromDouble,
  powerOfTwo,
  toDouble,
  toFloat,
  ufixed,
} from '../../src/fixed/index.ts';
import { formats } from './arbitraries.ts';

const finite = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ noNaN: true, min: -300, max: 300 }),
);

describe('fromDouble', () => {
  it.each([
    [-0, 0n],
    [Number.MIN_VALUE, 0n],
    [-Number.MIN_VALUE, -1n],
    [1.25, 5n],
    [1.3, 5n],
    [-1.3, -6n],
    [1e300, 0n],
  ])('converts %d to ap_fixed<8,6>', (x, raw) => {
    expect(fromDouble(x, fixed(8, 6))).toBe(raw);
  });

  it('rounds the exact binary value once', () => {
    const half = 1.5 + 2 ** -52;
    expect(fromDouble(half, fixed(8, 8, { quantization: 'AP_RND_ZERO' }))).toBe(2n);
    expect(fromDouble(1.5, fixed(8, 8, { quantization: 'AP_RND_ZERO' }))).toBe(1n);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('rejects %d', (x) => {
    expect(() => fromDouble(x, ufixed(8, 4))).toThrow(
      new ValueError(`a number to convert to ap_ufixed<8,4> is ${x} but must be finite`),
    );
  });

  it("reads infinities as 2^1024 when asked for the vendor's behaviour", () => {
    const options = { nonFinite: 'vendor' } as const;
    const saturating = fixed(8, 4, { overflow: 'AP_SAT' });
    expect(fromDouble(Number.POSITIVE_INFINITY, saturating, options)).toBe(127n);
    expect(fromDouble(Number.NEGATIVE_INFINITY, saturating, options)).toBe(-128n);
    expect(fromDouble(Number.POSITIVE_INFINITY, fixed(8, 4), options)).toBe(0n);
    expect(fromDouble(Number.POSITIVE_INFINITY, ufixed(1, 1025), options)).toBe(1n);
  });

  it('inverts toDouble wherever a double holds the value', () => {
    fc.assert(
      fc.property(finite, (x) => {
        const { raw, fraction } = decodeDouble(x);
        expect(toDouble(raw, fraction)).toBe(x + 0);
      }),
      { numRuns: 2000 },
    );
  });

  it('is the cast of the decoded double', () => {
    fc.assert(
      fc.property(finite, formats(100), (x, format) => {
        const { raw, fraction } = decodeDouble(x);
        expect(fromDouble(x, format)).toBe(cast(raw, fraction, format));
      }),
      { numRuns: 500 },
    );
  });
});

describe('toDouble and toFloat', () => {
  it.each([
    ['a tie to even below', 2n ** 53n + 1n, 0, 2 ** 53],
    ['a tie to even above', 2n ** 53n + 3n, 0, 2 ** 53 + 4],
    ['the smallest subnormal', 1n, 1074, Number.MIN_VALUE],
    ['half of it, to even', 1n, 1075, 0],
    ['a bit above half of it', 3n, 1076, Number.MIN_VALUE],
    ['a subnormal, rounded once', 2n ** 53n + 1n, 1075, 2 ** -1022],
    ['just above a subnormal tie, by less than 53 bits show', 2n ** 59n + 1n, 1134, Number.MIN_VALUE],
    ['the largest double', (2n ** 53n - 1n) << 971n, 0, Number.MAX_VALUE],
    ['beyond it', 2n ** 1024n - 1n, 0, Number.POSITIVE_INFINITY],
    ['far below', -5n, 0, -5],
    ['a long fraction', 2n ** 3000n, 3000, 1],
  ])('%s', (_, raw, fraction, expected) => {
    expect(toDouble(raw, fraction)).toBe(expected);
  });

  it('rounds to single precision once, not through a double', () => {
    // 1 + 2^-24 + 2^-60: as a double it is the tie 1 + 2^-24, which would go to even (1).
    const raw = 2n ** 60n + 2n ** 36n + 1n;
    expect(toFloat(raw, 60)).toBe(1 + 2 ** -23);
    expect(Math.fround(toDouble(raw, 60))).toBe(1);
    expect(toFloat(1n, 149)).toBe(2 ** -149);
    expect(toFloat(1n, 150)).toBe(0);
    expect(toFloat(2n ** 59n + 1n, 209)).toBe(2 ** -149);
    expect(toFloat(2n ** 128n, 0)).toBe(Number.POSITIVE_INFINITY);
  });

  it('agrees with the rounding of the language for integers', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(2n ** 90n), max: 2n ** 90n }),
        fc.integer({ min: -20, max: 200 }),
        (raw, fraction) => {
          expect(toDouble(raw, fraction)).toBe(Number(raw) * 2 ** -fraction);
          expect(toDouble(raw << 700n, fraction + 700)).toBe(Number(raw) * 2 ** -fraction);
        },
      ),
      { numRuns: 500 },
    );
  });
});

it('powerOfTwo and bitLength are exact', () => {
  expect([-1022, -1, 0, 10, 1023].map(powerOfTwo)).toEqual([2 ** -1022, 0.5, 1, 1024, 2 ** 1023]);
  expect([0n, 1n, 2n, 255n, 256n, 2n ** 100n].map(bitLength)).toEqual([0, 1, 2, 8, 9, 101]);
});
