/** Accuracy of the elementary functions against the engine's own, and of exp against 200-bit arithmetic. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as e from '../../src/tensor/index.ts';
import { exponentialF32 } from './big-exponential.ts';

const range = (min: number, max: number): fc.Arbitrary<number> => fc.double({ min, max, noNaN: true });
const tiny = fc.integer({ min: -60, max: 0 }).chain((k) => range(-(2 ** k), 2 ** k));

const unary: readonly [string, (x: number) => number, (x: number) => number, fc.Arbitrary<number>][] = [
  ['exp', e.expScalar, Math.exp, fc.oneof(range(-708, 709), range(-3, 3))],
  ['expm1', e.expm1Scalar, Math.expm1, fc.oneof(range(-60, 709), range(-2, 2), tiny)],
  ['log', e.logScalar, Math.log, fc.oneof(range(1e-300, 1e300), range(0.5, 2))],
  [
    'log1p',
    e.log1pScalar,
    Math.log1p,
    fc.oneof(
      range(-0.999, 1e15),
      range(-0.9, 2),
      tiny.filter((x) => x > -1),
    ),
  ],
  ['log2', e.log2Scalar, Math.log2, fc.oneof(range(1e-300, 1e300), range(0.5, 0.99), range(1.01, 2))],
  ['tanh', e.tanhScalar, Math.tanh, fc.oneof(range(-25, 25), tiny)],
  ['sinh', e.sinhScalar, Math.sinh, fc.oneof(range(-710, 710), tiny)],
  ['cosh', e.coshScalar, Math.cosh, fc.oneof(range(-710, 710), tiny)],
  ['asinh', e.asinhScalar, Math.asinh, fc.oneof(range(-1e300, 1e300), range(-3, 3), tiny)],
  ['sin', e.sinScalar, Math.sin, fc.oneof(range(-1e6, 1e6), range(-10, 10), tiny)],
  ['cos', e.cosScalar, Math.cos, fc.oneof(range(-1e6, 1e6), range(-10, 10), tiny)],
  ['atan', e.atanScalar, Math.atan, fc.oneof(range(-1e300, 1e300), range(-3, 3), tiny)],
];

describe('elementary functions', () => {
  it.each(unary)('%s agrees with the engine to 1e-15 relative', (_name, ours, theirs, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, (x) => {
        const expected = theirs(x);
        expect(Math.abs(ours(x) - expected)).toBeLessThanOrEqual(1e-15 * Math.abs(expected));
      }),
      { numRuns: 3000 },
    );
  });

  it('sin and cos reduce huge arguments exactly', () => {
    fc.assert(
      fc.property(range(2 ** 20, Number.MAX_VALUE), fc.integer({ min: 0, max: 1000 }), (x, k) => {
        const y = x / 2 ** k;
        expect(Math.abs(e.sinScalar(y) - Math.sin(y))).toBeLessThanOrEqual(1e-15 * Math.abs(Math.sin(y)));
        expect(Math.abs(e.cosScalar(-y) - Math.cos(y))).toBeLessThanOrEqual(1e-15 * Math.abs(Math.cos(y)));
      }),
      { numRuns: 200 },
    );
  });

  it('sin and cos keep relative accuracy at the multiples of π/2', () => {
    for (let k = 1; k <= 2000; k += 1) {
      const x = k * (Math.PI / 2);
      expect(Math.abs(e.sinScalar(x) - Math.sin(x))).toBeLessThanOrEqual(1e-15 * Math.abs(Math.sin(x)));
      expect(Math.abs(e.cosScalar(x) - Math.cos(x))).toBeLessThanOrEqual(1e-15 * Math.abs(Math.cos(x)));
    }
  });

  it('pow agrees with the engine to 1e-15 relative', () => {
    fc.assert(
      fc.property(fc.oneof(range(1e-6, 1e6), range(0.5, 2)), range(-50, 50), (x, y) => {
        const expected = x ** y;
        expect(Math.abs(e.powScalar2(x, y) - expected)).toBeLessThanOrEqual(1e-15 * expected);
      }),
      { numRuns: 3000 },
    );
  });

  it('pow and atan2 have the special cases of IEEE 754', () => {
    const special = [0, -0, 1, -1, 0.5, -0.5, 2, -2, 3, -3, 1e300, -1e300, 5e-324, Infinity, -Infinity, Number.NaN];
    for (const a of special) {
      for (const b of special) {
        // ECMAScript alone makes 1^NaN and (±1)^±∞ not a number.
        const power = a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b;
        expectClose(e.powScalar2(a, b), power, `${a} ** ${b}`);
        expectClose(e.atan2Scalar(a, b), Math.atan2(a, b), `atan2(${a}, ${b})`);
      }
    }
  });

  it('have their limits', () => {
    expect([
      e.expScalar(-Infinity),
      e.expScalar(Infinity),
      e.expScalar(0),
      e.expScalar(-746),
      e.expScalar(710),
    ]).toEqual([0, Infinity, 1, 0, Infinity]);
    expect([e.tanhScalar(Infinity), e.tanhScalar(-40), e.tanhScalar(-0)]).toEqual([1, -1, -0]);
    expect([e.sigmoidScalar(-Infinity), e.sigmoidScalar(0), e.sigmoidScalar(800)]).toEqual([0, 0.5, 1]);
    expect([e.softplusScalar(-800), e.softplusScalar(800), e.erfScalar(Infinity), e.erfScalar(-9)]).toEqual([
      0, 800, 1, -1,
    ]);
    for (const f of [
      e.expScalar,
      e.logScalar,
      e.log1pScalar,
      e.tanhScalar,
      e.sinScalar,
      e.atanScalar,
      e.erfScalar,
      e.sigmoidScalar,
      e.softplusScalar,
    ]) {
      expect(f(Number.NaN)).toBeNaN();
    }
  });

  it('are odd or even where mathematics says so', () => {
    fc.assert(
      fc.property(range(-1000, 1000), (x) => {
        for (const f of [e.tanhScalar, e.sinScalar, e.sinhScalar, e.asinhScalar, e.atanScalar, e.erfScalar])
          expect(f(-x)).toBe(-f(x));
        for (const f of [e.cosScalar, e.coshScalar]) expect(f(-x)).toBe(f(x));
      }),
      { numRuns: 500 },
    );
  });

  it('sigmoid keeps relative accuracy in both tails', () => {
    fc.assert(
      fc.property(range(-700, 700), (x) => {
        const expected = x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x));
        expect(Math.abs(e.sigmoidScalar(x) - expected)).toBeLessThanOrEqual(1e-15 * expected);
      }),
      { numRuns: 2000 },
    );
  });

  // Values of the digital library of mathematical functions' definition, to 20 digits, computed with 60-digit arithmetic.
  it.each([
    [1e-10, 1.1283791670955126e-10],
    [0.1, 0.1124629160182849],
    [0.5, 0.5204998778130465],
    [1, 0.8427007929497149],
    [1.5, 0.9661051464753108],
    [2, 0.9953222650189527],
    [3, 0.9999779095030014],
    [4.5, 0.9999999998033839],
    [5.5, 0.9999999999999927],
  ])('erf %d is %d', (x, expected) => {
    expect(Math.abs(e.erfScalar(x) - expected)).toBeLessThanOrEqual(1e-15 * expected);
  });

  it('exp rounds correctly to f32 at the points of look-up tables', () => {
    for (const size of [64, 256, 1024, 4096]) {
      for (let i = 0; i < size; i += 1) {
        const x = (16 * (i - size / 2)) / size;
        expect(Math.fround(e.expScalar(x)), `exp(${x})`).toBe(exponentialF32(x));
      }
    }
  });
});

function expectClose(found: number, expected: number, what: string): void {
  if (Object.is(found, expected)) return;
  expect(Math.abs(found - expected), what).toBeLessThanOrEqual(1e-15 * Math.abs(expected));
  expect(expected, what).not.toBe(0);
}
