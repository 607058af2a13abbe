/** The sum of xᵀ·g over all rows: what the gradient of a matrix that multiplies rows from the right is. */
import { ShapeError } from '../errors.ts';
import { toFloats } from './access.ts';
import { computeBackend } from './backends/current.ts';
import { rowProductKernel } from './backends/js/row-product.ts';
import { wasmRowProduct } from './backends/wasm/row-product.ts';
import { wrap } from './create.ts';
import { sameShape, shapeText, sizeOfShape } from './shape.ts';
import type { Tensor } from './tensor.ts';
import { traced } from './trace.ts';

/** From so many products on, the copies into WebAssembly memory pay. Both kernels give the same bits. */
const FEWEST_PRODUCTS = 256;

/**
 * Multiply x [n, …, i] and g [n, …, j], whose leading axes are equal, to [i, j]: Σ of x[r, i] · g[r, j] over all positions
 * r of the leading axes.
 *
 * Summed like a sum over leading axes: within each entry of the first axis in ascending order, then leaves of 64 entries,
 * then a binary tree of leaves (see backends/js/row-product.ts). No rows give zeros.
 *
 * @throws ShapeError if there are no leading axes or they differ.
 */
export function rowProduct(x: Tensor, g: Tensor): Tensor {
  const leading = x.shape.slice(0, -1);
  const [left, right] = [x.shape.at(-1), g.shape.at(-1)];
  const [rows] = leading;
  if (left === undefined || right === undefined || rows === undefined || !sameShape(leading, g.shape.slice(0, -1))) {
    throw new ShapeError(
      `rowProduct needs shapes [n, ..., i] and [n, ..., j] with equal leading axes, but got ${shapeText(x.shape)} and ${shapeText(g.shape)}.`,
    );
  }
  const symbolic = traced('rowProduct', [x, g], {}, [left, right]);
  if (symbolic !== null) return symbolic;
  const out = new Float32Array(left * right);
  const positions = sizeOfShape(leading.slice(1));
  const extents = { rows, positions, left, right };
  const products = rows * positions * left * right;
  const [first, second] = [toFloats(x), toFloats(g)];
  const worthwhile = computeBackend() === 'wasm' && products >= FEWEST_PRODUCTS;
  if (products > 0 && !(worthwhile && wasmRowProduct(out, first, second, extents))) {
    rowProductKernel(out, first, second, extents);
  }
  return wrap(out, [left, right]);
}
