/** The vector functions have the bits of the scalar ones, on a sweep of all f32 and around every threshold. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UnsupportedError } from '../../../../src/errors.ts';
import { elementaryFunctions, powScalarVector } from '../../../../src/tensor/backends/wasm/elementary.ts';
import * as scalar from '../../../../src/tensor/elementary/index.ts';
import { WasmModule } from '../../../../src/wasm/index.ts';
import { differences, onArrays, sweep } from './vectors.ts';

const unary: Readonly<Record<string, (x: number) => number>> = {
  exp: scalar.expScalar,
  expm1: scalar.expm1Scalar,
  log: scalar.logScalar,
  log1p: scalar.log1pScalar,
  log2: scalar.log2Scalar,
  sigmoid: scalar.sigmoidScalar,
  tanh: scalar.tanhScalar,
  softplus: scalar.softplusScalar,
  sinh: scalar.sinhScalar,
  cosh: scalar.coshScalar,
  asinh: scalar.asinhScalar,
  sin: scalar.sinScalar,
  cos: scalar.cosScalar,
  erf: scalar.erfScalar,
  atan: scalar.atanScalar,
};

/** Where a scalar function branches, saturates or changes its reduction, and the ends of the f32 range. */
const thresholds = (
  '0 1e-45 1.1754944e-38 1e-17 1e-9 5.9604645e-8 0.25 0.5 0.6931472 0.70710677 0.75 0.7853982 1 1.3333334 1.4142135 ' +
  '1.5707964 2 3.1415927 4 6 22 40 87.33654 88.72284 100 103.97208 110 709 1048576 16777216 268435456 1e18 1e20 ' +
  '3.4028235e38 Infinity'
)
  .split(' ')
  .flatMap((x) => [Number(x), -Number(x)]);

const anyFloat = fc.oneof(
  fc.float(),
  fc.float({ min: -8, max: 8 }),
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }).map((bits) => new Float32Array(Int32Array.of(bits).buffer)[0]!),
);

describe('elementary functions of vectors', () => {
  const inputs = sweep(32771, [...thresholds, Number.NaN], 40);

  it.each(Object.keys(unary))('%s has the bits of the scalar function', (name) => {
    const f = onArrays((module) => elementaryFunctions(module)(name));
    const expected = Float32Array.from(inputs, unary[name]!);
    expect(differences(f(inputs), expected).map((i) => inputs[i])).toEqual([]);
    fc.assert(
      fc.property(fc.array(anyFloat, { minLength: 1, maxLength: 9 }), (list) => {
        const values = Float32Array.from(list);
        expect(differences(f(values), Float32Array.from(values, unary[name]!))).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  const special = (
    '0 1 0.5 2 3 4 5 0.333 1.5 88 1e-45 1.1754944e-38 1e30 3.4e38 0.99999994 1.0000001 8388607.5 16777215 16777216 ' +
    '73786976294838206464 147573952589676412928 Infinity'
  ).split(' ');
  const signed = Float32Array.from([...special, ...special.map((x) => `-${x}`), 'NaN'].map(Number));
  const left = Float32Array.from([...signed].flatMap((x) => [...signed].map(() => x)));
  const right = Float32Array.from([...signed].flatMap(() => [...signed]));
  const base = fc.oneof(anyFloat, fc.float({ min: 0.5, max: 2 }), fc.constantFrom(...signed));
  const exponent = fc.oneof(anyFloat, fc.integer({ min: -20, max: 20 }), fc.constantFrom(...signed));
  /** Whether the scalar power would leave the doubles between its logarithm and its exponential. */
  const bursts = (x: number, y: number): boolean => Math.abs(Math.abs(y * Math.log(Math.abs(x))) - 728) < 20;
  const pair = fc.tuple(base, exponent).filter(([x, y]) => !bursts(x, y));
  const pairs = fc.array(pair, { minLength: 1, maxLength: 9 });

  it.each([
    ['pow', scalar.powScalar2],
    ['atan2', scalar.atan2Scalar],
  ] as const)('%s has the bits of the scalar function', (name, expected) => {
    const f = onArrays((module) => elementaryFunctions(module)(name));
    const check = (a: Float32Array, b: Float32Array): void => {
      const wanted = a.map((x, i) => expected(x, b[i]!));
      expect(differences(f(a, b), wanted).map((i) => [a[i], b[i]])).toEqual([]);
    };
    check(left, right);
    fc.assert(
      fc.property(pairs, (list) => {
        check(
          Float32Array.from(list, ([x]) => x),
          Float32Array.from(list, ([, y]) => y),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it.each([0, 1, 2, -1, 0.5, 3, -2, 0.1, 1.7, -0.5, 1e300, 5e-324, Infinity, -Infinity, Number.NaN])(
    'x^%d has the bits of the scalar function',
    (power) => {
      const f = onArrays((module) => powScalarVector(module, power));
      const values = sweep(1048573, [...thresholds, ...signed], 3);
      const expected = values.map((x) => scalar.powScalar2(x, power));
      expect(differences(f(values), expected).map((i) => values[i])).toEqual([]);
    },
  );

  it('are defined once per module, at the first call', () => {
    const module = new WasmModule();
    const functions = elementaryFunctions(module);
    expect(functions('exp')).toBe(functions('exp'));
    expect(functions('sin').index).not.toBe(functions('cos').index);
    expect(WebAssembly.validate(module.toBytes())).toBe(true);
  });

  it('that are not there are named', () => {
    expect(() => elementaryFunctions(new WasmModule())('gamma')).toThrow(UnsupportedError);
    expect(() => elementaryFunctions(new WasmModule())('gamma')).toThrow('There is no vector function "gamma"');
  });
});
