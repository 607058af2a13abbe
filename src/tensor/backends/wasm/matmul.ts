/**
 * The matrix product in WebAssembly: blocks of rows of A times packed panels of B (see matmul-strip.ts).
 *
 * B is packed once per block of k, which keeps a panel in the first-level cache; a later block of k goes on from the
 * partial sums that the one before stored, so that every sum has one order and the bits are those of the JavaScript
 * kernel. A block of rows keeps its part of A, and the lines of C that it writes, in the second-level cache.
 *
 * `wasmMatmul` copies operands into the module's memory and the result out of it. Where the engine has no vector
 * instructions it declines, and the JavaScript kernel does the work.
 */
import { UnsupportedError } from '../../../errors.ts';
import { copyStrided } from '../js/copy.ts';
import type { MatrixOperand } from '../js/matmul.ts';
import { matmulModule, type MatmulExports } from './matmul-module.ts';
import { PANEL, PANEL_ROW, TILE } from './matmul-strip.ts';

/** Steps of k in a block. */
const DEPTH = 512;
/** Rows in a block: so many that they and their part of C have about so many elements, and no fewer than the second. */
const BLOCK_ELEMENTS = 65536;
const FEWEST_ROWS = 64;
/** Columns of A farther apart (in bytes) fall into few sets of a cache, and so A is packed. */
const LARGEST_STEP = 1024;

/** A matrix in the memory of an engine; address and strides in bytes. */
export interface MatrixAddress {
  readonly address: number;
  readonly row: number;
  readonly column: number;
}

/** The matrix product on operands in a memory of its own. */
export interface MatmulEngine {
  readonly memory: WebAssembly.Memory;
  /** Make the memory at least that large; views of it may be detached. */
  readonly reserve: (bytes: number) => void;
  /**
   * Compute C[m × n] ← A[m × k] · B[k × n], extents at least 1.
   *
   * @param a with dense rows or dense columns (a stride of 4)
   * @param c with dense rows; overlaps neither operand
   * @param workspace address of `workspaceBytes(m, k, n)` bytes that the product may overwrite
   */
  readonly multiply: (
    a: MatrixAddress,
    b: MatrixAddress,
    c: MatrixAddress,
    m: number,
    k: number,
    n: number,
    workspace: number,
  ) => void;
  /** Add elements into others, one by one; up to three beyond the last may be overwritten. */
  readonly add: (into: number, from: number, count: number) => void;
}

export interface MatmulEngineOptions {
  /**
   * Multiply and add with one rounding (relaxed SIMD). The bits then depend on the machine and differ from those of the
   * other kernels. @defaultValue false
   */
  readonly fastMath?: boolean;
}

const blockDepth = (k: number): number => Math.min(k, DEPTH);
/** Round up to whole vectors. */
export const align = (bytes: number): number => 16 * Math.ceil(bytes / 16);

const blockRows = (k: number, n: number): number =>
  Math.max(FEWEST_ROWS, TILE * Math.floor(BLOCK_ELEMENTS / TILE / (blockDepth(k) + n)));

/** Tell the bytes that a product needs besides its operands and its result. */
export function workspaceBytes(m: number, k: number, n: number): number {
  const narrow = n % PANEL === 0 ? 0 : m;
  const tiles = Math.ceil(Math.min(m, blockRows(k, n)) / TILE);
  return PANEL_ROW * (Math.ceil(n / PANEL) * blockDepth(k) + narrow) + 4 * TILE * tiles * blockDepth(k);
}

const PAGE = 65536;

/** Make an engine with a memory of its own, or null where WebAssembly lacks the instructions. */
function createEngine({ fastMath = false }: MatmulEngineOptions = {}): MatmulEngine | null {
  if (typeof WebAssembly === 'undefined') return null;
  const bytes = matmulModule({ fused: fastMath });
  if (!WebAssembly.validate(bytes)) return null;
  const { memory, pack, packLeft, multiplyRows, unpack, add } = new WebAssembly.Instance(new WebAssembly.Module(bytes))
    .exports as unknown as MatmulExports;
  return {
    memory,
    add,
    reserve: (size) => {
      const missing = size - memory.buffer.byteLength;
      if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
    },
    multiply: (a, b, c, m, k, n, workspace) => {
      const narrow = workspace + PANEL_ROW * Math.ceil(n / PANEL) * blockDepth(k);
      const tiles = narrow + (n % PANEL === 0 ? 0 : PANEL_ROW * m);
      const packed = a.column > LARGEST_STEP && n > PANEL;
      const block = blockRows(k, n);
      for (let p = 0; p < k; p += DEPTH) {
        const depth = Math.min(DEPTH, k - p);
        pack(b.address + p * b.row, b.row, b.column, workspace, depth, n);
        for (let i = 0; i < m; i += block) {
          const rows = Math.min(block, m - i);
          const left = a.address + i * a.row + p * a.column;
          const result = c.address + i * c.row;
          const edge = narrow + PANEL_ROW * i;
          if (packed) {
            packLeft(left, a.column, tiles, rows, depth);
            multiplyRows(tiles, 4 * depth, 4 * TILE, workspace, result, c.row, edge, rows, depth, n, p);
          } else multiplyRows(left, a.row, a.column, workspace, result, c.row, edge, rows, depth, n, p);
        }
      }
      const rest = n % PANEL;
      if (rest > 0) unpack(narrow, c.address + 4 * (n - rest), c.row, m, rest);
    },
  };
}

/**
 * Make an engine.
 *
 * @throws UnsupportedError where WebAssembly lacks the instructions.
 */
export function matmulEngine(options: MatmulEngineOptions = {}): MatmulEngine {
  const engine = createEngine(options);
  if (engine !== null) return engine;
  throw new UnsupportedError(
    options.fastMath === true
      ? 'The matrix product with fastMath needs relaxed SIMD of WebAssembly, which this engine does not have (Node 20: --experimental-wasm-relaxed-simd).'
      : 'The matrix product in WebAssembly needs SIMD, which this engine does not have.',
  );
}

/** A cache: made at the first use and kept with its memory, which grows to the largest product. */
let shared: MatmulEngine | null | undefined;

/** Give the engine that the operations of this folder share; null where there is none. */
export function sharedEngine(): MatmulEngine | null {
  if (shared === undefined) shared = createEngine();
  return shared;
}

/** Beyond this many bytes of memory the JavaScript kernels work in place. */
export const LARGEST: number = 2 ** 30;

/** Copy an operand to an address of the memory; one without gaps keeps its layout. */
function load(numbers: Float32Array, address: number, x: MatrixOperand, rows: number, columns: number): MatrixAddress {
  const at = address / 4;
  const dense = (x.column === 1 && x.row === columns) || (x.row === 1 && x.column === rows);
  if (dense) {
    numbers.set(x.data.subarray(x.offset, x.offset + rows * columns), at);
    return { address, row: 4 * x.row, column: 4 * x.column };
  }
  copyStrided(numbers, at, [columns, 1], x.data, x.offset, [x.row, x.column], [rows, columns]);
  return { address, row: 4 * columns, column: 4 };
}

/**
 * Compute out[m × n, row-major at outOffset] ← A[m × k] · B[k × n], extents at least 1.
 *
 * @returns false, with nothing done, where there is no vector unit or the operands are too large.
 */
export function wasmMatmul(
  out: Float32Array,
  outOffset: number,
  a: MatrixOperand,
  b: MatrixOperand,
  m: number,
  k: number,
  n: number,
): boolean {
  const engine = sharedEngine();
  if (engine === null) return false;
  const bAt = align(4 * m * k);
  const cAt = bAt + align(4 * k * n);
  const workspace = cAt + align(4 * m * n);
  const bytes = workspace + workspaceBytes(m, k, n);
  if (bytes > LARGEST) return false;
  engine.reserve(bytes);
  const numbers = new Float32Array(engine.memory.buffer);
  const left = load(numbers, 0, a, m, k);
  const right = load(numbers, bAt, b, k, n);
  engine.multiply(left, right, { address: cAt, row: 4 * n, column: 4 }, m, k, n, workspace);
  out.set(numbers.subarray(cAt / 4, cAt / 4 + m * n), outOffset);
  return true;
}
