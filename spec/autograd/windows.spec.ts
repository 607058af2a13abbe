/** Padding around the windows of convolutions and poolings, and what a trace of them holds. */
import { describe, expect, it } from 'vitest';
import * as ag from '../../src/autograd/index.ts';
import * as t from '../../src/tensor/index.ts';

const line = (...values: number[]): ag.Variable => ag.variable(t.tensor(values, [1, values.length, 1]));
const flat = (x: t.Tensor): number[] => Array.from(t.toFlat(x));
const gradientOf = (y: ag.Variable, x: ag.Variable): number[] => flat(ag.gradients(ag.sum(y), [x])[0]!);

describe('padding', () => {
  it('takes part in a convolution as zeros', () => {
    const y = ag.convolve(line(1, 2, 3), t.tensor([1, 10], [2, 1, 1]), { pads: [[1, 0]] });
    expect(flat(y.value)).toEqual([10, 21, 32]);
  });

  it('is never the maximum', () => {
    const x = line(-3, -2, -1);
    const y = ag.maxPool(x, { size: [2], pads: [[1, 0]] });
    expect(flat(y.value)).toEqual([-3, -1]);
    expect(gradientOf(y, x)).toEqual([1, 0, 1]);
  });

  it('counts in a mean only where that is asked for', () => {
    const x = line(2, 4, 8);
    const pads = [[1, 1]] as const;
    const inside = ag.averagePool(x, { size: [2], strides: [2], pads });
    expect(flat(inside.value)).toEqual([2, 6]);
    expect(gradientOf(inside, x)).toEqual([1, 0.5, 0.5]);
    const whole = ag.averagePool(x, { size: [2], strides: [2], pads, countPadding: true });
    expect(flat(whole.value)).toEqual([1, 6]);
    expect(gradientOf(whole, x)).toEqual([0.5, 0.5, 0.5]);
  });
});

describe('maxPool', () => {
  it('gives the gradient to the first of several maxima, and adds up over windows', () => {
    const x = line(1, 2, 2, 0);
    expect(gradientOf(ag.maxPool(x, { size: [2], strides: [1] }), x)).toEqual([0, 2, 1, 0]);
  });
});

describe('convolveTransposed', () => {
  it('adds the kernel, scaled by each element, to the cells a convolution would see', () => {
    const y = ag.convolveTransposed(line(1, 10), t.tensor([1, 2, 3], [3, 1, 1]), { strides: [2] });
    expect(flat(y.value)).toEqual([1, 2, 13, 20, 30]);
  });

  it('names shapes that do not fit', () => {
    expect(() => ag.convolveTransposed(t.zeros([2, 3]), t.zeros([2, 3]))).toThrow(
      'convolveTransposed needs x [n, ...spatial, filters] and a kernel [...size, channels, filters], but got [2, 3] and [2, 3].',
    );
  });
});

describe('a trace', () => {
  it('holds the gradients of convolution and pooling as operations of their own', () => {
    const x = ag.variable(t.symbolicInput('x', [8, 9, 16, 1]));
    const kernel = ag.variable(t.symbolicInput('kernel', [3, 3, 1, 4]));
    const pads = [
      [1, 1],
      [1, 1],
    ] as const;
    const features = ag.relu(ag.convolve(x, kernel, { pads }));
    const pooled = ag.averagePool(ag.maxPool(features, { size: [1, 2] }), { size: [2, 2], pads });
    const found = ag.gradients(ag.mean(ag.square(pooled)), [x, kernel]);
    expect(found.map(({ shape }) => shape)).toEqual([x.value.shape, kernel.value.shape]);
    const used = new Set<string>();
    const visit = (value: t.Tensor): void => {
      if (!t.isSymbolic(value)) return;
      used.add(value.node.operation);
      value.node.inputs.forEach(visit);
    };
    found.forEach(visit);
    for (const operation of [
      'maxPoolGradient',
      'averagePoolGradient',
      'convolveInputGradient',
      'convolveKernelGradient',
    ])
      expect(used).toContain(operation);
  });
});
