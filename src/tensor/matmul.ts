/** The matrix product with NumPy's rules for vectors and batches. */
import { ShapeError } from '../errors.ts';
import { isContiguous, toFloats } from './access.ts';
import { computeBackend } from './backends/current.ts';
import { matmulKernel, type MatrixOperand } from './backends/js/matmul.ts';
import { forEachOuter } from './backends/js/loops.ts';
import { wasmMatmul } from './backends/wasm/matmul.ts';
import { wrap } from './create.ts';
import { broadcastShapes, broadcastStrides, contiguousStrides, shapeText, sizeOfShape } from './shape.ts';
import type { Tensor } from './tensor.ts';
import { traced } from './trace.ts';
import { expandDims, reshape } from './views.ts';

/**
 * Multiply matrices: […, m, k] · […, k, n] → […, m, n]; the leading axes broadcast.
 *
 * A vector on the left counts as one row, on the right as one column, and that axis is dropped from the result.
 * Summed over k in ascending order in f32 (see backends/js/matmul.ts).
 *
 * @throws ShapeError if an operand is a scalar or the inner extents differ.
 */
export function matmul(a: Tensor, b: Tensor): Tensor {
  const shapes = productShapes(a.shape, b.shape);
  return traced('matmul', [a, b], {}, shapes.kept) ?? computed(a, b, shapes);
}

/** What a product gives: m × n matrices of sums of k products, by batch, without the axes that a vector lacks. */
interface ProductShapes {
  readonly batch: readonly number[];
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly kept: readonly number[];
}

function productShapes(a: readonly number[], b: readonly number[]): ProductShapes {
  const left = a.length === 1 ? [1, ...a] : a;
  const right = b.length === 1 ? [...b, 1] : b;
  const k = left.at(-1);
  if (k === undefined || k !== right.at(-2)) {
    throw new ShapeError(
      `matmul needs shapes [..., m, k] and [..., k, n], but got ${shapeText(a)} and ${shapeText(b)}.`,
    );
  }
  const batch = broadcastShapes(left.slice(0, -2), right.slice(0, -2), 'matmul');
  const [m, n] = [left.at(-2)!, right.at(-1)!];
  const kept = [...batch, ...(a.length === 1 ? [] : [m]), ...(b.length === 1 ? [] : [n])];
  return { batch, m, k, n, kept };
}

function computed(a: Tensor, b: Tensor, { batch, m, k, n, kept }: ProductShapes): Tensor {
  const left = asFloats(a.shape.length === 1 ? expandDims(a, 0) : a);
  const right = asFloats(b.shape.length === 1 ? expandDims(b, 1) : b);
  if (batch.length > 0 && right.shape.length === 2 && isContiguous(left)) {
    // One matrix for all: the rows of the batch are the rows of one product.
    const rows = sizeOfShape(batch) * m;
    const flat = { batch: [], m: rows, k, n, kept };
    return computed(reshape(left, [rows, k]), right, flat);
  }
  const out = new Float32Array(sizeOfShape([...batch, m, n]));
  const operand = (t: Tensor): { row: number; column: number; outer: number[] } => ({
    row: t.strides.at(-2)!,
    column: t.strides.at(-1)!,
    outer: broadcastStrides(t.shape.slice(0, -2), t.strides.slice(0, -2), batch),
  });
  const [first, second] = [operand(left), operand(right)];
  const operands = [{ row: n, column: 1, outer: contiguousStrides([...batch, m, n]).slice(0, -2) }, first, second];
  forEachOuter({ outerShape: batch, rows: m, columns: n, operands }, [0, left.offset, right.offset], (offsets) => {
    const matrix = (t: Tensor, { row, column }: typeof first, offset: number): MatrixOperand => ({
      data: t.data as Float32Array,
      offset,
      row,
      column,
    });
    multiply(out, offsets[0]!, matrix(left, first, offsets[1]!), matrix(right, second, offsets[2]!), m, k, n);
  });
  return wrap(out, kept);
}

/** From so many products on, the copies into WebAssembly memory pay. Both kernels give the same bits. */
const FEWEST_PRODUCTS = 256;

function multiply(
  out: Float32Array,
  outOffset: number,
  a: MatrixOperand,
  b: MatrixOperand,
  m: number,
  k: number,
  n: number,
): void {
  const worthwhile = computeBackend() === 'wasm' && m * k * n >= FEWEST_PRODUCTS;
  if (worthwhile && wasmMatmul(out, outOffset, a, b, m, k, n)) return;
  matmulKernel(out, outOffset, a, b, m, k, n);
}

/**
 * Compute x·W + b for x [..., in], W [in, out] and b [out]: a product and then a sum, rounded like the two operations.
 *
 * @throws ShapeError if the shapes do not fit.
 */
export function dense(x: Tensor, kernel: Tensor, bias: Tensor): Tensor {
  if (kernel.shape.length !== 2 || bias.shape.length !== 1 || bias.shape[0] !== kernel.shape[1]) {
    throw new ShapeError(
      `dense needs a kernel [in, out] and a bias [out], but got ${shapeText(kernel.shape)} and ${shapeText(bias.shape)}.`,
    );
  }
  const shapes = productShapes(x.shape, kernel.shape);
  return traced('dense', [x, kernel, bias], {}, shapes.kept) ?? addRow(computed(x, kernel, shapes), toFloats(bias));
}

/** Add a row to each row of a tensor that nobody else has seen yet. */
function addRow(out: Tensor, row: Float32Array): Tensor {
  const { data } = out;
  for (let p = 0; p < data.length; p += row.length) {
    for (let j = 0; j < row.length; j += 1) data[p + j] = data[p + j]! + row[j]!;
  }
  return out;
}

function asFloats(t: Tensor): Tensor {
  return t.dtype === 'f32' ? t : wrap(toFloats(t), t.shape);
}
