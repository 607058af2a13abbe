/** Window geometry against Keras's definition, and convolutions against nested loops. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildNetwork, type LayerSpec, predict, slidingWindows, withParameters } from '../../src/network/index.ts';
import { stream } from '../../src/random/index.ts';
import { tensor, toFlat } from '../../src/tensor/index.ts';

const small = fc.integer({ min: 1, max: 4 });
const along = fc.record({ length: fc.integer({ min: 1, max: 9 }), size: small, stride: small, dilation: small });
const padding = fc.constantFrom('valid' as const, 'same' as const);
const paddingOfLines = fc.constantFrom('valid' as const, 'same' as const, 'causal' as const);

describe('slidingWindows', () => {
  it('places windows as Keras does along one axis', () => {
    fc.assert(
      fc.property(along, paddingOfLines, ({ length, size, stride, dilation }, mode) => {
        const { shape, cells } = slidingWindows([length], {
          size: [size],
          strides: [stride],
          dilation: [dilation],
          padding: mode,
        });
        const reach = (size - 1) * dilation + 1;
        const count =
          mode === 'valid' ? Math.max(0, Math.ceil((length - reach + 1) / stride)) : Math.ceil(length / stride);
        expect(shape).toEqual([count]);
        const total = Math.max((count - 1) * stride + reach - length, 0);
        const before = { valid: 0, same: Math.floor(total / 2), causal: reach - 1 }[mode];
        cells.forEach((window, p) =>
          window.forEach((cell, k) => {
            const at = p * stride + k * dilation - before;
            expect(cell).toBe(at >= 0 && at < length ? at : -1);
          }),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('crosses the axes in row-major order', () => {
    const { shape, cells } = slidingWindows([2, 3], { size: [2, 2], strides: [1, 2], padding: 'same' });
    expect(shape).toEqual([2, 2]);
    expect(cells).toEqual([
      [0, 1, 3, 4],
      [2, -1, 5, -1],
      [3, 4, -1, -1],
      [5, -1, -1, -1],
    ]);
  });
});

/** A geometry, an input of integers, and integer parameters for a kernel with so many outputs. */
const drawn = (
  axes: readonly { length: number; size: number; stride: number; dilation: number }[],
  mode: 'valid' | 'same' | 'causal',
  channels: number,
  kernelShape: (size: readonly number[]) => readonly number[],
  outputs: number,
  seed: number,
) => {
  const geometry = {
    size: axes.map(({ size }) => size),
    strides: axes.map(({ stride }) => stride),
    dilation: axes.map(({ dilation }) => dilation),
    padding: mode,
  };
  const shape = [...axes.map(({ length }) => length), channels];
  const draw = stream('convolutions', String(seed));
  const numbers = (n: number): number[] => Array.from({ length: n }, () => draw.integer(-8, 9));
  const kernel = kernelShape(geometry.size);
  return {
    geometry,
    shape,
    windows: slidingWindows(shape.slice(0, -1), geometry),
    x: numbers(shape.reduce((a, b) => a * b, 1)),
    kernel: { shape: kernel, values: numbers(kernel.reduce((a, b) => a * b, 1)) },
    bias: numbers(outputs),
  };
};

/** What a layer computes of one sample. */
const computed = (spec: LayerSpec, { shape, x, kernel, bias }: ReturnType<typeof drawn>): number[] => {
  const built = buildNetwork('n', [{ name: 'x', shape }], [{ ...spec, name: 'it' }], stream('convolutions'));
  const network = withParameters(built, {
    it: { kernel: tensor(kernel.values, kernel.shape), bias: tensor(bias, [bias.length]) },
  });
  return Array.from(toFlat(predict(network, tensor(x, [1, ...shape]))));
};

describe('conv2d', () => {
  it('is the sum over rows, columns and channels', () => {
    fc.assert(
      fc.property(fc.tuple(along, along), padding, fc.nat(), (axes, mode, seed) => {
        const [channels, filters] = [2, 3];
        const given = drawn(axes, mode, channels, (size) => [...size, channels, filters], filters, seed);
        fc.pre(given.windows.cells.length > 0);
        const expected = given.windows.cells.flatMap((window) =>
          given.bias.map((offset, f) =>
            window.reduce((sum, cell, t) => {
              if (cell < 0) return sum;
              for (let c = 0; c < channels; c++)
                sum += given.x[cell * channels + c]! * given.kernel.values[(t * channels + c) * filters + f]!;
              return sum;
            }, offset),
          ),
        );
        expect(computed({ kind: 'conv2d', attributes: { filters, ...given.geometry } }, given)).toEqual(expected);
      }),
      { numRuns: 100 },
    );
  });
});

describe('depthwise convolutions', () => {
  const kinds = { 1: 'depthwiseConv1d', 2: 'depthwiseConv2d' } as const;
  it.each([1, 2] as const)('are sums over the cells of each channel, along %i axes', (rank) => {
    const axesOf = fc.array(along, { minLength: rank, maxLength: rank });
    const modes: fc.Arbitrary<'valid' | 'same' | 'causal'> = rank === 1 ? paddingOfLines : padding;
    fc.assert(
      fc.property(axesOf, modes, small, small, fc.nat(), (axes, mode, channels, multiplier, seed) => {
        const outputs = channels * multiplier;
        const given = drawn(axes, mode, channels, (size) => [...size, channels, multiplier], outputs, seed);
        fc.pre(given.windows.cells.length > 0);
        const expected = given.windows.cells.flatMap((window) =>
          given.bias.map((offset, j) => {
            const channel = Math.floor(j / multiplier);
            return window.reduce(
              (sum, cell, t) =>
                cell < 0 ? sum : sum + given.x[cell * channels + channel]! * given.kernel.values[t * outputs + j]!,
              offset,
            );
          }),
        );
        const attributes = { ...given.geometry, depthMultiplier: multiplier };
        expect(computed({ kind: kinds[rank], attributes }, given)).toEqual(expected);
      }),
      { numRuns: 100 },
    );
  });
});

describe('causal padding', () => {
  it('keeps results from knowing later cells', () => {
    fc.assert(
      fc.property(along, fc.nat(), fc.nat(), (axis, seed, change) => {
        const given = drawn([axis], 'causal', 2, (size) => [...size, 2, 3], 3, seed);
        const at = change % axis.length;
        const changed = { ...given, x: given.x.map((value, i) => (i >= 2 * at ? value + 1 : value)) };
        const spec: LayerSpec = { kind: 'conv1d', attributes: { filters: 3, ...given.geometry } };
        const earlier = 3 * Math.ceil(at / axis.stride);
        expect(computed(spec, changed).slice(0, earlier)).toEqual(computed(spec, given).slice(0, earlier));
      }),
      { numRuns: 100 },
    );
  });
});
