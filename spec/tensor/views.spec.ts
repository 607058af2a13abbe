import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ShapeError, ValueError } from '../../src/errors.ts';
import * as t from '../../src/tensor/index.ts';
import { tensors, views } from './arbitrary.ts';

/** Read by index arithmetic alone, without any of the copying code. */
function elements(x: t.Tensor): number[] {
  const out: number[] = [];
  const visit = (axis: number, offset: number): void => {
    if (axis === x.shape.length) out.push(x.data[offset]!);
    else for (let i = 0; i < x.shape[axis]!; i += 1) visit(axis + 1, offset + i * x.strides[axis]!);
  };
  visit(0, x.offset);
  return out;
}

describe('views', () => {
  it('materialise to the elements that their strides name', () => {
    fc.assert(
      fc.property(views, (x) => {
        expect(Array.from(t.toFlat(x))).toEqual(elements(x));
        expect(Array.from(t.toFlat(t.contiguous(x)))).toEqual(elements(x));
        expect(t.isContiguous(t.contiguous(x))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('give the same results as their materialised copies, in every operation', () => {
    const operations: readonly ((x: t.Tensor) => t.Tensor)[] = [
      (x) => t.add(x, x),
      (x) => t.relu(x),
      (x) => t.exp(x),
      (x) => t.sum(x),
      (x) => t.sum(x, x.shape.length > 0 ? 0 : null),
      (x) => t.max(x, x.shape.length > 0 ? -1 : null, true),
      (x) => t.transpose(x),
      (x) => t.reshape(x, [-1]),
      (x) => t.concat([t.expandDims(x, 0), t.expandDims(x, 0)]),
      (x) => t.softmax(t.expandDims(x, 0), 0),
      (x) => t.matmul(t.expandDims(t.reshape(x, [-1]), 0), t.reshape(x, [-1])),
    ];
    fc.assert(
      fc.property(views, fc.constantFrom(...operations), (x, operation) => {
        const copy = t.tensor(Float32Array.from(elements(x)), x.shape);
        expect(t.toNested(operation(x))).toEqual(t.toNested(operation(copy)));
      }),
      { numRuns: 300 },
    );
  });

  it('transpose undoes itself, and slice of transpose is transpose of slice', () => {
    fc.assert(
      fc.property(tensors, (x) => {
        expect(t.toNested(t.transpose(t.transpose(x)))).toEqual(t.toNested(x));
        const ranges = x.shape.map((n): t.SliceRange => [0, Math.max(1, n - 1)]);
        const left = t.slice(t.transpose(x), ranges.toReversed());
        expect(t.toNested(left)).toEqual(t.toNested(t.transpose(t.slice(x, ranges))));
      }),
      { numRuns: 100 },
    );
  });

  it('do not copy', () => {
    const x = t.zeros([2, 3]);
    for (const view of [
      t.transpose(x),
      t.slice(x, [[0, 1]]),
      t.broadcastTo(x, [4, 2, 3]),
      t.reshape(x, [6]),
      t.flip(x),
      t.squeeze(t.expandDims(x, 1)),
    ]) {
      expect(view.data).toBe(x.data);
    }
  });

  it('slice clips as NumPy does and counts negative bounds from the end', () => {
    const x = t.arange(6);
    expect(t.toNested(t.slice(x, [[-4, -1]]))).toEqual([2, 3, 4]);
    expect(t.toNested(t.slice(x, [[1, 100, 2]]))).toEqual([1, 3, 5]);
    expect(t.toNested(t.slice(x, [[4, 2]]))).toEqual([]);
  });

  it('handle empty tensors', () => {
    const empty = t.zeros([0, 3]);
    expect(t.toNested(t.sum(empty, 0))).toEqual([0, 0, 0]);
    expect(t.item(t.sum(empty))).toBe(0);
    expect(t.add(empty, 1).shape).toEqual([0, 3]);
    expect(t.matmul(empty, t.zeros([3, 2])).shape).toEqual([0, 2]);
    expect(t.toNested(t.matmul(t.zeros([2, 0]), t.zeros([0, 1])))).toEqual([[0], [0]]);
    expect(t.toNested(t.concat([empty, t.ones([1, 3])]))).toEqual([[1, 1, 1]]);
  });

  it('name the shapes that do not fit', () => {
    expect(() => t.reshape(t.zeros([2, 3]), [4])).toThrow(
      'reshape needs as many elements as [2, 3] has, but got the shape [4].',
    );
    expect(() => t.reshape(t.zeros([2, 3]), [-1, 4])).toThrow(ShapeError);
    expect(() => t.transpose(t.zeros([2, 3]), [0, 0])).toThrow('transpose needs each of 2 axes once, but got [0, 0].');
    expect(() => t.broadcastTo(t.zeros([2]), [3])).toThrow(ShapeError);
    expect(() => t.broadcastTo(t.zeros([2, 3]), [3])).toThrow(ShapeError);
    expect(() => t.squeeze(t.zeros([2]), 0)).toThrow('squeeze needs extent 1, but axis 0 of [2] has 2.');
    expect(() => t.slice(t.zeros([2]), [[0, 1, 0]])).toThrow(ValueError);
    expect(() => t.slice(t.zeros([2]), [null, null])).toThrow(ValueError);
    expect(() => t.expandDims(t.zeros([2]), 3)).toThrow('expandDims needs an axis of [-2, 2), but got 3.');
  });
});
