import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as t from '../../src/tensor/index.ts';
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
