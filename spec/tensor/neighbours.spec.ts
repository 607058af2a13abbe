import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ShapeError, TraceError, ValueError } from '../../src/errors.ts';
import * as t from '../../src/tensor/index.ts';
import { tensorOf } from './arbitrary.ts';

/** The definition: all points sorted by distance, then by index. */
function reference(x: t.Tensor, k: number, excludeSelf: boolean): number[][] {
  const points = t.toNested(x) as number[][];
  return points.map((own, i) => {
    const distance = (j: number): number => own.reduce((sum, value, c) => sum + (value - points[j]![c]!) ** 2, 0);
    const others = points.map((_, j) => j).filter((j) => !(excludeSelf && j === i));
    return others.toSorted((a, b) => distance(a) - distance(b) || a - b).slice(0, k);
  });
}

describe('nearestNeighbours', () => {
  it('sorts by distance, then by index', () => {
    // Points on a coarse grid, so that many distances are equal.
    const points = fc
      .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 3 }))
      .chain((shape) => tensorOf(shape, fc.integer({ min: -2, max: 2 })));
    fc.assert(
      fc.property(points, fc.boolean(), fc.nat(), (x, excludeSelf, draw) => {
        const k = draw % (x.shape[0]! + (excludeSelf ? 0 : 1));
        const found = t.nearestNeighbours(x, k, { excludeSelf });
        expect(found.dtype).toBe('i32');
        expect(found.shape).toEqual([x.shape[0], k]);
        expect(t.toNested(found)).toEqual(reference(x, k, excludeSelf));
      }),
      { numRuns: 200 },
    );
  });

  it('leaves a point out of its own neighbours unless told otherwise', () => {
    const x = t.tensor([0, 1, 3], [3, 1]);
    expect(t.toNested(t.nearestNeighbours(x, 1))).toEqual([[1], [0], [1]]);
    expect(t.toNested(t.nearestNeighbours(x, 1, { excludeSelf: false }))).toEqual([[0], [1], [2]]);
  });

  it('puts points that are not numbers last', () => {
    const x = t.tensor([0, Number.NaN, 5, 1], [4, 1]);
    expect(t.toNested(t.slice(t.nearestNeighbours(x, 3), [[0, 1]]))).toEqual([[3, 2, 1]]);
  });

  it('needs points, a k that there is, and values', () => {
    expect(() => t.nearestNeighbours(t.zeros([3]), 1)).toThrow(ShapeError);
    expect(() => t.nearestNeighbours(t.zeros([3, 2]), 3)).toThrow(
      new ValueError('nearestNeighbours needs k of [0, 2], but got 3.'),
    );
    expect(() => t.nearestNeighbours(t.symbolicInput('x', [3, 2]), 1)).toThrow(TraceError);
  });
});
