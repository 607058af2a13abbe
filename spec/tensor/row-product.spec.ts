import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import * as t from '../../src/tensor/index.ts';
import { rowProductKernel, slotCount, sumLeaves } from '../../src/tensor/backends/js/row-product.ts';
import { wasmRowProduct } from '../../src/tensor/backends/wasm/row-product.ts';
import { tensorOf } from './arbitrary.ts';

const { fround } = Math;
const float = fc.float({ noNaN: true, noDefaultInfinity: true, min: -100, max: 100 });

afterEach(() => {
  t.setComputeBackend('wasm');
});

/** Add f32 numbers in ascending order from +0. */
const linear = (values: readonly number[]): number => values.reduce((sum, value) => fround(sum + value), 0);

/** Add nodes in pairs until one is left; an odd one at the end goes up unchanged. */
function tree(nodes: readonly number[]): number {
  if (nodes.length === 0) return 0;
  if (nodes.length === 1) return nodes[0]!;
  const pairs = Array.from({ length: Math.ceil(nodes.length / 2) }, (_, i) => nodes.slice(2 * i, 2 * i + 2));
  return tree(pairs.map((pair) => (pair.length === 2 ? fround(pair[0]! + pair[1]!) : pair[0]!)));
}

/** The definition, one element at a time. */
function reference(x: t.Tensor, g: t.Tensor): number[] {
  const [left, right] = [x.shape.at(-1)!, g.shape.at(-1)!];
  const rows = x.shape[0]!;
  const positions = t.sizeOfShape(x.shape.slice(1, -1));
  const [a, b] = [t.toFlat(x), t.toFlat(g)];
  return Array.from({ length: left * right }, (_, at) => {
    const [i, j] = [Math.floor(at / right), at % right];
    const ofRow = (row: number): number[] =>
      Array.from({ length: positions }, (__, p) => {
        const position = row * positions + p;
        return fround(a[position * left + i]! * b[position * right + j]!);
      });
    const leaves = Array.from({ length: Math.ceil(rows / 64) }, (__, leaf) => {
      const within = Array.from({ length: Math.min(64, rows - 64 * leaf) }, (___, r) => 64 * leaf + r);
      return linear(within.map((row) => linear(ofRow(row))));
    });
    return tree(leaves);
  });
}

/** Deterministic numbers of all magnitudes, whose sums round at almost every step. */
function numbers(length: number, seed: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => (fround(Math.sqrt(i + seed) % 1) - 0.5) * 2 ** ((i * 7) % 11));
}

describe('rowProduct', () => {
  it('sums positions, then rows in leaves of 64, then leaves in a tree, to the bit', () => {
    const shape = fc.tuple(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 3 }));
    const width = fc.integer({ min: 1, max: 4 });
    const operands = fc
      .tuple(shape, width, width)
      .chain(([[n, p], i, j]) => fc.tuple(tensorOf([n, p, i], float), tensorOf([n, p, j], float)));
    fc.assert(
      fc.property(operands, ([x, g]) => {
        const expected = reference(x, g);
        for (const backend of ['js', 'wasm'] as const) {
          t.setComputeBackend(backend);
          const found = t.rowProduct(x, g);
          expect(found.shape).toEqual([x.shape[2], g.shape[2]]);
          expect(Array.from(t.toFlat(found))).toEqual(expected);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('is a product over one leaf of rows and a sum of products over several', () => {
    const x = t.tensor(numbers(300 * 5, 1), [300, 5]);
    const g = t.tensor(numbers(300 * 9, 2), [300, 9]);
    const leaf = (from: number, to: number): t.Tensor =>
      t.matmul(t.transpose(t.slice(x, [[from, to]])), t.slice(g, [[from, to]]));
    const left = t.add(t.add(leaf(0, 64), leaf(64, 128)), t.add(leaf(128, 192), leaf(192, 256)));
    expect(t.toNested(t.rowProduct(x, g))).toEqual(t.toNested(t.add(left, leaf(256, 300))));
    const [short, few] = [t.slice(x, [[0, 64]]), t.slice(g, [[0, 64]])];
    expect(t.toNested(t.rowProduct(short, few))).toEqual(t.toNested(leaf(0, 64)));
  });

  it('reads views and integers', () => {
    const x = t.transpose(t.tensor(numbers(7 * 30, 3), [7, 30]));
    const g = t.tensor(
      Int32Array.from({ length: 60 }, (_, i) => i - 30),
      [30, 2],
    );
    const expected = t.rowProduct(t.contiguous(x), t.tensor(t.toFloats(g), [30, 2]));
    expect(t.toNested(t.rowProduct(x, g))).toEqual(t.toNested(expected));
  });

  it('gives zeros without rows or positions', () => {
    expect(t.toNested(t.rowProduct(t.zeros([0, 2]), t.zeros([0, 3])))).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
    expect(t.toNested(t.rowProduct(t.zeros([5, 0, 1]), t.zeros([5, 0, 1])))).toEqual([[0]]);
  });

  it('can be traced', () => {
    const x = t.symbolicInput('x', [6, 2, 3]);
    const traced = t.rowProduct(x, t.zeros([6, 2, 4]));
    expect(traced.shape).toEqual([3, 4]);
    expect((traced as t.SymbolicTensor).node.operation).toBe('rowProduct');
  });

  it('names shapes that do not fit', () => {
    expect(() => t.rowProduct(t.zeros([2, 3]), t.zeros([4, 3]))).toThrow(
      'rowProduct needs shapes [n, ..., i] and [n, ..., j] with equal leading axes, but got [2, 3] and [4, 3].',
    );
    expect(() => t.rowProduct(t.zeros([3]), t.zeros([3]))).toThrow('rowProduct needs shapes');
    expect(() => t.rowProduct(t.scalar(1), t.scalar(1))).toThrow('rowProduct needs shapes');
  });
});

describe('the WebAssembly kernel', () => {
  it('gives the bits of the JavaScript kernel', () => {
    const extents = fc.record({
      rows: fc.integer({ min: 1, max: 300 }),
      positions: fc.integer({ min: 1, max: 20 }),
      left: fc.integer({ min: 1, max: 20 }),
      right: fc.integer({ min: 1, max: 20 }),
    });
    fc.assert(
      fc.property(extents, (size) => {
        const x = numbers(size.rows * size.positions * size.left, 1);
        const g = numbers(size.rows * size.positions * size.right, 2);
        const expected = new Float32Array(size.left * size.right);
        const found = new Float32Array(size.left * size.right);
        rowProductKernel(expected, x, g, size);
        expect(wasmRowProduct(found, x, g, size)).toBe(true);
        expect(found).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('declines what is beyond its memory', () => {
    const size = { rows: 1, positions: 1, left: 2 ** 15, right: 2 ** 15 };
    expect(wasmRowProduct(new Float32Array(1), new Float32Array(1), new Float32Array(1), size)).toBe(false);
  });
});

describe('the tree of leaves', () => {
  it('uses as many slots as it says', () => {
    for (let leaves = 0; leaves <= 70; leaves += 1) {
      let most = 0;
      sumLeaves(
        leaves,
        (_, slot) => (most = Math.max(most, slot + 1)),
        () => {},
      );
      expect(slotCount(leaves)).toBe(most);
    }
  });
});
