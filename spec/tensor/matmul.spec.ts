import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as t from '../../src/tensor/index.ts';
import { matmulKernel, type MatrixOperand } from '../../src/tensor/backends/js/matmul.ts';
import { wasmMatmul } from '../../src/tensor/backends/wasm/matmul.ts';
import { tensorOf } from './arbitrary.ts';

const { fround } = Math;

/** The definition: each element over k in ascending order, product and sum rounded to f32. */
function reference(a: t.Tensor, b: t.Tensor): number[] {
  const [m, k] = a.shape as [number, number];
  const n = b.shape[1]!;
  const x = t.toFlat(a);
  const y = t.toFlat(b);
  return Array.from({ length: m * n }, (_, at) => {
    let sum = 0;
    for (let p = 0; p < k; p += 1) sum = fround(sum + fround(x[Math.floor(at / n) * k + p]! * y[p * n + (at % n)]!));
    return sum;
  });
}

const float = fc.float({ noNaN: true, noDefaultInfinity: true, min: -100, max: 100 });
const extent = fc.integer({ min: 1, max: 11 });

describe('matmul', () => {
  it('computes each element in the documented order, to the bit, in every layout', () => {
    fc.assert(
      fc.property(
        fc
          .tuple(extent, extent, extent)
          .chain(([m, k, n]) => fc.tuple(tensorOf([m, k], float), tensorOf([k, n], float))),
        ([a, b]) => {
          const expected = reference(a, b);
          const turned = (x: t.Tensor): t.Tensor => t.transpose(t.contiguous(t.transpose(x)));
          for (const left of [a, turned(a)]) {
            for (const right of [b, turned(b)]) expect(Array.from(t.toFlat(t.matmul(left, right)))).toEqual(expected);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('multiplies batches one by one, with broadcasting', () => {
    const matrices = fc.tuple(tensorOf([2, 1, 3, 4]), tensorOf([5, 4, 2]));
    fc.assert(
      fc.property(matrices, ([a, b]) => {
        const product = t.matmul(a, b);
        expect(product.shape).toEqual([2, 5, 3, 2]);
        for (let i = 0; i < 2; i += 1) {
          for (let j = 0; j < 5; j += 1) {
            const one = t.matmul(t.squeeze(t.slice(a, [[i, i + 1]]), [0, 1]), t.squeeze(t.slice(b, [[j, j + 1]]), 0));
            const found = t.squeeze(
              t.slice(product, [
                [i, i + 1],
                [j, j + 1],
              ]),
              [0, 1],
            );
            expect(t.toNested(found)).toEqual(t.toNested(one));
          }
        }
      }),
      { numRuns: 20 },
    );
  });

  it('takes vectors as NumPy does', () => {
    const v = t.tensor([1, 2, 3]);
    const m = t.fromArray([
      [1, 0],
      [0, 1],
      [1, 1],
    ]);
    expect(t.toNested(t.matmul(v, v))).toBe(14);
    expect(t.toNested(t.matmul(v, m))).toEqual([4, 5]);
    expect(t.toNested(t.matmul(t.transpose(m), v))).toEqual([4, 5]);
  });

  it('dense is a product and a sum, rounded one after the other', () => {
    fc.assert(
      fc.property(tensorOf([3, 5], float), tensorOf([5, 6], float), tensorOf([6], float), (x, w, b) => {
        expect(t.toNested(t.dense(x, w, b))).toEqual(t.toNested(t.add(t.matmul(x, w), b)));
      }),
      { numRuns: 50 },
    );
  });

  it('names shapes that do not fit', () => {
    expect(() => t.matmul(t.zeros([2, 3]), t.zeros([2, 3]))).toThrow(
      'matmul needs shapes [..., m, k] and [..., k, n], but got [2, 3] and [2, 3].',
    );
    expect(() => t.matmul(t.scalar(1), t.zeros([2]))).toThrow('matmul needs shapes');
    expect(() => t.dense(t.zeros([2, 3]), t.zeros([3, 4]), t.zeros([3]))).toThrow(
      'dense needs a kernel [in, out] and a bias [out]',
    );
  });
});

/** A rows × columns operand in one of four layouts: dense, transposed, every other column, every other row reversed. */
function operand(rows: number, columns: number, layout: number, seed: number): MatrixOperand {
  const data = Float32Array.from({ length: 2 * rows * columns + 3 }, (_, i) => fround(Math.sqrt(i + seed) % 1) - 0.5);
  if (layout === 0) return { data, offset: 1, row: columns, column: 1 };
  if (layout === 1) return { data, offset: 2, row: 1, column: rows };
  if (layout === 2) return { data, offset: 3, row: 2 * columns, column: 2 };
  return { data, offset: 2 * columns * (rows - 1), row: -2 * columns, column: 1 };
}

describe('the WebAssembly kernel', () => {
  it('gives the bits of the JavaScript kernel for all sizes and layouts', () => {
    const size = fc.integer({ min: 1, max: 40 });
    const layout = fc.integer({ min: 0, max: 3 });
    fc.assert(
      fc.property(size, size, size, layout, layout, (m, k, n, left, right) => {
        const a = operand(m, k, left, 1);
        const b = operand(k, n, right, 2);
        const expected = new Float32Array(m * n + 2);
        const found = new Float32Array(m * n + 2);
        matmulKernel(expected, 1, a, b, m, k, n);
        expect(wasmMatmul(found, 1, a, b, m, k, n)).toBe(true);
        expect(found).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  it('declines products beyond its memory and leaves the result alone', () => {
    const a = { data: new Float32Array(1), offset: 0, row: 0, column: 0 };
    const out = new Float32Array([7]);
    expect(wasmMatmul(out, 0, a, a, 2 ** 15, 2 ** 15, 1)).toBe(false);
    expect(out[0]).toBe(7);
  });
});
