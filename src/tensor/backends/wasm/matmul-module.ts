/**
 * The WebAssembly module of the matrix product: four rows by eight columns of the result stay in vector registers while
 * k runs upward. Vectors go along the columns, so that every element has the order and the roundings of the
 * JavaScript kernel (product, then sum, in f32) and the same bits.
 */
import { WasmModule, f32, f32x4, i32, v128, type Code, type Instruction, type Local } from '../../../wasm/index.ts';

/** Columns of a panel of B; a row of the result is padded to a multiple of them. */
export const PANEL = 8;
/** Rows of a tile; A is read, and the result written, up to a multiple of them. */
export const TILE = 4;

const PANEL_BYTES = 4 * PANEL;

/** target ← left ∘ right. */
function assign(code: Code, target: Local, left: Local, operation: Instruction, right: Local): void {
  code.get(left);
  code.get(right);
  operation(code);
  code.set(target);
}

/** target ← target + constant. */
function increase(code: Code, target: Local, by: number): void {
  code.get(target);
  i32.const(code, by);
  i32.add(code);
  code.set(target);
}

/** Run the body for counter = 0, step, 2·step … below the limit. */
function countUp(code: Code, counter: Local, limit: Local, step: number, body: () => void): void {
  i32.const(code, 0);
  code.set(counter);
  code.block(() => {
    code.loop(() => {
      code.get(counter);
      code.get(limit);
      i32.geS(code);
      code.branchIf(1);
      body();
      increase(code, counter, step);
      code.branch(0);
    });
  });
}

/** Copy columns j … j + 7 of B into a panel [k][8], with zeros beyond the last column. */
function packPanel(
  code: Code,
  b: Local,
  bRow: Local,
  bColumn: Local,
  panel: Local,
  j: Local,
  k: Local,
  n: Local,
): void {
  const [row, column, source, rowStart, target, lanes] = Array.from({ length: 6 }, () => code.local('i32')) as [
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
  ];
  i32.const(code, PANEL);
  code.set(lanes);
  assign(code, rowStart, j, i32.mul, bColumn);
  assign(code, rowStart, rowStart, i32.add, b);
  code.get(panel);
  code.set(target);
  countUp(code, row, k, 1, () => {
    code.get(rowStart);
    code.set(source);
    countUp(code, column, lanes, 1, () => {
      code.get(j);
      code.get(column);
      i32.add(code);
      code.get(n);
      i32.ltS(code);
      code.if(
        () => {
          code.get(target);
          code.get(source);
          f32.load(code);
          f32.store(code);
        },
        () => {
          code.get(target);
          f32.const(code, 0);
          f32.store(code);
        },
      );
      assign(code, source, source, i32.add, bColumn);
      increase(code, target, 4);
    });
    assign(code, rowStart, rowStart, i32.add, bRow);
  });
}

/**
 * Assemble the module. It exports its `memory` and `matmul(a, aRow, aColumn, b, bRow, bColumn, panel, c, cRow, m, k, n)`:
 * addresses and strides in bytes, extents in elements, k at least 1. `panel` is room for 32·k bytes.
 */
export function matmulModule(): Uint8Array<ArrayBuffer> {
  const module = new WasmModule();
  module.memory({ pages: 1, exportName: 'memory' });
  const parameters = new Array<'i32'>(12).fill('i32');
  module.function({ exportName: 'matmul', parameters }, (code, ...all) => {
    const [a, aRow, aColumn, b, bRow, bColumn, panel, c, cRow, m, k, n] = all as unknown as readonly [
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
    ];
    const [i, j, q, end] = Array.from({ length: 4 }, () => code.local('i32')) as [Local, Local, Local, Local];
    const pointers = Array.from({ length: TILE }, () => code.local('i32'));
    const sums = Array.from({ length: TILE }, () => [code.local('v128'), code.local('v128')]);
    const [left, right, factor] = Array.from({ length: 3 }, () => code.local('v128')) as [Local, Local, Local];
    const columns = [left, right];
    countUp(code, j, n, PANEL, () => {
      packPanel(code, b, bRow, bColumn, panel, j, k, n);
      countUp(code, i, m, TILE, () => {
        pointers.forEach((pointer, r) => {
          code.get(i);
          i32.const(code, r);
          i32.add(code);
          code.get(aRow);
          i32.mul(code);
          code.get(a);
          i32.add(code);
          code.set(pointer);
        });
        for (const sum of sums.flat()) {
          v128.const(code, new Uint8Array(16));
          code.set(sum);
        }
        code.get(k);
        i32.const(code, PANEL_BYTES);
        i32.mul(code);
        code.get(panel);
        code.tee(q);
        i32.add(code);
        code.set(end);
        code.loop(() => {
          columns.forEach((column, half) => {
            code.get(q);
            v128.load(code, 16 * half);
            code.set(column);
          });
          pointers.forEach((pointer, r) => {
            code.get(pointer);
            v128.load32Splat(code);
            code.set(factor);
            columns.forEach((column, half) => {
              const sum = sums[r]![half]!;
              code.get(sum);
              code.get(factor);
              code.get(column);
              f32x4.mul(code);
              f32x4.add(code);
              code.set(sum);
            });
            assign(code, pointer, pointer, i32.add, aColumn);
          });
          increase(code, q, PANEL_BYTES);
          code.get(q);
          code.get(end);
          i32.ltU(code);
          code.branchIf(0);
        });
        sums.forEach((row, r) => {
          row.forEach((sum, half) => {
            code.get(i);
            i32.const(code, r);
            i32.add(code);
            code.get(cRow);
            i32.mul(code);
            code.get(j);
            i32.const(code, 4);
            i32.mul(code);
            i32.add(code);
            code.get(c);
            i32.add(code);
            code.get(sum);
            v128.store(code, 16 * half);
          });
        });
      });
    });
  });
  return module.toBytes();
}
