import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ShapeError, ValueError } from '../../src/errors.ts';
import * as t from '../../src/tensor/index.ts';

const key = (a: number, b: number): t.Tensor => t.tensor([a, b], [2], 'i32');

/** Philox 2×32 with ten rounds in big integers. */
function philox(counter0: number, counter1: number, seed: number): number {
  let [first, second, k] = [counter0, counter1, seed].map((word) => BigInt(word >>> 0)) as [bigint, bigint, bigint];
  for (let round = 0; round < 10; round += 1) {
    const product = first * 0xd256d193n;
    [first, second] = [(product >> 32n) ^ k ^ second, product & 0xffffffffn];
    k = (k + 0x9e3779b9n) & 0xffffffffn;
  }
  return Number(first);
}

describe('randomBits', () => {
  it('gives the known answers of Random123', () => {
    expect(t.randomBits(0, 0, 0)).toBe(0xff1dae59);
    expect(t.randomBits(0xffffffff, 0xffffffff, 0xffffffff)).toBe(0x2c3f628b);
    expect(t.randomBits(0x13198a2e, 0x85a308d3, 0x243f6a88)).toBe(0xdd7ce038);
  });

  it('is Philox 2×32 for any key and index', () => {
    const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    fc.assert(
      fc.property(word, word, fc.nat(), (key0, key1, index) => {
        expect(t.randomBits(key0, key1, index)).toBe(philox(index, key1, key0));
      }),
    );
  });
});

describe('dropoutMask', () => {
  it('keeps the share that it should, scaled by its inverse', () => {
    for (const rate of [0.1, 0.5, 0.9]) {
      const mask = t.toFloats(t.dropoutMask(key(3, -7), rate, [400, 500]));
      const kept = Math.fround(1 / (1 - rate));
      expect(new Set(mask)).toEqual(new Set([0, kept]));
      const share = mask.filter((x) => x > 0).length / mask.length;
      // Four standard deviations.
      expect(Math.abs(share - (1 - rate))).toBeLessThan(4 * Math.sqrt((rate * (1 - rate)) / mask.length));
    }
  });

  it('has uncorrelated neighbours, rows and keys', () => {
    const n = 1 << 17;
    const signs = (a: number, b: number): Float32Array => {
      const mask = t.toFloats(t.dropoutMask(key(a, b), 0.5, [n]));
      return mask.map((x) => x - 1);
    };
    const correlation = (a: Float32Array, b: Float32Array, lag: number): number => {
      let sum = 0;
      for (let i = 0; i + lag < n; i += 1) sum += a[i]! * b[i + lag]!;
      return sum / Math.sqrt(n);
    };
    const mask = signs(0, 0);
    for (const lag of [1, 2, 3, 4, 16, 64, 256, 1000]) expect(Math.abs(correlation(mask, mask, lag))).toBeLessThan(4);
    for (const other of [signs(0, 1), signs(1, 0), signs(-1, 0)]) {
      for (const lag of [0, 1]) expect(Math.abs(correlation(mask, other, lag))).toBeLessThan(4);
    }
  });

  it('gives an element by key and position in row-major order alone', () => {
    const flat = t.toFlat(t.dropoutMask(key(5, 6), 0.3, [24]));
    expect(t.toFlat(t.dropoutMask(key(5, 6), 0.3, [2, 3, 4]))).toEqual(flat);
    expect(t.toFlat(t.dropoutMask(key(5, 6), 0.3, [7]))).toEqual(flat.slice(0, 7));
    expect([...flat].map((x) => x > 0)).toEqual(Array.from(flat, (_, i) => t.randomBits(5, 6, i) >= 0.3 * 2 ** 32));
  });

  it('keeps all at rate 0', () => {
    expect([...t.toFlat(t.dropoutMask(key(1, 2), 0, [9]))]).toEqual(new Array(9).fill(1));
  });

  it('is traced', () => {
    const symbolic = t.symbolicInput('key', [2], 'i32');
    const mask = t.dropoutMask(symbolic, 0.25, [3, 4]);
    if (!t.isSymbolic(mask)) throw new TypeError('The mask was computed.');
    expect([mask.shape, mask.node.operation, mask.node.attributes]).toEqual([[3, 4], 'dropoutMask', { rate: 0.25 }]);
    expect(mask.node.inputs[0]).toBe(symbolic);
  });

  it('refuses other keys and rates', () => {
    expect(() => t.dropoutMask(key(1, 2), 1, [3])).toThrow(ValueError);
    expect(() => t.dropoutMask(key(1, 2), -0.1, [3])).toThrow('dropoutMask needs a rate of [0, 1), but got -0.1.');
    expect(() => t.dropoutMask(t.tensor([1, 2, 3], [3], 'i32'), 0.5, [3])).toThrow(ShapeError);
    expect(() => t.dropoutMask(t.tensor([1, 2]), 0.5, [3])).toThrow('needs a key i32 [2], but got f32');
  });
});
