import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countSignedDigits, signedDigits } from '../../../src/circuit/index.ts';

describe('signedDigits', () => {
  it('represents the value with no two adjacent non-zero digits', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), (value) => {
        const digits = signedDigits(value);
        const sum = digits.reduce((acc, { shift, negative }) => acc + (negative ? -1n : 1n) * 2n ** BigInt(shift), 0n);
        expect(sum).toBe(value);
        digits.slice(1).forEach((digit, k) => expect(digit.shift - digits[k]!.shift).toBeGreaterThanOrEqual(2));
      }),
      { numRuns: 300 },
    );
  });

  it('needs two digits for 7 and three for 11', () => {
    expect(signedDigits(7n)).toEqual([
      { shift: 0, negative: true },
      { shift: 3, negative: false },
    ]);
    expect(signedDigits(11n)).toHaveLength(3);
  });
});

describe('countSignedDigits', () => {
  it('counts them, whatever the sign', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.nat({ max: 20 }), (value, shift) => {
        const large = value * 2 ** shift;
        expect(countSignedDigits(large)).toBe(signedDigits(BigInt(large)).length);
      }),
      { numRuns: 300 },
    );
  });
});
