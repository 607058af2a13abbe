import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as t from '../../src/tensor/index.ts';
import { tensorOf } from './arbitrary.ts';

describe('indexed access', () => {
  it('indexSelect takes slices as slicing one by one does', () => {
    fc.assert(
      fc.property(
        tensorOf([3, 4, 2]),
        fc.nat({ max: 2 }),
        fc.array(fc.nat({ max: 1 }), { minLength: 1, maxLength: 5 }),
        (x, axis, picks) => {
          const found = t.indexSelect(x, t.tensor(picks, undefined, 'i32'), axis);
          const ranges = (i: number): t.SliceRange[] => [...new Array<null>(axis).fill(null), [i, i + 1]];
          const expected = t.concat(
            picks.map((i) => t.slice(x, ranges(i))),
            axis,
          );
          expect(t.toNested(found)).toEqual(t.toNested(expected));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('indexAdd and scatterAdd are the transposes of indexSelect and gather: ⟨A x, y⟩ = ⟨x, Aᵀ y⟩', () => {
    const index = fc.array(fc.nat({ max: 3 }), { minLength: 6, maxLength: 6 });
    const dot = (a: t.Tensor, b: t.Tensor): number => t.item(t.sum(t.multiply(a, b)));
    fc.assert(
      fc.property(tensorOf([4, 3]), index, tensorOf([6, 3]), tensorOf([2, 3]), (x, flat, y, z) => {
        const rows = t.tensor(flat, undefined, 'i32');
        expect(dot(t.indexSelect(x, rows), y)).toBeCloseTo(dot(x, t.indexAdd(t.zeros([4, 3]), rows, y)), 3);
        const cells = t.tensor(flat, [2, 3], 'i32');
        expect(dot(t.gather(x, cells, 0), z)).toBeCloseTo(dot(x, t.scatterAdd(t.zeros([4, 3]), cells, z, 0)), 3);
      }),
      { numRuns: 60 },
    );
  });

  it('keeps integer tensors integer', () => {
    expect(t.indexSelect(t.arange(4), t.tensor([2, 0], undefined, 'i32')).dtype).toBe('i32');
    expect(t.gather(t.arange(4), t.tensor([2, 0], undefined, 'i32'), 0).dtype).toBe('i32');
  });

  it('topk sorts, and gives equal elements in their order', () => {
    const { values, indices } = t.topk(t.tensor([1, 3, 2, 3, 0]), 3);
    expect(t.toNested(values)).toEqual([3, 3, 2]);
    expect(t.toNested(indices)).toEqual([1, 3, 2]);
    expect(
      t.toNested(
        t.topk(
          t.fromArray([
            [3, 1],
            [2, 5],
          ]),
          1,
          0,
          false,
        ).indices,
      ),
    ).toEqual([[1, 0]]);
  });

  it('oneHot marks one class', () => {
    expect(t.toNested(t.oneHot(t.tensor([2, 0], undefined, 'i32'), 3))).toEqual([
      [0, 0, 1],
      [1, 0, 0],
    ]);
  });

  it('refuses indices out of range or of another dtype, and never wraps', () => {
    const x = t.zeros([3, 2]);
    expect(() => t.indexSelect(x, t.tensor([3], undefined, 'i32'))).toThrow(
      'indexSelect needs indices of [0, 3), but got 3.',
    );
    expect(() => t.indexSelect(x, t.tensor([-1], undefined, 'i32'))).toThrow('but got -1');
    expect(() => t.indexSelect(x, t.tensor([0]))).toThrow('indexSelect needs an i32 index, but got f32.');
    expect(() => t.gather(x, t.zeros([1], 'i32'), 0)).toThrow(
      'gather needs an index that fits [3, 2] but for axis 0, but got [1].',
    );
    expect(() => t.topk(x, 3)).toThrow('topk needs k of [0, 2], but got 3.');
  });
});

describe('joining', () => {
  it('slices of a concatenation are its parts', () => {
    fc.assert(
      fc.property(tensorOf([2, 3]), tensorOf([2, 2]), (a, b) => {
        const joined = t.concat([a, b], 1);
        expect(t.toNested(t.slice(joined, [null, [0, 3]]))).toEqual(t.toNested(a));
        expect(t.toNested(t.slice(joined, [null, [3, 5]]))).toEqual(t.toNested(b));
      }),
      { numRuns: 30 },
    );
  });

  it('pad surrounds, and slicing it away gives the input', () => {
    const x = t.fromArray([[1, 2]]);
    const padded = t.pad(
      x,
      [
        [1, 0],
        [0, 2],
      ],
      9,
    );
    expect(t.toNested(padded)).toEqual([
      [9, 9, 9, 9],
      [1, 2, 9, 9],
    ]);
    expect(
      t.toNested(
        t.slice(padded, [
          [1, 2],
          [0, 2],
        ]),
      ),
    ).toEqual(t.toNested(x));
  });

  it('stack makes a new axis and tile repeats', () => {
    expect(t.toNested(t.stack([t.tensor([1, 2]), t.tensor([3, 4])], -1))).toEqual([
      [1, 3],
      [2, 4],
    ]);
    expect(t.toNested(t.tile(t.tensor([1, 2]), [2, 2]))).toEqual([
      [1, 2, 1, 2],
      [1, 2, 1, 2],
    ]);
  });

  it('refuses shapes and dtypes that do not fit', () => {
    expect(() => t.concat([])).toThrow('concat needs at least one tensor, but the list is empty.');
    expect(() => t.concat([t.zeros([2, 3]), t.zeros([2, 2])])).toThrow('concat along axis 0');
    expect(() => t.concat([t.zeros([2]), t.arange(2)])).toThrow('one dtype');
    expect(() => t.pad(t.zeros([2]), [[-1, 0]])).toThrow('pad needs [before, after] >= 0');
  });
});
