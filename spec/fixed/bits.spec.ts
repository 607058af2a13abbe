/** Bit operations and shifts. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ValueError } from '../../src/errors.ts';
import {
  add,
  bitwise,
  compare,
  exactFormat,
  fixed,
  fixedValue,
  fractionBits,
  holdsRaw,
  invert,
  negate,
  shiftLeft,
  shiftRight,
  subtract,
  ufixed,
} from '../../src/fixed/index.ts';
import { values } from './arbitraries.ts';
import { floor, rational } from './rational.ts';

describe('bitwise', () => {
  it('aligns the binary points and extends signs', () => {
    // 01.10 and 1.1 (−0.5) = 11.10
    expect(bitwise('and', fixedValue(ufixed(4, 2), 6n), fixedValue(fixed(2, 1), -1n))).toEqual(
      fixedValue(exactFormat(true, 5, 3), 6n),
    );
    expect(bitwise('xor', fixedValue(ufixed(4, 2), 6n), fixedValue(fixed(2, 1), -1n)).raw).toBe(-8n);
  });

  it('obeys a + b = (a | b) + (a & b) and a ^ b = (a | b) − (a & b)', () => {
    fc.assert(
      fc.property(values(), values(), (a, b) => {
        const [both, either, one] = [bitwise('and', a, b), bitwise('or', a, b), bitwise('xor', a, b)];
        expect(compare(add(a, b), add(either, both))).toBe(0);
        expect(compare(one, subtract(either, both))).toBe(0);
        expect([both, either, one].every(({ format, raw }) => holdsRaw(format, raw))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('invert', () => {
  it('is its own inverse and −x minus one last bit for signed types', () => {
    fc.assert(
      fc.property(values(), (a) => {
        expect(holdsRaw(invert(a).format, invert(a).raw)).toBe(true);
        expect(invert(invert(a)).raw).toBe(a.raw);
        if (a.format.signed) expect(invert(a).raw).toBe(negate(a).raw - 1n);
        else expect(invert(a).raw + a.raw).toBe(2n ** BigInt(a.format.width) - 1n);
      }),
      { numRuns: 300 },
    );
  });
});

describe('shifts', () => {
  const counts = fc.integer({ min: -1100, max: 1100 });

  it('keep the format, floor on the right and drop bits on the left', () => {
    fc.assert(
      fc.property(values(), counts, (a, n) => {
        const left = shiftLeft(a, n);
        expect(left.format).toEqual(a.format);
        expect(holdsRaw(left.format, left.raw)).toBe(true);
        expect(shiftRight(a, -n)).toEqual(left);
        if (n < 0) expect(left.raw).toBe(floor(rational(a.raw, -n)));
        else expect((left.raw - a.raw * 2n ** BigInt(n)) % 2n ** BigInt(a.format.width)).toBe(0n);
      }),
      { numRuns: 500 },
    );
  });

  it('neither saturate nor round, whatever the modes say', () => {
    const format = fixed(4, 2, { quantization: 'AP_RND', overflow: 'AP_SAT' });
    expect(shiftLeft(fixedValue(format, 5n), 1).raw).toBe(-6n);
    expect(shiftRight(fixedValue(format, 3n), 1).raw).toBe(1n);
  });

  it('take any count without asking for its bits', () => {
    const value = fixedValue(fixed(8, 4), -3n);
    expect(shiftLeft(value, 2 ** 40).raw).toBe(0n);
    expect(shiftRight(value, 2 ** 40).raw).toBe(-1n);
    expect(fractionBits(shiftRight(value, 8).format)).toBe(4);
  });

  it('reject a count that is no integer', () => {
    expect(() => shiftLeft(fixedValue(fixed(8, 4), 1n), 1.5)).toThrow(
      new ValueError('a shift count is 1.5 but must be an integer'),
    );
  });
});
