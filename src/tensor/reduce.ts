/** Reductions over one, several or all axes, in f32 with a fixed summation order (see backends/js/reduce.ts). */
import { ShapeError } from '../errors.ts';
import { toFloats } from './access.ts';
import { argKernel, foldKernel, sumKernel } from './backends/js/reduce.ts';
import { wrap } from './create.ts';
import { divide, sqrt, square, subtract } from './elementwise.ts';
import { normalizeAxes, normalizeAxis, shapeText, sizeOfShape, type Axes } from './shape.ts';
import type { Tensor } from './tensor.ts';
import { isSymbolic, traced } from './trace.ts';
import { squeeze, transpose } from './views.ts';

/** A tensor laid out as [outer, n, inner] with the reduced axes in the middle, and the shapes of the result. */
interface Grouped {
  readonly data: Float32Array;
  readonly outer: number;
  readonly n: number;
  readonly inner: number;
  readonly kept: readonly number[];
  readonly squeezed: readonly number[];
}

function group(t: Tensor, axes: readonly number[]): Grouped {
  const kept = t.shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
  const squeezed = t.shape.filter((_, axis) => !axes.includes(axis));
  const first = axes[0] ?? 0;
  const adjacent = axes.every((axis, i) => axis === first + i);
  const rest = t.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  // Scattered axes are brought to the end; the order of the sum stays the row-major order of the reduced axes.
  const data = toFloats(adjacent ? t : transpose(t, [...rest, ...axes]));
  const n = sizeOfShape(axes.map((axis) => t.shape[axis]!));
  const outer = adjacent ? sizeOfShape(t.shape.slice(0, first)) : sizeOfShape(squeezed);
  const inner = adjacent ? sizeOfShape(t.shape.slice(first + axes.length)) : 1;
  return { data, outer, n, inner, kept, squeezed };
}

/**
 * Sum over axes; the leading axis is summed last, over the sums of its entries.
 *
 * @param axes @defaultValue all
 * @param keepDims keep them with extent 1; @defaultValue false
 */
export function sum(t: Tensor, axes?: Axes, keepDims = false): Tensor {
  const list = normalizeAxes(axes, t.shape.length, 'sum');
  const symbolic = traceReduction('sum', t, list, keepDims);
  if (symbolic !== null) return symbolic;
  if (list.length > 1 && list[0] === 0) {
    const entries = sum(t, list.slice(1), true);
    return keepDims ? sum(entries, 0, true) : squeeze(sum(entries, 0, true), list);
  }
  const g = group(t, list);
  const out = new Float32Array(g.outer * g.inner);
  sumKernel(out, g.data, g.outer, g.n, g.inner);
  return wrap(out, keepDims ? g.kept : g.squeezed);
}

/** Record a reduction of a symbolic tensor; without axes it is the tensor itself. */
function traceReduction(operation: string, t: Tensor, axes: readonly number[], keepDims: boolean): Tensor | null {
  if (!isSymbolic(t)) return null;
  const shape = t.shape.flatMap((extent, axis) => (axes.includes(axis) ? (keepDims ? [1] : []) : [extent]));
  return traced(operation, [t], { axes }, shape);
}

function countOf(t: Tensor, axes: Axes | undefined, operation: string): number {
  return sizeOfShape(normalizeAxes(axes, t.shape.length, operation).map((axis) => t.shape[axis]!));
}

/** Average over axes; NaN over no elements. */
export function mean(t: Tensor, axes?: Axes, keepDims = false): Tensor {
  return divide(sum(t, axes, keepDims), countOf(t, axes, 'mean'));
}

/**
 * Compute the variance over axes, in two passes: Σ(x − mean)² / (n − correction).
 *
 * @param correction 0 for the biased variance, 1 for the unbiased one. @defaultValue 0
 */
export function variance(t: Tensor, axes?: Axes, keepDims = false, correction = 0): Tensor {
  const deviation = square(subtract(t, mean(t, axes, true)));
  return divide(sum(deviation, axes, keepDims), countOf(t, axes, 'var') - correction);
}

/** Compute the standard deviation over axes, the root of `variance`. */
export function std(t: Tensor, axes?: Axes, keepDims = false, correction = 0): Tensor {
  return sqrt(variance(t, axes, keepDims, correction));
}

const maxFold = foldKernel((a, b) => (b > a || b !== b ? b : a));
const minFold = foldKernel((a, b) => (b < a || b !== b ? b : a));
const productFold = foldKernel((a, b) => Math.fround(a * b));

function runFold(
  kernel: ReturnType<typeof foldKernel>,
  t: Tensor,
  axes: Axes | undefined,
  keepDims: boolean,
  operation: string,
): Tensor {
  const list = normalizeAxes(axes, t.shape.length, operation);
  const symbolic = traceReduction(operation, t, list, keepDims);
  if (symbolic !== null) return symbolic;
  const g = group(t, list);
  if (g.n === 0)
    throw new ShapeError(`${operation} needs at least one element, but got the shape ${shapeText(t.shape)}.`);
  const out = new Float32Array(g.outer * g.inner);
  kernel(out, g.data, g.outer, g.n, g.inner);
  return wrap(out, keepDims ? g.kept : g.squeezed);
}

/** Give the greatest element over axes; NaN if there is one. */
export function max(t: Tensor, axes?: Axes, keepDims = false): Tensor {
  return runFold(maxFold, t, axes, keepDims, 'max');
}

/** Give the smallest element over axes; NaN if there is one. */
export function min(t: Tensor, axes?: Axes, keepDims = false): Tensor {
  return runFold(minFold, t, axes, keepDims, 'min');
}

/** Multiply over axes, in ascending order. */
export function prod(t: Tensor, axes?: Axes, keepDims = false): Tensor {
  return runFold(productFold, t, axes, keepDims, 'prod');
}

/** Give at each element the product of all others along an axis; with zeros too it is the gradient of `prod`. */
export function productOfOthers(t: Tensor, axis: number): Tensor {
  const g = group(t, [normalizeAxis(axis, t.shape.length, 'productOfOthers')]);
  const out = new Float32Array(g.data.length);
  for (let o = 0; o < g.outer; o += 1) {
    for (let j = 0; j < g.inner; j += 1) {
      const start = o * g.n * g.inner + j;
      let before = 1;
      for (let i = 0; i < g.n; i += 1) {
        out[start + i * g.inner] = before;
        before = Math.fround(before * g.data[start + i * g.inner]!);
      }
      let after = 1;
      for (let i = g.n - 1; i >= 0; i -= 1) {
        out[start + i * g.inner] = out[start + i * g.inner]! * after;
        after = Math.fround(after * g.data[start + i * g.inner]!);
      }
    }
  }
  return wrap(out, t.shape);
}

const argmaxFold = argKernel((a, b) => a > b);
const argminFold = argKernel((a, b) => a < b);

function runArg(
  kernel: ReturnType<typeof argKernel>,
  t: Tensor,
  axis: number | undefined,
  keepDims: boolean,
  operation: string,
): Tensor {
  const rank = t.shape.length;
  const g = group(t, normalizeAxes(axis === undefined ? null : normalizeAxis(axis, rank, operation), rank, operation));
  if (g.n === 0)
    throw new ShapeError(`${operation} needs at least one element, but got the shape ${shapeText(t.shape)}.`);
  const out = new Int32Array(g.outer * g.inner);
  kernel(out, g.data, g.outer, g.n, g.inner);
  return wrap(out, keepDims ? g.kept : g.squeezed);
}

/** Give the index (i32) of the first greatest element along an axis, or in row-major order of all. */
export function argmax(t: Tensor, axis?: number, keepDims = false): Tensor {
  return runArg(argmaxFold, t, axis, keepDims, 'argmax');
}

/** Give the index (i32) of the first smallest element along an axis, or in row-major order of all. */
export function argmin(t: Tensor, axis?: number, keepDims = false): Tensor {
  return runArg(argminFold, t, axis, keepDims, 'argmin');
}

/** Add up along an axis: element i is the sum of the elements 0 … i, in ascending order. */
export function cumsum(t: Tensor, axis: number): Tensor {
  const g = group(t, [normalizeAxis(axis, t.shape.length, 'cumsum')]);
  const out = Float32Array.from(g.data);
  for (let o = 0; o < g.outer; o += 1) {
    const start = o * g.n * g.inner;
    for (let p = start + g.inner; p < start + g.n * g.inner; p += 1) out[p] = out[p]! + out[p - g.inner]!;
  }
  return wrap(out, t.shape);
}
