/**
 * The matrix product in WebAssembly: operands are copied into the module's memory, the result out of it.
 *
 * Gives the bits of the JavaScript kernel (see matmul-module.ts) some ten times faster. Where the engine has no vector
 * instructions, `wasmMatmul` is null and the JavaScript kernel does the work.
 */
import { copyStrided } from '../js/copy.ts';
import type { MatrixOperand } from '../js/matmul.ts';
import { matmulModule, PANEL, TILE } from './matmul-module.ts';

type Matmul = (
  a: number,
  aRow: number,
  aColumn: number,
  b: number,
  bRow: number,
  bColumn: number,
  panel: number,
  c: number,
  cRow: number,
  m: number,
  k: number,
  n: number,
) => void;

interface Instance {
  readonly memory: WebAssembly.Memory;
  readonly matmul: Matmul;
}

/** The module is a cache: made at the first use and kept with its memory, which grows to the largest product. */
let instance: Instance | null | undefined;

function instantiate(): Instance | null {
  if (typeof WebAssembly === 'undefined') return null;
  const bytes = matmulModule();
  if (!WebAssembly.validate(bytes)) return null;
  return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as unknown as Instance;
}

const PAGE = 65536;
/** Beyond this much memory the JavaScript kernel works in place. */
const LARGEST = 2 ** 30;

const align = (bytes: number): number => 16 * Math.ceil(bytes / 16);

/** Put a rows × columns operand at an address and give its strides there, in bytes. */
function load(
  memory: Float32Array,
  address: number,
  x: MatrixOperand,
  rows: number,
  columns: number,
): [number, number] {
  const at = address / 4;
  const dense = (x.column === 1 && x.row === columns) || (x.row === 1 && x.column === rows);
  if (dense) {
    memory.set(x.data.subarray(x.offset, x.offset + rows * columns), at);
    return [4 * x.row, 4 * x.column];
  }
  copyStrided(memory, at, [columns, 1], x.data, x.offset, [x.row, x.column], [rows, columns]);
  return [4 * columns, 4];
}

/**
 * Compute out[m × n, row-major at outOffset] ← A[m × k] · B[k × n].
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
  if (instance === undefined) instance = instantiate();
  if (instance === null) return false;
  const width = Math.ceil(n / PANEL) * PANEL;
  const bAt = align(4 * m * k);
  const panelAt = bAt + align(4 * k * n);
  const cAt = panelAt + 4 * PANEL * k;
  // The last tile reads up to three rows beyond A: into what follows it, and never beyond the end of the memory.
  const bytes = cAt + 4 * width * (m + TILE) + 4 * TILE * Math.max(m, k);
  if (bytes > LARGEST) return false;
  const { memory, matmul } = instance;
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
  const numbers = new Float32Array(memory.buffer);
  const [aRow, aColumn] = load(numbers, 0, a, m, k);
  const [bRow, bColumn] = load(numbers, bAt, b, k, n);
  matmul(0, aRow, aColumn, bAt, bRow, bColumn, panelAt, cAt, 4 * width, m, k, n);
  const first = cAt / 4;
  if (width === n) out.set(numbers.subarray(first, first + m * n), outOffset);
  else {
    for (let i = 0; i < m; i += 1) {
      const row = first + i * width;
      for (let j = 0; j < n; j += 1) out[outOffset + i * n + j] = numbers[row + j]!;
    }
  }
  return true;
}
