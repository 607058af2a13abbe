import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stream } from '../../src/random/index.ts';
import * as t from '../../src/tensor/index.ts';
import { ShapeError, ValueError } from '../../src/errors.ts';
import { simple, tensorOf } from './arbitrary.ts';
import { axes, extentOf, indicesOf, positionOf } from './window-arbitraries.ts';

const { fround } = Math;

interface Case {
  readonly x: t.Tensor;
  readonly kernel: t.Tensor;
  readonly g: t.Tensor;
  readonly options: Required<t.ConvolutionOptions>;
}

const float = fc.float({ noNaN: true, noDefaultInfinity: true, min: -100, max: 100 });
const few = fc.integer({ min: 1, max: 2 });

const casesOf = (element: fc.Arbitrary<number>): fc.Arbitrary<Case> =>
  fc
    .record({ axes, groups: few, channels: few, filters: few, batch: fc.integer({ min: 1, max: 3 }) })
    .chain(({ axes, groups, channels, filters, batch }) =>
      fc.record({
        x: tensorOf([batch, ...axes.map(extentOf), channels * groups], element),
        kernel: tensorOf([...axes.map(({ size }) => size), channels, filters * groups], element),
        g: tensorOf([batch, ...axes.map(({ count }) => count), filters * groups], element),
        options: fc.constant({
          strides: axes.map(({ stride }) => stride),
          dilation: axes.map(({ dilation }) => dilation),
          groups,
        }),
      }),
    );
const cases = casesOf(float);

/** One term of the sum: where it stands in x, in the kernel and in the result. */
function* terms(
  x: readonly number[],
  kernel: readonly number[],
  y: readonly number[],
  { strides, dilation, groups }: Required<t.ConvolutionOptions>,
): Iterable<readonly [x: number, kernel: number, y: number]> {
  const [channels, filters] = kernel.slice(-2) as [number, number];
  for (const [n, ...rest] of indicesOf(y)) {
    const window = rest.slice(0, -1);
    const f = rest.at(-1)!;
    const first = Math.floor(f / (filters / groups)) * channels;
    for (const cell of indicesOf(kernel.slice(0, -2))) {
      const at = window.map((p, axis) => p * strides[axis]! + cell[axis]! * dilation[axis]!);
      for (let c = 0; c < channels; c += 1) {
        yield [
          positionOf(x, [n!, ...at, first + c]),
          positionOf(kernel, [...cell, c, f]),
          positionOf(y, [n!, ...window, f]),
        ];
      }
    }
  }
}

/** The definition of `convolve`. */
function reference(x: t.Tensor, kernel: t.Tensor, shape: readonly number[], options: Required<t.ConvolutionOptions>) {
  const [values, weights] = [t.toFlat(x), t.toFlat(kernel)];
  const out = new Float32Array(t.sizeOfShape(shape));
  for (const [a, b, to] of terms(x.shape, kernel.shape, shape, options))
    out[to] = fround(out[to]! + fround(values[a]! * weights[b]!));
  return t.tensor(out, shape);
}

/** The definition of `convolveInputGradient`: spread and pad the gradient, turn the kernel, convolve. */
function referenceInputGradient({ x, kernel, g, options }: Case): t.Tensor {
  const { strides, dilation, groups } = options;
  const size = kernel.shape.slice(0, -2);
  const [channels, filters] = kernel.shape.slice(-2) as [number, number];
  const before = size.map((cells, axis) => dilation[axis]! * (cells - 1));
  const spread = t.zeros([g.shape[0]!, ...before.map((zeros, axis) => zeros + x.shape[axis + 1]!), filters]);
  const data = Float32Array.from(t.toFlat(spread));
  for (const index of indicesOf(g.shape)) {
    const at = index.map((i, axis) =>
      axis === 0 || axis > size.length ? i : before[axis - 1]! + i * strides[axis - 1]!,
    );
    data[positionOf(spread.shape, at)] = t.toFlat(g)[positionOf(g.shape, index)]!;
  }
  const each = filters / groups;
  const turned = [...size, each, channels * groups];
  const weights = indicesOf(turned).map((index) => {
    const [f, c] = index.slice(-2) as [number, number];
    const cell = index.slice(0, -2).map((i, axis) => size[axis]! - 1 - i);
    const filter = Math.floor(c / channels) * each + f;
    return t.toFlat(kernel)[positionOf(kernel.shape, [...cell, c % channels, filter])]!;
  });
  const ones = size.map(() => 1);
  return reference(t.tensor(data, spread.shape), t.tensor(weights, turned), x.shape, { ...options, strides: ones });
}

/** The definition of `convolveKernelGradient`. */
function referenceKernelGradient({ x, kernel, g, options }: Case): t.Tensor {
  const samples = Array.from({ length: x.shape[0]! }, (_, n) => {
    const [one, cotangent] = [x, g].map((whole) => t.contiguous(t.slice(whole, [[n, n + 1]]))) as [t.Tensor, t.Tensor];
    const [values, gradient] = [t.toFlat(one), t.toFlat(cotangent)];
    const own = new Float32Array(t.size(kernel));
    for (const [a, to, b] of terms(one.shape, kernel.shape, cotangent.shape, options))
      own[to] = fround(own[to]! + fround(values[a]! * gradient[b]!));
    return t.tensor(own, kernel.shape);
  });
  return t.sum(t.stack(samples), 0);
}

const bits = (x: t.Tensor): unknown => [x.shape, Array.from(t.toFlat(x))];
const dot = (a: t.Tensor, b: t.Tensor): number => {
  const [left, right] = [t.toFloats(a), t.toFloats(b)];
  return left.reduce((sum, value, i) => sum + value * right[i]!, 0);
};

const random = stream('convolution');
const uniform = (...shape: number[]): t.Tensor =>
  t.tensor(
    Float32Array.from({ length: t.sizeOfShape(shape) }, () => random.uniform(-1, 1)),
    shape,
  );

describe('convolve', () => {
  it('sums in the documented order, to the bit', () => {
    fc.assert(
      fc.property(cases, ({ x, kernel, g, options }) => {
        expect(bits(t.convolve(x, kernel, options))).toEqual(bits(reference(x, kernel, g.shape, options)));
      }),
      { numRuns: 200 },
    );
  });

  it('and so do its gradients', () => {
    fc.assert(
      fc.property(cases, (drawn) => {
        const { x, kernel, g, options } = drawn;
        expect(bits(t.convolveInputGradient(g, kernel, options, x.shape))).toEqual(bits(referenceInputGradient(drawn)));
        const gradient = t.convolveKernelGradient(x, g, options, kernel.shape);
        expect(bits(gradient)).toEqual(bits(referenceKernelGradient(drawn)));
      }),
      { numRuns: 200 },
    );
  });

  it('is linear in both operands, and its gradients are the transposes', () => {
    // Values of few bits: every sum is exact, and so are the equations.
    fc.assert(
      fc.property(casesOf(simple), ({ x, kernel, g, options }) => {
        const y = t.convolve(x, kernel, options);
        const turned = t.flip(x, 0);
        expect(bits(t.convolve(t.add(x, turned), kernel, options))).toEqual(
          bits(t.add(y, t.convolve(turned, kernel, options))),
        );
        const whole = dot(y, g);
        expect(dot(x, t.convolveInputGradient(g, kernel, options, x.shape))).toBe(whole);
        expect(dot(kernel, t.convolveKernelGradient(x, g, options, kernel.shape))).toBe(whole);
      }),
      { numRuns: 200 },
    );
  });

  it('adds the kernel gradients of samples up in leaves of 64 and then in a tree', () => {
    for (const groups of [1, 2, 4]) {
      const drawn = {
        x: uniform(201, 3, 4),
        kernel: uniform(2, 4 / groups, 4),
        g: uniform(201, 2, 4),
        options: { strides: [1], dilation: [1], groups },
      };
      const found = t.convolveKernelGradient(drawn.x, drawn.g, drawn.options, drawn.kernel.shape);
      expect(bits(found)).toEqual(bits(referenceKernelGradient(drawn)));
    }
  });

  it('gives the same bits from both backends, however many samples are taken at once', () => {
    const x = uniform(9, 12, 16, 10);
    const kernel = uniform(3, 3, 10, 17);
    const g = uniform(9, 10, 14, 17);
    const compute = (rows: t.Tensor, gradient: t.Tensor): t.Tensor[] => [
      t.convolve(rows, kernel),
      t.convolveInputGradient(gradient, kernel, {}, rows.shape),
      t.convolveKernelGradient(rows, gradient, {}, kernel.shape),
    ];
    const before = t.setComputeBackend('js');
    const plain = compute(x, g);
    t.setComputeBackend('wasm');
    expect(compute(x, g).map(bits)).toEqual(plain.map(bits));
    t.setComputeBackend(before);
    const last = compute(t.slice(x, [[8, 9]]), t.slice(g, [[8, 9]]));
    expect(bits(last[0]!)).toEqual(bits(t.slice(plain[0]!, [[8, 9]])));
    expect(bits(last[1]!)).toEqual(bits(t.slice(plain[1]!, [[8, 9]])));
  });

  it('reads views, and takes windows of one cell for a matrix product', () => {
    const x = t.transpose(uniform(3, 4, 5, 2), [3, 1, 2, 0]);
    const kernel = t.transpose(uniform(4, 3, 1, 1));
    expect(t.toNested(t.convolve(x, kernel))).toEqual(
      t.toNested(t.matmul(x, t.reshape(kernel, [kernel.shape[2]!, kernel.shape[3]!]))),
    );
  });

  it('lets zeros of the padding take part', () => {
    const kernel = t.tensor([Infinity, 1], [2, 1, 1]);
    const x = t.pad(t.tensor([1, 2], [1, 2, 1]), [
      [0, 0],
      [1, 0],
      [0, 0],
    ]);
    expect(Array.from(t.toFlat(t.convolve(x, kernel)))).toEqual([Number.NaN, Infinity]);
  });

  it('takes no samples', () => {
    const [x, kernel, g] = [t.zeros([0, 3, 2]), t.ones([2, 2, 4]), t.zeros([0, 2, 4])];
    expect(t.convolve(x, kernel).shape).toEqual([0, 2, 4]);
    expect(t.convolveInputGradient(g, kernel, {}, x.shape).shape).toEqual([0, 3, 2]);
    expect(bits(t.convolveKernelGradient(x, g, {}, kernel.shape))).toEqual(bits(t.zeros([2, 2, 4])));
  });

  it('is traced with all its options, and so are its gradients', () => {
    const x = t.symbolicInput('x', [5, 4, 4, 2]);
    const kernel = t.zeros([3, 2, 1, 4]);
    const options = { strides: [1, 2], groups: 2 };
    const full = { strides: [1, 2], dilation: [1, 1], groups: 2 };
    const y = t.convolve(x, kernel, options) as t.SymbolicTensor;
    expect(y.shape).toEqual([5, 2, 2, 4]);
    expect(y.node).toEqual({ operation: 'convolve', attributes: full, inputs: [x, kernel] });
    const dx = t.convolveInputGradient(y, kernel, options, x.shape) as t.SymbolicTensor;
    expect(dx.node).toMatchObject({ operation: 'convolveInputGradient', attributes: { ...full, inputShape: x.shape } });
    const dk = t.convolveKernelGradient(x, y, options, kernel.shape) as t.SymbolicTensor;
    expect(dk.node).toMatchObject({
      operation: 'convolveKernelGradient',
      attributes: { ...full, kernelShape: kernel.shape },
    });
  });

  it.each<[() => t.Tensor, typeof ShapeError, string]>([
    [
      () => t.convolve(t.zeros([3, 2]), t.zeros([2, 2])),
      ShapeError,
      'convolve needs an input [n, length, channels] or [n, height, width, channels], but got the shape [3, 2].',
    ],
    [
      () => t.convolve(t.zeros([1, 4, 3]), t.zeros([2, 2, 5])),
      ShapeError,
      'convolve needs a kernel [...size, 3, filters] for the input [1, 4, 3] in 1 groups, but got [2, 2, 5].',
    ],
    [
      () => t.convolve(t.zeros([1, 4, 3]), t.zeros([3, 3, 1]), { dilation: [2] }),
      ShapeError,
      'convolve needs windows that fit in [4], but got the size [3] with dilation [2].',
    ],
    [
      () => t.convolveInputGradient(t.zeros([1, 2, 1]), t.zeros([2, 3, 1]), {}, [1, 4, 3]),
      ShapeError,
      'convolveInputGradient needs a gradient of the shape [1, 3, 1], but got [1, 2, 1].',
    ],
    [
      () => t.convolveKernelGradient(t.zeros([1, 4, 3]), t.zeros([2, 3, 1]), {}, [2, 3, 1]),
      ShapeError,
      'convolveKernelGradient needs a gradient of the shape [1, 3, 1], but got [2, 3, 1].',
    ],
    [
      () => t.convolve(t.zeros([1, 4, 3]), t.zeros([2, 1, 3]), { groups: 2 }),
      ValueError,
      'convolve needs groups that divide 3 channels and 3 filters, but got 2.',
    ],
    [
      () => t.convolve(t.zeros([1, 4, 4, 3]), t.zeros([2, 2, 3, 3]), { strides: [1] }),
      ValueError,
      'convolve needs strides of 2 integers >= 1, but got [1].',
    ],
    [
      () => t.convolve(t.zeros([1, 4, 3]), t.zeros([2, 3, 3]), { dilation: [0] }),
      ValueError,
      'convolve needs a dilation of one integer >= 1, but got [0].',
    ],
  ])('names shapes and options that do not fit (%#)', (call, kind, message) => {
    expect(call).toThrow(kind);
    expect(call).toThrow(message);
  });
});
