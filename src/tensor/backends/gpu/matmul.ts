/**
 * Matrix products on the gpu backend: […, m, k] · [k, n], with a bias and a rectifier in the same pass.
 *
 * Asynchronous, since a GPU is. Results are f32, but sums have another order than those of the other backends, products
 * may be fused with sums, and the mode `cpu` sums in doubles: they agree to `gpuTolerance` and not to the bit, which
 * is why nothing that is trained or compared with hardware is computed here.
 *
 * Rows are computed in blocks of bounded memory. Block lengths are powers of two, the last block being filled up with
 * zeros, in the modes that compile a program per size.
 */
import { ShapeError, UnsupportedError } from '../../../errors.ts';
import { toFloats } from '../../access.ts';
import { wrap } from '../../create.ts';
import { shapeText, sizeOfShape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { openMode, runProduct } from './device.ts';
import { isGraphics } from './modes.ts';

/** What is done with a sum: nothing, or max(0, ·). */
export type GpuActivation = 'linear' | 'relu';

/** Elements of the right operand at most: within what every mode can index. */
const LARGEST_OPERAND = 2 ** 24;
/** Elements per block of the left operand and of the result, at most. */
const BLOCK = 2 ** 22;
/** Rows per block: what every WebGL 2 can draw, and elsewhere enough to keep workers busy. */
const DRAWN_ROWS = 2 ** 11;
const FREE_ROWS = 2 ** 16;

/**
 * Bound the distance to the js backend: |gpu − js| ≤ gpuTolerance(k) · (Σ|a||b| + |bias|) per element.
 *
 * Each of two sums of k products and a bias, in any order, fused or not, rounded to nearest in f32 (u = 2⁻²⁴), is within
 * (k + 1)·u of the exact one relative to the sum of magnitudes (Jeannerod and Rump, SIAM J. Matrix Anal. Appl. 34, 2013),
 * hence (k + 1)·2⁻²³ between the two. Not covered: subnormal numbers, which a GPU may take for zero, overflow, and a
 * WebGL that rounds otherwise, which its standard allows.
 *
 * @param k terms per sum
 */
export function gpuTolerance(k: number): number {
  return (k + 1) * 2 ** -23;
}

/**
 * Multiply matrices on the gpu backend: […, m, k] · [k, n] → […, m, n].
 *
 * @throws ShapeError if the shapes do not fit; UnsupportedError if the right operand has more than 2²⁴ elements; ToolError
 *   if gpu.js is not installed
 */
export function gpuMatmul(a: Tensor, b: Tensor): Promise<Tensor> {
  return product('gpuMatmul', a, b, null, 'linear');
}

/**
 * Compute act(x·W + b) on the gpu backend, for x […, k], W [k, n] and b [n] or null.
 *
 * @param activation @defaultValue 'linear'
 * @throws ShapeError if the shapes do not fit; UnsupportedError if the kernel has more than 2²⁴ elements; ToolError if
 *   gpu.js is not installed
 */
export function gpuDense(
  x: Tensor,
  kernel: Tensor,
  bias: Tensor | null,
  activation: GpuActivation = 'linear',
): Promise<Tensor> {
  return product('gpuDense', x, kernel, bias, activation);
}

async function product(
  caller: string,
  a: Tensor,
  b: Tensor,
  bias: Tensor | null,
  activation: GpuActivation,
): Promise<Tensor> {
  const inner = a.shape.at(-1);
  const columns = b.shape[1];
  if (a.shape.length < 2 || b.shape.length !== 2 || inner !== b.shape[0]) {
    throw new ShapeError(
      `${caller} needs shapes [..., m, k] and [k, n], but got ${shapeText(a.shape)} and ${shapeText(b.shape)}.`,
    );
  }
  if (bias !== null && (bias.shape.length !== 1 || bias.shape[0] !== columns)) {
    throw new ShapeError(`${caller} needs a bias of shape [${columns}], but got ${shapeText(bias.shape)}.`);
  }
  if (sizeOfShape(b.shape) > LARGEST_OPERAND) {
    throw new UnsupportedError(
      `${caller} got a right operand of ${sizeOfShape(b.shape)} elements; it may have at most ${LARGEST_OPERAND}.`,
    );
  }
  const shape = [...a.shape.slice(0, -1), columns!];
  const out = new Float32Array(sizeOfShape(shape));
  const offsets = bias === null ? new Float32Array(columns!) : toFloats(bias);
  const rectify = activation === 'relu';
  // gpu.js has no arrays of no elements.
  const padded = inner === 0 ? 1 : inner!;
  const left = inner === 0 ? new Float32Array(sizeOfShape(a.shape.slice(0, -1))) : toFloats(a);
  const right = inner === 0 ? new Float32Array(columns!) : toFloats(b);
  if (out.length > 0) await multiply(out, left, right, offsets, padded, columns!, rectify);
  return wrap(out, shape);
}

async function multiply(
  out: Float32Array,
  a: Float32Array,
  b: Float32Array,
  bias: Float32Array,
  inner: number,
  columns: number,
  rectify: boolean,
): Promise<void> {
  const mode = await openMode();
  const total = out.length / columns;
  const compiled = isGraphics(mode) || mode === 'webasm';
  const fitting = 2 ** Math.floor(Math.log2(BLOCK / Math.max(inner, columns)));
  const most = Math.max(1, Math.min(fitting, isGraphics(mode) ? DRAWN_ROWS : FREE_ROWS));
  for (let start = 0; start < total; start += most) {
    const count = Math.min(most, total - start);
    const rows = compiled ? 2 ** Math.ceil(Math.log2(count)) : count;
    const block = a.subarray(start * inner, (start + count) * inner);
    const filled = rows === count ? block : fill(block, rows * inner);
    const result = await runProduct({ a: filled, b, bias, rows, inner, columns, rectify });
    for (let i = 0; i < count; i += 1) out.set(result[i]!, (start + i) * columns);
  }
}

function fill(values: Float32Array, length: number): Float32Array {
  const filled = new Float32Array(length);
  filled.set(values);
  return filled;
}
