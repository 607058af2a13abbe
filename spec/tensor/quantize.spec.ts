/** Rounding to a fixed-point grid as tensor functions; the modes themselves are tested against `fixed` in compression. */
import { describe, expect, it } from 'vitest';
import * as t from '../../src/tensor/index.ts';
import type { FixedGrid } from '../../src/tensor/index.ts';

/** −2 … 1.75 in steps of ¼. */
const grid: FixedGrid = {
  step: 0.25,
  scale: 4,
  lo: -8,
  hi: 7,
  span: 16,
  quantization: 'AP_RND_CONV',
  overflow: 'AP_SAT',
};

describe('quantize', () => {
  it('rounds and saturates, of any strides', () => {
    const x = t.transpose(
      t.fromArray([
        [0.125, 0.375, 9],
        [-0.1, -2.2, Number.NaN],
      ]),
    );
    const y = t.quantize(x, grid);
    expect(t.toNested(y)).toEqual([
      [0, 0],
      [0.5, -2],
      [1.75, Number.NaN],
    ]);
    expect(Object.is(t.toFlat(y)[1], 0)).toBe(true);
  });

  it('wraps or zeroes where the mode says so', () => {
    const x = t.tensor([1.75, 2, 2.25, -2.25, Infinity]);
    expect([...t.toFlat(t.quantize(x, { ...grid, overflow: 'AP_WRAP' }))]).toEqual([1.75, -2, -1.75, 1.75, Number.NaN]);
    expect([...t.toFlat(t.quantize(x, { ...grid, overflow: 'AP_SAT_ZERO' }))]).toEqual([1.75, 0, 0, 0, 0]);
  });

  it('and insideGrid are traced', () => {
    const x = t.symbolicInput('x', [2, 3]);
    for (const [name, y] of [
      ['quantize', t.quantize(x, grid)],
      ['insideGrid', t.insideGrid(x, grid)],
    ] as const) {
      if (!t.isSymbolic(y)) throw new TypeError(`${name} was computed.`);
      expect([y.shape, y.dtype, y.node.operation, y.node.attributes]).toEqual([[2, 3], 'f32', name, { grid }]);
      expect(y.node.inputs[0]).toBe(x);
    }
  });
});

describe('insideGrid', () => {
  it('marks what rounds to a value of the grid', () => {
    const x = t.tensor([1.8, 1.9, -2.1, -2.2, Number.NaN, 0]);
    expect([...t.toFlat(t.insideGrid(x, grid))]).toEqual([1, 0, 1, 0, 0, 1]);
  });
});
