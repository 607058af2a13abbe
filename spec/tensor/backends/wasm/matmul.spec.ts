import { setFlagsFromString } from 'node:v8';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matmulKernel, type MatrixOperand } from '../../../../src/tensor/backends/js/matmul.ts';
import { matmulModule } from '../../../../src/tensor/backends/wasm/matmul-module.ts';
import { matmulEngine, wasmMatmul, workspaceBytes } from '../../../../src/tensor/backends/wasm/matmul.ts';

const { fround } = Math;

/** Numbers of a few magnitudes, whose sums round at almost every step. */
function numbers(length: number, seed: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => (fround(Math.sqrt(i + seed) % 1) - 0.5) * 2 ** ((i * 7) % 5));
}

/** A rows × columns operand in one of four layouts: dense, transposed, every other column, every other row reversed. */
function operand(rows: number, columns: number, layout: number, seed: number): MatrixOperand {
  const data = numbers(2 * rows * columns + 3, seed);
  if (layout === 0) return { data, offset: 1, row: columns, column: 1 };
  if (layout === 1) return { data, offset: 2, row: 1, column: rows };
  if (layout === 2) return { data, offset: 3, row: 2 * columns, column: 2 };
  return { data, offset: 2 * columns * (rows - 1), row: -2 * columns, column: 1 };
}

function expectSameBits(m: number, k: number, n: number, left: number, right: number): void {
  const a = operand(m, k, left, 1);
  const b = operand(k, n, right, 2);
  const expected = new Float32Array(m * n + 2);
  const found = new Float32Array(m * n + 2);
  matmulKernel(expected, 1, a, b, m, k, n);
  expect(wasmMatmul(found, 1, a, b, m, k, n)).toBe(true);
  expect(found).toEqual(expected);
}

describe('the WebAssembly matrix product', () => {
  it('gives the bits of the JavaScript kernel for all sizes and layouts', () => {
    const size = fc.integer({ min: 1, max: 40 });
    const layout = fc.integer({ min: 0, max: 3 });
    fc.assert(fc.property(size, size, size, layout, layout, expectSameBits), { numRuns: 200 });
  });

  it.each([
    { what: 'many steps of k', size: [9, 1300, 21] },
    { what: 'as many steps of k as a block', size: [5, 512, 8] },
    { what: 'many rows', size: [1501, 40, 19] },
    { what: 'many columns', size: [7, 5, 3001] },
    { what: 'many of all', size: [301, 530, 203] },
  ])('keeps them across blocks: $what', ({ size }) => {
    const [m, k, n] = size as [number, number, number];
    for (const [left, right] of [
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
    ] as const) {
      expectSameBits(m, k, n, left, right);
    }
  });

  it('rounds products that overflow, vanish or are not numbers as the JavaScript kernel does', () => {
    const special = fc.constantFrom(0, -0, Infinity, -Infinity, NaN, 2 ** -149, 2 ** 127, -(2 ** 127), 1, -1);
    const list = fc.array(special, { minLength: 30, maxLength: 30 }).map((values) => Float32Array.from(values));
    fc.assert(
      fc.property(list, list, (x, y) => {
        const a = { data: x, offset: 0, row: 6, column: 1 };
        const b = { data: y, offset: 0, row: 5, column: 1 };
        const [expected, found] = [new Float32Array(25), new Float32Array(25)];
        matmulKernel(expected, 0, a, b, 5, 6, 5);
        wasmMatmul(found, 0, a, b, 5, 6, 5);
        expect(found).toEqual(expected);
      }),
      { numRuns: 100 },
    );
  });

  it('declines products beyond its memory and leaves the result alone', () => {
    const a = { data: new Float32Array(1), offset: 0, row: 0, column: 0 };
    const out = new Float32Array([7]);
    expect(wasmMatmul(out, 0, a, a, 2 ** 15, 2 ** 15, 1)).toBe(false);
    expect(out[0]).toBe(7);
  });
});

describe('an engine', () => {
  it('writes the result and its workspace and nothing else, and reads only the operands', () => {
    const engine = matmulEngine();
    const size = fc.integer({ min: 1, max: 30 });
    const turned = fc.boolean();
    fc.assert(
      fc.property(size, size, size, turned, turned, fc.nat({ max: 3 }), (m, k, n, aTurned, bTurned, gap) => {
        const aAt = 64;
        const bAt = aAt + 4 * m * k + 32;
        const cAt = bAt + 4 * k * n + 32;
        const cRow = n + gap;
        const workspace = cAt + 4 * m * cRow + 32;
        const end = workspace + workspaceBytes(m, k, n);
        engine.reserve(end + 64);
        const memory = new Float32Array(engine.memory.buffer);
        const [x, y] = [numbers(m * k, 1), numbers(k * n, 2)];
        memory.fill(NaN);
        memory.set(x, aAt / 4);
        memory.set(y, bAt / 4);
        const a = aTurned ? { row: 1, column: m } : { row: k, column: 1 };
        const b = bTurned ? { row: 1, column: k } : { row: n, column: 1 };
        const expected = new Float32Array(m * n);
        matmulKernel(expected, 0, { data: x, offset: 0, ...a }, { data: y, offset: 0, ...b }, m, k, n);
        const inBytes = (
          { row, column }: typeof a,
          address: number,
        ): { address: number; row: number; column: number } => ({
          address,
          row: 4 * row,
          column: 4 * column,
        });
        engine.multiply(inBytes(a, aAt), inBytes(b, bAt), inBytes({ row: cRow, column: 1 }, cAt), m, k, n, workspace);
        const model = new Float32Array(memory.length).fill(NaN);
        model.set(x, aAt / 4);
        model.set(y, bAt / 4);
        for (let i = 0; i < m; i += 1) model.set(expected.subarray(i * n, (i + 1) * n), cAt / 4 + i * cRow);
        model.set(memory.subarray(workspace / 4, end / 4), workspace / 4);
        expect(Buffer.compare(Buffer.from(memory.buffer), Buffer.from(model.buffer))).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});

describe('an engine with fastMath', () => {
  const relaxed = { fastMath: true } as const;

  it('needs relaxed SIMD and says so', () => {
    if (WebAssembly.validate(matmulModule({ fused: true }))) {
      expect(() => matmulEngine(relaxed)).not.toThrow();
    } else {
      expect(() => matmulEngine(relaxed)).toThrow(
        'The matrix product with fastMath needs relaxed SIMD of WebAssembly, which this engine does not have (Node 20: --experimental-wasm-relaxed-simd).',
      );
    }
  });

  it('comes close to the product where the machine has it', ({ skip }) => {
    setFlagsFromString('--experimental-wasm-relaxed-simd');
    skip(!WebAssembly.validate(matmulModule({ fused: true })), 'no relaxed SIMD in this engine');
    const engine = matmulEngine(relaxed);
    const [m, k, n] = [33, 70, 21];
    const [x, y] = [numbers(m * k, 1), numbers(k * n, 2)];
    const [bAt, cAt] = [4 * m * k, 4 * (m * k + k * n)];
    const workspace = cAt + 4 * m * n;
    engine.reserve(workspace + workspaceBytes(m, k, n));
    const memory = new Float32Array(engine.memory.buffer);
    memory.set(x);
    memory.set(y, m * k);
    const matrix = (address: number, row: number): { address: number; row: number; column: number } => ({
      address,
      row: 4 * row,
      column: 4,
    });
    engine.multiply(matrix(0, k), matrix(bAt, n), matrix(cAt, n), m, k, n, workspace);
    for (let i = 0; i < m; i += 1) {
      for (let j = 0; j < n; j += 1) {
        let sum = 0;
        let size = 0;
        for (let p = 0; p < k; p += 1) {
          const product = x[i * k + p]! * y[p * n + j]!;
          sum += product;
          size += Math.abs(product);
        }
        expect(Math.abs(memory[cAt / 4 + i * n + j]! - sum)).toBeLessThanOrEqual(k * 2 ** -24 * size);
      }
    }
  });
});
