import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logarithm, powerOfTwo, splitNearOne } from '../../src/random/index.ts';

const positive = fc.double({ min: 5e-324, max: Number.MAX_VALUE, noNaN: true });

describe('logarithm', () => {
  it('agrees with Math.log to 3e-16 relative', () => {
    fc.assert(
      fc.property(fc.oneof(positive, fc.double({ min: 0.5, max: 2, noNaN: true })), (x) => {
        expect(Math.abs(logarithm(x) - Math.log(x))).toBeLessThanOrEqual(3e-16 * Math.abs(Math.log(x)));
      }),
      { numRuns: 2000 },
    );
  });

  it('has the limits of a logarithm', () => {
    expect([
      logarithm(1),
      logarithm(0),
      logarithm(-0),
      logarithm(Infinity),
      logarithm(-1),
      logarithm(Number.NaN),
    ]).toEqual([0, -Infinity, -Infinity, Infinity, Number.NaN, Number.NaN]);
  });
});

describe('splitNearOne', () => {
  it('gives back the number exactly, with a mantissa in [√½, √2)', () => {
    fc.assert(
      fc.property(positive, (x) => {
        const { exponent, mantissa } = splitNearOne(x);
        const half = Math.trunc(exponent / 2);
        expect(mantissa * 2 ** half * 2 ** (exponent - half)).toBe(x);
        expect(mantissa > 0.7 && mantissa < 1.42).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('powerOfTwo', () => {
  it('gives every normal power exactly', () => {
    for (let k = -1022; k <= 1023; k += 1) expect(powerOfTwo(k)).toBe(2 ** k);
  });
});
