/**
 * Between rows of samples and vectors of lanes: 4 × 4 transposes of 32-bit ports in the compiled module.
 *
 * Rows are what callers have, [sample][element]; ports hold [group][element][lane]. Where the number of elements is no
 * multiple of four, the last block overlaps the one before it. Reading checks every code against its format.
 */
import { i32, i32x4, v128 } from '../wasm/index.ts';
import type { Code, Instruction, Local, WasmModule } from '../wasm/index.ts';
import { GROUP } from './lanes.ts';

/** Ports with fewer elements are copied one by one. */
export const LEAST_ELEMENTS: number = GROUP;

export interface TransposedPort {
  /** Elements per sample, at least `LEAST_ELEMENTS`. */
  readonly elements: number;
  /** Byte address of the rows of a block. */
  readonly rows: number;
  /** Byte address of the port. */
  readonly port: number;
}

const LOW_WORDS = [0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23];
const HIGH_WORDS = [8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31];
const LOW_HALVES = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];
const HIGH_HALVES = [8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31];

function shuffle(code: Code, a: Local, b: Local, lanes: readonly number[], to: Local): void {
  code.get(a);
  code.get(b);
  v128.shuffle(code, lanes);
  code.set(to);
}

/** Transpose four vectors in place. */
function transpose(code: Code, [a, b, c, d]: readonly Local[], [p, q, r, s]: readonly Local[]): void {
  shuffle(code, a!, b!, LOW_WORDS, p!);
  shuffle(code, a!, b!, HIGH_WORDS, q!);
  shuffle(code, c!, d!, LOW_WORDS, r!);
  shuffle(code, c!, d!, HIGH_WORDS, s!);
  shuffle(code, p!, r!, LOW_HALVES, a!);
  shuffle(code, p!, r!, HIGH_HALVES, b!);
  shuffle(code, q!, s!, LOW_HALVES, c!);
  shuffle(code, q!, s!, HIGH_HALVES, d!);
}

function increase(code: Code, local: Local, step: number): void {
  code.get(local);
  i32.const(code, step);
  i32.add(code);
  code.set(local);
}

/**
 * Write the loops over all blocks of four elements of all groups.
 *
 * `body(row, port, element)`: locals with the byte offsets of the block in the first of the four rows and in the port,
 * and of its first element.
 */
function overBlocks(
  code: Code,
  groups: Local,
  elements: number,
  body: (row: Local, port: Local, element: Local) => void,
): void {
  const group = code.local('i32');
  const element = code.local('i32');
  const row = code.local('i32');
  const port = code.local('i32');
  const base = code.local('i32');
  const last = 4 * (elements - GROUP);
  code.loop(() => {
    i32.const(code, 0);
    code.set(element);
    code.loop(() => {
      code.get(base);
      code.get(element);
      i32.add(code);
      code.set(row);
      code.get(base);
      code.get(element);
      i32.const(code, 2);
      i32.shl(code);
      i32.add(code);
      code.set(port);
      body(row, port, element);
      // The next block, or the last whole one if that is nearer; after it the loop ends.
      code.get(element);
      i32.const(code, last);
      i32.ltS(code);
      code.if(() => {
        increase(code, element, 4 * GROUP);
        code.get(element);
        i32.const(code, last);
        code.get(element);
        i32.const(code, last);
        i32.ltS(code);
        i32.select(code);
        code.set(element);
        code.branch(1);
      });
    });
    increase(code, base, 4 * GROUP * elements);
    increase(code, group, 1);
    code.get(group);
    code.get(groups);
    i32.ltU(code);
    code.branchIf(0);
  });
}

/**
 * Write the function `name(groups)` that fills a port from rows and returns a non-zero number if some code is outside
 * its range. `limits` is the address of the lowest codes of all elements followed by the highest.
 */
export function writeReader(module: WasmModule, name: string, target: TransposedPort, limits: number): void {
  const { elements, rows, port: address } = target;
  module.function({ exportName: name, parameters: ['i32'], results: ['i32'] }, (code, groups) => {
    const vectors = Array.from({ length: 4 }, () => code.local('v128'));
    const spare = Array.from({ length: 4 }, () => code.local('v128'));
    const outside = code.local('v128');
    overBlocks(code, groups!, elements, (row, port, element) => {
      for (const [k, vector] of vectors.entries()) {
        code.get(row);
        v128.load(code, rows + 4 * k * elements);
        code.set(vector);
      }
      const collect = (compare: Instruction, limit: number): void => {
        for (const vector of vectors) {
          code.get(vector);
          code.get(element);
          v128.load(code, limit);
          compare(code);
          code.get(outside);
          v128.or(code);
          code.set(outside);
        }
      };
      collect(i32x4.ltS, limits);
      collect(i32x4.gtS, limits + 4 * elements);
      transpose(code, vectors, spare);
      for (const [k, vector] of vectors.entries()) {
        code.get(port);
        code.get(vector);
        v128.store(code, address + 16 * k);
      }
    });
    code.get(outside);
    v128.anyTrue(code);
  });
}

/** Write the function `name(groups)` that fills rows from a port. */
export function writeWriter(module: WasmModule, name: string, { elements, rows, port: address }: TransposedPort): void {
  module.function({ exportName: name, parameters: ['i32'] }, (code, groups) => {
    const vectors = Array.from({ length: 4 }, () => code.local('v128'));
    const spare = Array.from({ length: 4 }, () => code.local('v128'));
    overBlocks(code, groups!, elements, (row, port) => {
      for (const [k, vector] of vectors.entries()) {
        code.get(port);
        v128.load(code, address + 16 * k);
        code.set(vector);
      }
      transpose(code, vectors, spare);
      for (const [k, vector] of vectors.entries()) {
        code.get(row);
        code.get(vector);
        v128.store(code, rows + 4 * k * elements);
      }
    });
  });
}
