import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ValueError } from '../../src/errors.ts';
import {
  abs,
  accumulate,
  add,
  compare,
  decrement,
  divide,
  exactFormat,
  fixed,
  type FixedValue,
  fixedValue,
  fractionBits,
  holdsRaw,
  increment,
  modulo,
  multiply,
  negate,
  negationFormat,
  productFormat,
  quotientFormat,
  rawRange,
  remainderFormat,
  subtract,
  sumFormat,
  toInteger,
  ufixed,
} from '../../src/fixed/index.ts';
import { integers, values } from './arbitraries.ts';
import { equal, minus, over, plus, rational, type Rational, rationalOf, sign, times, truncate } from './rational.ts';

/** The result is in its own format and is the exact number. */
function expectExact(result: FixedValue, exact: Rational): void {
  expect(holdsRaw(result.format, result.raw)).toBe(true);
  expect(equal(rationalOf(result), exact)).toBe(true);
}

describe('exact operators', () => {
  it('never round and never overflow', () => {
    fc.assert(
      fc.property(values(), values(), (a, b) => {
        const [x, y] = [rationalOf(a), rationalOf(b)];
        expectExact(add(a, b), plus(x, y));
        expectExact(subtract(a, b), minus(x, y));
        expectExact(multiply(a, b), times(x, y));
        expectExact(negate(a), { n: -x.n, d: x.d });
        expectExact(abs(a), sign(x) < 0 ? { n: -x.n, d: x.d } : x);
      }),
      { numRuns: 1000 },
    );
  });

  it('hold the extreme operands of every small pair of formats', () => {
    const small = [true, false].flatMap((signed) =>
      [1, 2, 3].flatMap((width) => [-1, 1, 2, 4].map((integer) => exactFormat(signed, width, integer))),
    );
    for (const f of small) {
      for (const g of small) {
        for (const left of Object.values(rawRange(f))) {
          for (const right of Object.values(rawRange(g))) {
            const [a, b] = [fixedValue(f, left), fixedValue(g, right)];
            expectExact(add(a, b), plus(rationalOf(a), rationalOf(b)));
            expectExact(subtract(a, b), minus(rationalOf(a), rationalOf(b)));
            expectExact(multiply(a, b), times(rationalOf(a), rationalOf(b)));
            if (right !== 0n) {
              expect(holdsRaw(quotientFormat(f, g), divide(a, b).raw)).toBe(true);
              expect(holdsRaw(remainderFormat(f, g), modulo(a, b).raw)).toBe(true);
            }
          }
        }
      }
    }
  });

  it('give the formats of ap_types', () => {
    expect(sumFormat(fixed(8, 3), ufixed(6, 4))).toEqual(exactFormat(true, 11, 6));
    expect(productFormat(fixed(8, 3), ufixed(6, 4))).toEqual(exactFormat(true, 14, 7));
    expect(quotientFormat(fixed(16, 6), fixed(8, 3))).toEqual(exactFormat(true, 22, 12));
    expect(quotientFormat(ufixed(10, 5), ufixed(4, 6))).toEqual(exactFormat(false, 10, 3));
    expect(remainderFormat(fixed(40, 40), ufixed(17, 17))).toEqual(exactFormat(true, 18, 18));
    expect(negationFormat(ufixed(8, 0))).toEqual(exactFormat(true, 9, 1));
  });

  it('obey the laws of negation, magnitude and subtraction', () => {
    fc.assert(
      fc.property(values(200), values(200), (a, b) => {
        expect(compare(negate(negate(a)), a)).toBe(0);
        expect(compare(abs(negate(a)), abs(a))).toBe(0);
        expect(compare(subtract(a, b), add(a, negate(b)))).toBe(0);
        expect(compare(multiply(negate(a), b), negate(multiply(a, b)))).toBe(0);
        expect(compare(abs(multiply(a, b)), multiply(abs(a), abs(b)))).toBe(0);
        expect(compare(add(a, b), add(b, a))).toBe(0);
      }),
      { numRuns: 300 },
    );
  });
});

describe('division', () => {
  it('truncates the exact quotient toward zero at the last kept bit', () => {
    fc.assert(
      fc.property(values(300), values(300), (a, b) => {
        fc.pre(b.raw !== 0n);
        const quotient = divide(a, b);
        const kept = fractionBits(quotient.format);
        const scaled = times(over(rationalOf(a), rationalOf(b)), rational(1n, -kept));
        expect(quotient.raw).toBe(truncate(scaled));
        expect(holdsRaw(quotient.format, quotient.raw)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('gives the true quotient where ap_types gives a wrong sign or reads a negative as huge', () => {
    expect(divide(fixedValue(fixed(16, 6), -32768n), fixedValue(fixed(1, 1), -1n)).raw).toBe(32768n);
    expect(divide(fixedValue(ufixed(100, 100), 1000n), fixedValue(fixed(40, 40), -7n)).raw).toBe(-142n);
    expect(modulo(fixedValue(fixed(16, 16), -256n), fixedValue(ufixed(64, 64), 100n)).raw).toBe(-56n);
  });

  it('satisfies a = b · trunc(a / b) + a mod b', () => {
    fc.assert(
      fc.property(integers(), integers(), (a, b) => {
        fc.pre(b.raw !== 0n);
        const rest = modulo(a, b);
        expect(compare(add(multiply(b, divide(a, b)), rest), a)).toBe(0);
        expect(compare(abs(rest), abs(b))).toBe(-1);
        expect(rest.raw === 0n || rest.raw < 0n === a.raw < 0n).toBe(true);
        expect(holdsRaw(rest.format, rest.raw)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('takes remainders of fractions exactly', () => {
    fc.assert(
      fc.property(values(100), values(100), (a, b) => {
        fc.pre(b.raw !== 0n);
        const [x, y] = [rationalOf(a), rationalOf(b)];
        expectExact(modulo(a, b), minus(x, times(y, { n: truncate(over(x, y)), d: 1n })));
      }),
      { numRuns: 500 },
    );
  });

  it('rejects a zero divisor', () => {
    const zero = fixedValue(fixed(4, 2), 0n);
    const message = 'the divisor (ap_fixed<4,2>) of a value of ap_fixed<8,3> is 0 but must not be zero';
    expect(() => divide(fixedValue(fixed(8, 3), 1n), zero)).toThrow(new ValueError(message));
    expect(() => modulo(fixedValue(fixed(8, 3), 1n), zero)).toThrow(new ValueError(message));
  });
});

describe('operators that convert back', () => {
  it('count in the type itself with its modes', () => {
    const saturating = fixed(4, 2, { overflow: 'AP_SAT' });
    expect(increment(fixedValue(saturating, 6n))).toEqual(fixedValue(saturating, 7n));
    expect(decrement(fixedValue(saturating, -6n))).toEqual(fixedValue(saturating, -8n));
    expect(increment(fixedValue(fixed(4, 2), 6n)).raw).toBe(-6n);
  });

  it('accumulate in order, so that saturation in between matters', () => {
    const accumulator = fixedValue(fixed(4, 4, { overflow: 'AP_SAT' }), 6n);
    const step = (raw: bigint): FixedValue => fixedValue(fixed(4, 4), raw);
    const up = accumulate(add, accumulator, step(5n));
    expect(accumulate(add, up, step(-5n)).raw).toBe(2n);
  });
});

it('toInteger truncates toward zero and keeps the low bits', () => {
  expect(toInteger(fixedValue(fixed(8, 4), -25n), 32)).toBe(-1n);
  expect(toInteger(fixedValue(fixed(6, -2), -1n), 32)).toBe(0n);
  expect(toInteger(fixedValue(ufixed(40, 40), 2n ** 39n + 5n), 32)).toBe(5n);
  expect(toInteger(fixedValue(ufixed(4, 8), 15n), 64)).toBe(240n);
});
