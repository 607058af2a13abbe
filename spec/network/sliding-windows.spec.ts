/** Window geometry against TensorFlow's definition, and convolutions against nested loops. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildNetwork, predict, slidingWindows, withParameters } from '../../src/network/index.ts';
import { stream } from '../../src/random/index.ts';
import { tensor, toFlat } from '../../src/tensor/index.ts';

const small = fc.integer({ min: 1, max: 4 });
const along = fc.record({ length: fc.integer({ min: 1, max: 9 }), size: small, stride: small, dilation: small });
const padding = fc.constantFrom('valid' as const, 'same' as const);

describe('slidingWindows', () => {
  it('places windows as TensorFlow does along one axis', () => {
    fc.assert(
      fc.property(along, padding, ({ length, size, stride, dilation }, mode) => {
        const { shape, cells } = slidingWindows([length], {
          size: [size],
          strides: [stride],
          dilation: [dilation],
          padding: mode,
        });
        const reach = (size - 1) * dilation + 1;
        const count =
          mode === 'same' ? Math.ceil(length / stride) : Math.max(0, Math.ceil((length - reach + 1) / stride));
        expect(shape).toEqual([count]);
        const total = mode === 'same' ? Math.max((count - 1) * stride + reach - length, 0) : 0;
        cells.forEach((window, p) =>
          window.forEach((cell, k) => {
            const at = p * stride + k * dilation - Math.floor(total / 2);
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

describe('conv2d', () => {
  it('is the sum over rows, columns and channels', () => {
    fc.assert(
      fc.property(fc.tuple(along, along), padding, fc.nat(), ([rows, columns], mode, seed) => {
        const [channels, filters] = [2, 3];
        const geometry = {
          size: [rows.size, columns.size],
          strides: [rows.stride, columns.stride],
          dilation: [rows.dilation, columns.dilation],
          padding: mode,
        };
        const shape = [rows.length, columns.length, channels];
        const windows = slidingWindows(shape.slice(0, 2), geometry);
        fc.pre(windows.cells.length > 0);
        const draw = stream('conv2d', String(seed));
        const numbers = (n: number): number[] => Array.from({ length: n }, () => draw.integer(-8, 9));
        const built = buildNetwork(
          'n',
          [{ name: 'x', shape }],
          [{ kind: 'conv2d', name: 'it', attributes: { filters, ...geometry } }],
          draw,
        );
        const kernel = numbers(rows.size * columns.size * channels * filters);
        const bias = numbers(filters);
        const x = numbers(rows.length * columns.length * channels);
        const network = withParameters(built, {
          it: { kernel: tensor(kernel, [...geometry.size, channels, filters]), bias: tensor(bias, [filters]) },
        });
        const expected = windows.cells.flatMap((window) =>
          bias.map((offset, f) =>
            window.reduce((sum, cell, t) => {
              if (cell < 0) return sum;
              for (let c = 0; c < channels; c++)
                sum += x[cell * channels + c]! * kernel[(t * channels + c) * filters + f]!;
              return sum;
            }, offset),
          ),
        );
        expect(Array.from(toFlat(predict(network, tensor(x, [1, ...shape]))))).toEqual(expected);
      }),
      { numRuns: 100 },
    );
  });
});
