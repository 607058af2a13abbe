/** Convolutions with groups of channels in plans: the bits of the tensor functions, and depthwise ones as single loops. */
import { afterAll, describe, expect, it } from 'vitest';
import * as t from '../../../src/tensor/index.ts';
import { closeThreads, compiled, verdict, type Computation } from './law.ts';

afterAll(closeThreads);

interface Case {
  /** [...spatial, channels] */
  readonly row: readonly number[];
  readonly size: readonly number[];
  readonly groups: number;
  readonly filters: number;
  readonly strides?: readonly number[];
  readonly dilation?: readonly number[];
}

/** A convolution and its two gradients, the latter by a gradient that is an input. */
const computation =
  ({ row, size, groups, filters, ...given }: Case): Computation =>
  ({ batch, rows, whole }) => {
    const channels = row.at(-1)!;
    const strides = given.strides ?? size.map(() => 1);
    const dilation = given.dilation ?? size.map(() => 1);
    const options = { strides, dilation, groups };
    const kernelShape = [...size, channels / groups, filters];
    const [x, kernel] = [rows(row), whole(kernelShape)];
    const y = t.convolve(x, kernel, options);
    const g = rows(y.shape.slice(1));
    return [
      y,
      t.convolveInputGradient(g, kernel, options, [batch, ...row]),
      t.convolveKernelGradient(x, g, options, kernelShape),
    ];
  };

describe('a convolution in groups', () => {
  it.each<[string, Case]>([
    ['one filter per channel', { row: [9, 16, 6], size: [3, 3], groups: 6, filters: 6 }],
    ['one channel', { row: [5, 5, 1], size: [3, 2], groups: 1, filters: 3 }],
    ['five channels with strides', { row: [7, 8, 5], size: [2, 3], groups: 5, filters: 5, strides: [2, 3] }],
    ['eight channels with dilation', { row: [7, 8, 8], size: [2, 2], groups: 8, filters: 8, dilation: [3, 2] }],
    ['two filters per channel', { row: [4, 5, 6], size: [2, 2], groups: 6, filters: 12 }],
    ['nine filters per channel', { row: [6, 3], size: [3], groups: 3, filters: 27, strides: [2] }],
    ['more cells than sums fit in registers', { row: [8, 8, 5], size: [5, 5], groups: 5, filters: 5 }],
    ['more cells than a chain has', { row: [9, 9, 4], size: [9, 8], groups: 4, filters: 4 }],
    ['several channels to a filter', { row: [4, 5, 12], size: [2, 2], groups: 4, filters: 4 }],
    ['several channels to several filters', { row: [4, 5, 6], size: [2, 2], groups: 2, filters: 8 }],
  ])('has the bits of the tensor functions with %s', async (_, given) => {
    for (const batch of [3, 70]) {
      expect(await verdict(computation(given), { batch, workers: [1, 2], steps: 2, spice: 'ties' })).toEqual({
        kind: 'same',
      });
    }
  });

  it('is one loop with its bias and activation where every channel is a group', () => {
    const block: Computation = ({ rows, whole }) => [
      t.relu(t.add(t.convolve(rows([9, 16, 6]), whole([3, 3, 1, 6]), { groups: 6 }), whole([6]))),
    ];
    const loops = compiled(block, 64, 1).description.filter((line) => line.includes('loop [7, 14, 6]'));
    expect(loops).toHaveLength(1);
    expect(loops[0]).toMatch(/multiply addZero multiply add .*add relu copy$/);
  });
});
