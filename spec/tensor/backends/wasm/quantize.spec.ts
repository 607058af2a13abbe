/** The vector function of a grid has the bits of the JavaScript loops, for all modes, widths and scales. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { insideGridVector, quantizeVector } from '../../../../src/tensor/backends/wasm/quantize.ts';
import { insideGrid, quantize, tensor, toFloats, type FixedGrid } from '../../../../src/tensor/index.ts';
import { differences, onArrays, sweep } from './vectors.ts';

const quantizations = [
  ...(['AP_TRN', 'AP_TRN_ZERO', 'AP_RND', 'AP_RND_ZERO', 'AP_RND_MIN_INF', 'AP_RND_INF', 'AP_RND_CONV'] as const),
];
const overflows = ['AP_SAT', 'AP_SAT_ZERO', 'AP_SAT_SYM', 'AP_WRAP'] as const;

function gridOf(width: number, fraction: number, signed: boolean): Omit<FixedGrid, 'quantization' | 'overflow'> {
  const span = 2 ** width;
  const [lo, hi] = signed ? [-span / 2, span / 2 - 1] : [0, span - 1];
  return { step: 2 ** -fraction, scale: 2 ** fraction, lo, hi, span };
}

const grids: fc.Arbitrary<FixedGrid> = fc
  .record({
    width: fc.integer({ min: 1, max: 24 }),
    fraction: fc.oneof(fc.integer({ min: -4, max: 20 }), fc.integer({ min: -100, max: 100 })),
    signed: fc.boolean(),
    quantization: fc.constantFrom(...quantizations),
    overflow: fc.constantFrom(...overflows),
  })
  .map(({ width, fraction, signed, ...modes }) => ({ ...gridOf(width, fraction, signed), ...modes }));

/** On the grid, half way between, just beside these, and anywhere. */
const valuesNear = ({ step, span }: FixedGrid): fc.Arbitrary<Float32Array> => {
  const whole = fc.integer({ min: -2 * span, max: 2 * span });
  const near = fc.tuple(whole, fc.constantFrom(0, 0.5, 0.25, -0.5), fc.constantFrom(1, 1 + 2 ** -23, 1 - 2 ** -23));
  const value = fc.oneof(
    near.map(([n, part, factor]) => (n + part) * step * factor),
    fc.float(),
    fc.constantFrom(0, -0, 1e-45, -1e-45, 3.4e38, -3.4e38, Infinity, -Infinity, Number.NaN),
  );
  return fc.array(value, { minLength: 1, maxLength: 40 }).map((values) => Float32Array.from(values));
};

function check(grid: FixedGrid, values: Float32Array): void {
  const x = tensor(values);
  for (const [define, expected] of [
    [quantizeVector, quantize],
    [insideGridVector, insideGrid],
  ] as const) {
    const found = onArrays((module) => define(module, grid))(values);
    expect(differences(found, toFloats(expected(x, grid))).map((i) => values[i])).toEqual([]);
  }
}

describe('quantizeVector and insideGridVector', () => {
  it('have the bits of the tensor functions for any grid', () => {
    const cases = grids.chain((grid) => valuesNear(grid).map((values) => [grid, values] as const));
    fc.assert(
      fc.property(cases, ([grid, values]) => check(grid, values)),
      { numRuns: 400 },
    );
  });

  const values = sweep(524287, [0, 0.5, 1, 8, 2 ** 24, 1e-38, Infinity], 20);

  it.each(quantizations.flatMap((quantization) => overflows.map((overflow) => ({ quantization, overflow }))))(
    'have them over all f32 with $quantization, $overflow',
    (modes) => {
      for (const fraction of [5, 0, -3, 100]) check({ ...gridOf(9, fraction, true), ...modes }, values);
    },
  );
});
