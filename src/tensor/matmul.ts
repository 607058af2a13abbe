/** The matrix product with NumPy's rules for vectors and batches. */
import { ShapeError } from '../errors.ts';
import { toFloats } from './access.ts';
import { matmulKernel, type MatrixOperand } from './backends/js/matmul.ts';
import { forEachOuter } from './backends/js/loops.ts';
import { wasmMatmul } from './backends/wasm/matmul.ts';
import { wrap } from './create.ts';
import { broadcastShapes, broadcastStrides, contiguousStrides, shapeText, sizeOfShape } from './shape.ts';
import type { Tensor } from './tensor.ts';
import { expandDims } from './views.ts';

/**
 * Multiply matrices: […, m, k] · […, k, n] → […, m, n]; the leading axes broadcast.
 *
 * A vector on the left counts as one row, on the right as one column, and that axis is dropped from the result.
 * Summed over k in ascending order in f32 (see backends/js/matmul.ts).
 *
 * @throws ShapeError if an operand is a scalar or the inner extents differ.
 */
export function matmul(a: Tensor, b: Tensor): Tensor {
  const fail = (): ShapeError =>
    new ShapeError(
      `matmul needs shapes [..., m, k] and [..., k, n], but got ${shapeText(a.shape)} and ${shapeText(b.shape)}.`,
    );
  if (a.shape.length === 0 || b.shape.length === 0) throw fail();
  const left = asFloats(a.shape.length === 1 ? expandDims(a, 0) : a);
  const right = asFloats(b.shape.length === 1 ? expandDims(b, 1) : b);
  const [m, k] = left.shape.slice(-2) as [number, number];
  const [inner, n] = right.shape.slice(-2) as [number, number];
  if (k !== inner) throw fail();
  const batch = broadcastShapes(left.shape.slice(0, -2), right.shape.slice(0, -2), 'matmul');
  const shape = [...batch, m, n];
  const out = new Float32Array(sizeOfShape(shape));
  const operand = (t: Tensor): { row: number; column: number; outer: number[] } => ({
    row: t.strides.at(-2)!,
    column: t.strides.at(-1)!,
    outer: broadcastStrides(t.shape.slice(0, -2), t.strides.slice(0, -2), batch),
  });
  const operands = [{ row: n, column: 1, outer: contiguousStrides(shape).slice(0, -2) }, operand(left), operand(right)];
  forEachOuter({ outerShape: batch, rows: m, columns: n, operands }, [0, left.offset, right.offset], (offsets) => {
    const first = {
      data: left.data as Float32Array,
      offset: offsets[1]!,
      row: operands[1]!.row,
      column: operands[1]!.column,
    };
    const second = {
      data: right.data as Float32Array,
      offset: offsets[2]!,
      row: operands[2]!.row,
      column: operands[2]!.column,
    };
    multiply(out, offsets[0]!, first, second, m, k, n);
  });
  const kept = [...batch, ...(a.shape.length === 1 ? [] : [m]), ...(b.shape.length === 1 ? [] : [n])];
  return wrap(out, kept);
}

/** From so many rows and products on, the copies into WebAssembly memory pay. Both kernels give the same bits. */
const FEWEST_ROWS = 8;
const FEWEST_PRODUCTS = 4096;

function multiply(
  out: Float32Array,
  outOffset: number,
  a: MatrixOperand,
  b: MatrixOperand,
  m: number,
  k: number,
  n: number,
): void {
  const worthwhile = m >= FEWEST_ROWS && m * k * n >= FEWEST_PRODUCTS;
  if (worthwhile && wasmMatmul(out, outOffset, a, b, m, k, n)) return;
  matmulKernel(out, outOffset, a, b, m, k, n);
}

/**
 * Compute x·W + b for x [..., in], W [in, out] and b [out]: a product and then a sum, rounded like the two operations.
 *
 * @throws ShapeError if the shapes do not fit.
 */
export function dense(x: Tensor, kernel: Tensor, bias: Tensor): Tensor {
  const out = matmul(x, kernel);
  const values = toFloats(bias);
  const columns = out.shape.at(-1);
  if (kernel.shape.length !== 2 || bias.shape.length !== 1 || values.length !== columns) {
    throw new ShapeError(
      `dense needs a kernel [in, out] and a bias [out], but got ${shapeText(kernel.shape)} and ${shapeText(bias.shape)}.`,
    );
  }
  const data = out.data;
  for (let p = 0; p < data.length; p += columns) {
    for (let j = 0; j < columns; j += 1) data[p + j] = data[p + j]! + values[j]!;
  }
  return out;
}

function asFloats(t: Tensor): Tensor {
  return t.dtype === 'f32' ? t : wrap(toFloats(t), t.shape);
}
