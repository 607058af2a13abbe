import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ShapeError, ValueError } from '../../src/errors.ts';
import * as t from '../../src/tensor/index.ts';
import { tensorOf } from './arbitrary.ts';
import { axes, extentOf, indicesOf, positionOf } from './window-arbitraries.ts';

const { fround } = Math;

interface Case {
  readonly x: t.Tensor;
  readonly g: t.Tensor;
  readonly options: Required<t.PoolOptions>;
}

const float = fc.float({ noNaN: true, noDefaultInfinity: true, min: -100, max: 100 });
/** Few values, so that windows have ties. */
const coarse = fc.integer({ min: -2, max: 2 });

const casesOf = (element: fc.Arbitrary<number>): fc.Arbitrary<Case> =>
  fc
    .record({ axes, channels: fc.integer({ min: 1, max: 3 }), batch: fc.integer({ min: 1, max: 3 }) })
    .chain(({ axes: drawn, channels, batch }) => {
      const plain = drawn.map((axis) => ({ ...axis, dilation: 1 }));
      return fc.record({
        x: tensorOf([batch, ...plain.map(extentOf), channels], element),
        g: tensorOf([batch, ...plain.map(({ count }) => count), channels], element),
        options: fc.constant({ size: plain.map(({ size }) => size), strides: plain.map(({ stride }) => stride) }),
      });
    });

/** Per element of the result in row-major order: where its cells stand in x, in row-major order. */
const windows = ({ x, g, options }: Case): number[][] =>
  indicesOf(g.shape).map(([n, ...rest]) =>
    indicesOf(options.size).map((cell) => {
      const at = cell.map((k, axis) => rest[axis]! * options.strides[axis]! + k);
      return positionOf(x.shape, [n!, ...at, rest.at(-1)!]);
    }),
  );

const flat = (x: t.Tensor): number[] => Array.from(t.toFlat(x));

/** The sums that an input element gets from the windows, one after another. */
function scattered(
  drawn: Case,
  share: (window: readonly number[], g: number) => readonly (readonly [number, number])[],
) {
  const out = new Float32Array(t.size(drawn.x));
  windows(drawn).forEach((window, i) => {
    for (const [at, value] of share(window, flat(drawn.g)[i]!)) out[at] = fround(out[at]! + value);
  });
  return Array.from(out);
}

describe('maxPool', () => {
  it('gives the greatest of each window, and its gradient to the first of them', () => {
    fc.assert(
      fc.property(fc.oneof(casesOf(float), casesOf(coarse)), (drawn) => {
        const { x, g, options } = drawn;
        const values = flat(x);
        const y = t.maxPool(x, options);
        expect(y.shape).toEqual(g.shape);
        expect(flat(y)).toEqual(windows(drawn).map((window) => Math.max(...window.map((at) => values[at]!))));
        const first = (window: readonly number[]): number => {
          const own = window.map((at) => values[at]!);
          return window[own.indexOf(Math.max(...own))]!;
        };
        const expected = scattered(drawn, (window, share) => [[first(window), share]]);
        expect(flat(t.maxPoolGradient(g, x, y, options))).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  it('gives NaN where a window has one, and the gradient to it', () => {
    const x = t.tensor([1, Number.NaN, 3, 2], [1, 4, 1]);
    const y = t.maxPool(x, { size: [2] });
    expect(flat(y)).toEqual([Number.NaN, 3]);
    expect(flat(t.maxPoolGradient(t.tensor([5, 7], [1, 2, 1]), x, y, { size: [2] }))).toEqual([0, 5, 7, 0]);
  });
});

describe('averagePool', () => {
  it('sums each window in row-major order and divides, and shares its gradient equally', () => {
    fc.assert(
      fc.property(casesOf(float), fc.option(fc.integer({ min: 1, max: 7 })), (drawn, divisor) => {
        const { x, g } = drawn;
        const count = divisor ?? t.sizeOfShape(drawn.options.size);
        const options = { ...drawn.options, ...(divisor === null ? {} : { divisor }) };
        const values = flat(x);
        const sums = windows(drawn).map((window) => window.reduce((sum, at) => fround(sum + values[at]!), 0));
        expect(flat(t.averagePool(x, options))).toEqual(sums.map((sum) => fround(sum / count)));
        const expected = scattered(drawn, (window, value) => window.map((at) => [at, fround(value / count)] as const));
        expect(flat(t.averagePoolGradient(g, options, x.shape))).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  it('has its gradient for transpose', () => {
    fc.assert(
      fc.property(casesOf(coarse), ({ x, g, options }) => {
        const dot = (a: t.Tensor, b: t.Tensor): number => flat(a).reduce((sum, v, i) => sum + v * flat(b)[i]!, 0);
        const length = (a: t.Tensor): number => Math.sqrt(dot(a, a));
        const difference = dot(t.averagePool(x, options), g) - dot(x, t.averagePoolGradient(g, options, x.shape));
        expect(Math.abs(difference)).toBeLessThanOrEqual(1e-5 * length(x) * length(g));
      }),
      { numRuns: 100 },
    );
  });
});

describe('poolings', () => {
  it('do not overlap unless strides say so', () => {
    const x = t.tensor([1, 2, 3, 4, 5], [1, 5, 1]);
    expect(flat(t.maxPool(x, { size: [2] }))).toEqual([2, 4]);
    expect(flat(t.averagePool(x, { size: [2], strides: [1] }))).toEqual([1.5, 2.5, 3.5, 4.5]);
  });

  it('read views', () => {
    const x = t.tensor([1, 5, 2, 6, 3, 7, 4, 8], [1, 4, 2]);
    const turned = t.transpose(t.tensor([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 4]), [0, 2, 1]);
    expect(t.toNested(t.maxPool(turned, { size: [2] }))).toEqual(t.toNested(t.maxPool(x, { size: [2] })));
  });

  it('are traced with all their options, and so are their gradients', () => {
    const x = t.symbolicInput('x', [7, 4, 2]);
    const windows = { size: [2], strides: [2] };
    const y = t.maxPool(x, { size: [2] }) as t.SymbolicTensor;
    expect([y.shape, y.node]).toEqual([[7, 2, 2], { operation: 'maxPool', attributes: windows, inputs: [x] }]);
    const dx = t.maxPoolGradient(y, x, y, { size: [2] }) as t.SymbolicTensor;
    expect(dx.node).toEqual({ operation: 'maxPoolGradient', attributes: windows, inputs: [y, x, y] });
    const mean = t.averagePool(x, { size: [2] }) as t.SymbolicTensor;
    expect(mean.node).toEqual({ operation: 'averagePool', attributes: { ...windows, divisor: 2 }, inputs: [x] });
    const back = t.averagePoolGradient(mean, { size: [2] }, x.shape) as t.SymbolicTensor;
    expect(back.node).toEqual({
      operation: 'averagePoolGradient',
      attributes: { ...windows, divisor: 2, inputShape: x.shape },
      inputs: [mean],
    });
  });

  it.each<[() => t.Tensor, typeof ShapeError, string]>([
    [
      () => t.maxPool(t.zeros([4, 3]), { size: [2] }),
      ShapeError,
      'maxPool needs an input [n, length, channels] or [n, height, width, channels], but got the shape [4, 3].',
    ],
    [
      () => t.averagePool(t.zeros([1, 2, 3, 1]), { size: [3, 3] }),
      ShapeError,
      'averagePool needs windows that fit in [2, 3], but got the size [3, 3] with dilation [1, 1].',
    ],
    [
      () => t.maxPoolGradient(t.zeros([1, 2, 1]), t.zeros([1, 4, 1]), t.zeros([1, 3, 1]), { size: [2] }),
      ShapeError,
      'maxPoolGradient needs a result of the shape [1, 2, 1], but got [1, 3, 1].',
    ],
    [
      () => t.averagePoolGradient(t.zeros([1, 3, 1]), { size: [2] }, [1, 4, 1]),
      ShapeError,
      'averagePoolGradient needs a gradient of the shape [1, 2, 1], but got [1, 3, 1].',
    ],
    [
      () => t.maxPool(t.zeros([1, 4, 1]), { size: [1.5] }),
      ValueError,
      'maxPool needs a size of one integer >= 1, but got [1.5].',
    ],
    [
      () => t.averagePool(t.zeros([1, 4, 1]), { size: [2], divisor: 0 }),
      ValueError,
      'averagePool needs a finite divisor above 0, but got 0.',
    ],
  ])('name shapes and options that do not fit (%#)', (call, kind, message) => {
    expect(call).toThrow(kind);
    expect(call).toThrow(message);
  });
});
