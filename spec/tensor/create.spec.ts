import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ShapeError, ValueError } from '../../src/errors.ts';
import * as t from '../../src/tensor/index.ts';
import { tensors } from './arbitrary.ts';

describe('constructors', () => {
  it('fromArray and toNested undo each other', () => {
    fc.assert(
      fc.property(tensors, (x) => {
        expect(t.toNested(t.fromArray(t.toNested(x)))).toEqual(t.toNested(x));
      }),
      { numRuns: 100 },
    );
  });

  it('take typed arrays over and copy others', () => {
    const data = new Float32Array([1, 2]);
    expect(t.tensor(data).data).toBe(data);
    expect(t.tensor(data, [2], 'i32').dtype).toBe('i32');
    expect(t.tensor(new Int32Array([1])).dtype).toBe('i32');
    expect(t.item(t.scalar(0.1))).toBe(Math.fround(0.1));
  });

  it('arange counts up and down', () => {
    expect(t.toNested(t.arange(3))).toEqual([0, 1, 2]);
    expect(t.toNested(t.arange(5, 0, -2))).toEqual([5, 3, 1]);
    expect(t.toNested(t.arange(0, 1, 0.25, 'f32'))).toEqual([0, 0.25, 0.5, 0.75]);
    expect(t.arange(3, 3).shape).toEqual([0]);
  });

  it('cast truncates and refuses what is no integer of 32 bits', () => {
    expect(t.toNested(t.cast(t.tensor([1.9, -1.9]), 'i32'))).toEqual([1, -1]);
    expect(() => t.cast(t.tensor([Number.NaN]), 'i32')).toThrow(ValueError);
    expect(() => t.cast(t.tensor([3e9]), 'i32')).toThrow('An i32 tensor needs integers of [-2^31, 2^31)');
  });

  it('name what does not fit', () => {
    expect(() => t.tensor([1, 2, 3], [2])).toThrow('tensor needs 2 elements for the shape [2], but got 3.');
    expect(() => t.zeros([-1])).toThrow(ShapeError);
    expect(() => t.fromArray([[1, 2], [3]])).toThrow(
      'fromArray needs lists of one length per level, but level 1 is ragged.',
    );
    expect(() => t.tensor([0.5], [1], 'i32')).toThrow('element 0 is 0.5');
    expect(() => t.item(t.zeros([2]))).toThrow('item needs a tensor of one element, but got the shape [2].');
    expect(() => t.arange(0, 1, 0)).toThrow(ValueError);
  });
});
