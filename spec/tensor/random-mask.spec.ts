import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ShapeError, ValueError } from '../../src/errors.ts';
import * as t from '../../src/tensor/index.ts';
import { philox2x32 } from '../../src/tensor/random-mask.ts';

const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const key = (a: number, b: number): t.Tensor => t.tensor([a, b], [2], 'i32');

/** Philox 2×32 in big integers. */
function philox(counter0: number, counter1: number, seed: number, rounds: number): [number, number] {
  let [first, second, k] = [counter0, counter1, seed].map((word) => BigInt(word >>> 0)) as [bigint, bigint, bigint];
  for (let round = 0; round < rounds; round += 1) {
    const product = first * 0xd256d193n;
    [first, second] = [(product >> 32n) ^ k ^ second, product & 0xffffffffn];
    k = (k + 0x9e3779b9n) & 0xffffffffn;
  }
  return [Number(first), Number(second)];
}

describe('philox2x32', () => {
  it.each([
    [7, 0, 0, 0, 0x257a3673, 0xcd26be2a],
    [7, 0xffffffff, 0xffffffff, 0xffffffff, 0xab302c4d, 0x3dc9d239],
    [7, 0x243f6a88, 0x85a308d3, 0x13198a2e, 0xbedbbe6b, 0xe4c770b3],
    [10, 0, 0, 0, 0xff1dae59, 0x6cd10df2],
    [10, 0xffffffff, 0xffffffff, 0xffffffff, 0x2c3f628b, 0xab4fd7ad],
    [10, 0x243f6a88, 0x85a308d3, 0x13198a2e, 0xdd7ce038, 0xf62a4c12],
  ])('gives the known answers of Random123: %i rounds of %i, %i, %i', (rounds, counter0, counter1, seed, ...words) => {
    expect(philox2x32(counter0, counter1, seed, rounds).map((word) => word >>> 0)).toEqual(words);
  });

  it('is Philox 2×32 for any counter and key', () => {
    fc.assert(
      fc.property(word, word, word, fc.nat({ max: 12 }), (counter0, counter1, seed, rounds) => {
        const words = philox2x32(counter0, counter1, seed, rounds).map((bits) => bits >>> 0);
        expect(words).toEqual(philox(counter0, counter1, seed, rounds));
      }),
    );
  });
});

describe('randomBits', () => {
  it('gives four neighbours the quarters of seven rounds', () => {
    // The known answer of seven rounds for zeros.
    expect([0, 1, 2, 3].map((i) => t.randomBits(0, 0, i))).toEqual([0xbe2a, 0xcd26, 0x3673, 0x257a]);
    fc.assert(
      fc.property(word, word, word, (key0, key1, index) => {
        const [first, second] = philox(index >>> 2, key1, key0, 7);
        const quarter = ((BigInt(first) << 32n) | BigInt(second)) >> BigInt(16 * (index & 3));
        expect(t.randomBits(key0, key1, index)).toBe(Number(quarter & 0xffffn));
      }),
    );
  });

  it('has bits that are set half of the time and independent of each other within a counter', () => {
    const n = 1 << 16;
    const set = Array.from({ length: 64 }, () => Array.from({ length: 64 }, () => 0));
    for (let counter = 0; counter < n; counter += 1) {
      const bits: number[] = [];
      for (let quarter = 0; quarter < 4; quarter += 1) {
        const value = t.randomBits(11, 12, 4 * counter + quarter);
        for (let k = 0; k < 16; k += 1) bits.push((value >>> k) & 1);
      }
      for (let a = 0; a < 64; a += 1)
        for (let b = 0; b <= a; b += 1) set[a]![b]! += a === b ? bits[a]! : bits[a]! ^ bits[b]!;
    }
    const deviations = set.flatMap((row, a) => row.slice(0, a + 1)).map((count) => (2 * count - n) / Math.sqrt(n));
    // Of 2080 normal deviates one such test in 100 has one above 4.6; their mean square is 1 ± 0.031.
    expect(Math.max(...deviations.map(Math.abs))).toBeLessThan(4.6);
    expect(Math.abs(deviations.reduce((sum, z) => sum + z * z, 0) / deviations.length - 1)).toBeLessThan(4 * 0.031);
  });

  it('takes each value of 16 bits as often', () => {
    const counts = new Float64Array(1 << 16);
    const each = 16;
    for (let i = 0; i < each * counts.length; i += 1) counts[t.randomBits(-5, 9, i)]! += 1;
    const chiSquare = counts.reduce((sum, count) => sum + (count - each) ** 2 / each, 0);
    const freedom = counts.length - 1;
    expect(Math.abs(chiSquare - freedom) / Math.sqrt(2 * freedom)).toBeLessThan(4);
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
    for (const lag of [1, 2, 3, 4, 5, 8, 16, 64, 128, 256, 1000])
      expect(Math.abs(correlation(mask, mask, lag))).toBeLessThan(4);
    for (const other of [signs(0, 1), signs(1, 0), signs(-1, 0)]) {
      for (const lag of [0, 1]) expect(Math.abs(correlation(mask, other, lag))).toBeLessThan(4);
    }
  });

  it('gives an element by key and position in row-major order alone', () => {
    const flat = t.toFlat(t.dropoutMask(key(5, 6), 0.3, [24]));
    expect(t.toFlat(t.dropoutMask(key(5, 6), 0.3, [2, 3, 4]))).toEqual(flat);
    expect(t.toFlat(t.dropoutMask(key(5, 6), 0.3, [7]))).toEqual(flat.slice(0, 7));
    expect([...flat].map((x) => x > 0)).toEqual(
      Array.from(flat, (_, i) => t.randomBits(5, 6, i) >= Math.round(0.3 * 2 ** 16)),
    );
  });

  it('rounds the rate to a multiple of 2^-16 below 1', () => {
    const dropped = (rate: number): boolean[] =>
      Array.from(t.toFlat(t.dropoutMask(key(5, 6), rate, [1001])), (x) => x === 0);
    const below = (level: number): boolean[] => Array.from({ length: 1001 }, (_, i) => t.randomBits(5, 6, i) < level);
    for (const level of [0, 1, 1000, 65535]) {
      for (const part of [-0.49, 0, 0.49]) {
        const rate = Math.max(0, (level + part) / 2 ** 16);
        expect(dropped(rate)).toEqual(below(level));
      }
    }
    expect(dropped(1 - 2 ** -40)).toEqual(below(65535));
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
