import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { compare, equals, fixed, fixedValue, ufixed } from '../../src/fixed/index.ts';
import { values } from './arbitraries.ts';
import { minus, rationalOf, sign } from './rational.ts';

it('orders by the exact rational value', () => {
  fc.assert(
    fc.property(values(), values(), (a, b) => {
      const expected = sign(minus(rationalOf(a), rationalOf(b)));
      expect(compare(a, b)).toBe(expected);
      expect(compare(b, a)).toBe(0 - expected);
      expect(equals(a, b)).toBe(expected === 0);
    }),
    { numRuns: 1000 },
  );
});

it('is a total order', () => {
  fc.assert(
    fc.property(values(40), values(40), values(40), (a, b, c) => {
      const [x, y, z] = [a, b, c].toSorted(compare) as [typeof a, typeof a, typeof a];
      expect([compare(x, y), compare(y, z), compare(x, z)].every((order) => order <= 0)).toBe(true);
      expect(compare(a, a)).toBe(0);
    }),
    { numRuns: 500 },
  );
});

it('compares mixed signs by value where ap_types compares words', () => {
  expect(compare(fixedValue(fixed(8, 8), -1n), fixedValue(ufixed(128, 64), 2n ** 100n))).toBe(-1);
  expect(compare(fixedValue(ufixed(64, 16), 0n), fixedValue(fixed(8, 8), -127n))).toBe(1);
});
