import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ShapeError } from '../../src/errors.ts';
import * as t from '../../src/tensor/index.ts';
import { tensors } from './arbitrary.ts';

/** The documented order of a sum, written the slow way: ascending leaves of 32, then an aligned binary tree. */
function treeSum(values: readonly number[]): number {
  if (values.length <= 32) return values.reduce((sum, x) => Math.fround(sum + x), 0);
  let span = 32;
  while (span * 2 < values.length) span *= 2;
  return Math.fround(treeSum(values.slice(0, span)) + treeSum(values.slice(span)));
}

const floats = fc.float({ noNaN: true, noDefaultInfinity: true, min: -1000, max: 1000 });

describe('sum', () => {
  it('adds in the documented tree order, whatever the layout', () => {
    fc.assert(
      fc.property(
        fc.array(floats, { minLength: 1, maxLength: 300 }),
        fc.integer({ min: 1, max: 5 }),
        (column, width) => {
          const values = column.map(Math.fround);
          const expected = treeSum(values);
          expect(t.item(t.sum(t.tensor(values)))).toBe(expected);
          // The same numbers as columns of a matrix, as a transpose, and with axes on both sides.
          const columns = t.contiguous(t.transpose(t.broadcastTo(t.tensor(values), [width, values.length])));
          expect(new Set(t.toFlat(t.sum(columns, 0)))).toEqual(new Set([expected]));
          expect(new Set(t.toFlat(t.sum(t.transpose(columns), 1)))).toEqual(new Set([expected]));
          expect(new Set(t.toFlat(t.sum(t.broadcastTo(columns, [2, values.length, width]), 1)))).toEqual(
            new Set([expected]),
          );
        },
      ),
      { numRuns: 150 },
    );
  });

  it('over the leading and other axes adds up the sums of the entries', () => {
    const x = t.tensor(
      Float32Array.from({ length: 200 * 3 * 11 }, (_, i) => Math.fround(Math.sqrt(i))),
      [200, 3, 11],
    );
    expect(t.toNested(t.sum(x, [0, 2]))).toEqual(t.toNested(t.sum(t.sum(x, 2), 0)));
  });

  it('over scattered axes adds in the row-major order of those axes', () => {
    const x = t.tensor(
      Float32Array.from({ length: 2 * 7 * 3 * 11 }, (_, i) => Math.fround(Math.sqrt(i))),
      [2, 7, 3, 11],
    );
    const moved = t.reshape(t.transpose(x, [0, 2, 1, 3]), [2, 3, 77]);
    expect(t.toNested(t.sum(x, [1, 3]))).toEqual(t.toNested(t.sum(moved, 2)));
  });

  it('stays accurate over a million numbers', () => {
    const x = t.full([1 << 20], 0.1);
    expect(Math.abs(t.item(t.sum(x)) / ((1 << 20) * Math.fround(0.1)) - 1)).toBeLessThan(1e-6);
  });
});

describe('reductions', () => {
  it('have the shapes that their axes say', () => {
    fc.assert(
      fc.property(tensors, fc.boolean(), fc.infiniteStream(fc.boolean()), (x, keep, picks) => {
        const axes = x.shape.flatMap((_, axis) => (picks.next().value ? [axis] : []));
        const expected = keep
          ? x.shape.map((n, i) => (axes.includes(i) ? 1 : n))
          : x.shape.filter((_, i) => !axes.includes(i));
        for (const f of [t.sum, t.mean, t.max, t.min, t.std, t.var, t.prod, t.logSumExp])
          expect(f(x, axes, keep).shape).toEqual(expected);
      }),
      { numRuns: 100 },
    );
  });

  it('agree with plain loops on all elements', () => {
    fc.assert(
      fc.property(tensors, (x) => {
        const flat = Array.from(t.toFlat(x));
        expect(t.item(t.max(x))).toBe(Math.max(...flat));
        expect(t.item(t.min(x))).toBe(Math.min(...flat));
        expect(t.item(t.argmax(x))).toBe(flat.indexOf(Math.max(...flat)));
        expect(t.item(t.argmin(x))).toBe(flat.indexOf(Math.min(...flat)));
        const mean = flat.reduce((a, b) => a + b, 0) / flat.length;
        const variance = flat.reduce((a, b) => a + (b - mean) ** 2, 0) / flat.length;
        expect(t.item(t.mean(x))).toBeCloseTo(mean, 4);
        expect(t.item(t.var(x)) / Math.max(1, variance)).toBeCloseTo(variance / Math.max(1, variance), 4);
      }),
      { numRuns: 100 },
    );
  });

  it('variance divides by n − correction', () => {
    expect(t.item(t.var(t.tensor([1, 2, 3, 4])))).toBe(1.25);
    expect(t.item(t.var(t.tensor([1, 2, 3, 4]), null, false, 1))).toBe(Math.fround(5 / 3));
    expect(t.item(t.std(t.tensor([2, 4])))).toBe(1);
  });

  it('argmax gives the first of equals and the first NaN', () => {
    expect(t.item(t.argmax(t.tensor([1, 3, 3])))).toBe(1);
    expect(t.item(t.argmax(t.tensor([1, Number.NaN, 3, Number.NaN])))).toBe(1);
    expect(t.item(t.max(t.tensor([1, Number.NaN, 3])))).toBeNaN();
    expect(
      t.toNested(
        t.argmax(
          t.fromArray([
            [1, 5],
            [7, 2],
          ]),
          0,
        ),
      ),
    ).toEqual([1, 0]);
  });

  it('cumsum and productOfOthers run along their axis', () => {
    const x = t.fromArray([
      [1, 2, 3],
      [4, 0, 6],
    ]);
    expect(t.toNested(t.cumsum(x, 1))).toEqual([
      [1, 3, 6],
      [4, 4, 10],
    ]);
    expect(t.toNested(t.cumsum(x, 0))).toEqual([
      [1, 2, 3],
      [5, 2, 9],
    ]);
    expect(t.toNested(t.productOfOthers(x, 1))).toEqual([
      [6, 3, 2],
      [0, 24, 0],
    ]);
  });

  it('softmax adds up to one, also for extreme logits, and logSoftmax is its logarithm', () => {
    const x = t.fromArray([
      [1000, 0, -1000],
      [1, 2, 3],
    ]);
    const p = t.softmax(x);
    expect(t.toNested(t.slice(p, [[0, 1]]))).toEqual([[1, 0, 0]]);
    expect(t.item(t.sum(t.slice(p, [[1, 2]])))).toBeCloseTo(1, 6);
    expect(t.toNested(t.slice(t.logSoftmax(x), [[0, 1]]))).toEqual([[0, -1000, -2000]]);
    expect(t.item(t.logSumExp(t.tensor([1000, 1000])))).toBeCloseTo(1000 + Math.LN2, 3);
  });

  it('refuse axes out of range or twice, and an extremum of nothing', () => {
    expect(() => t.sum(t.zeros([2, 3]), 2)).toThrow('sum needs an axis of [-2, 2), but got 2.');
    expect(() => t.sum(t.zeros([2, 3]), [0, -2])).toThrow('sum needs different axes');
    expect(() => t.max(t.zeros([0]))).toThrow(ShapeError);
  });
});
