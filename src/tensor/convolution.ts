/**
 * Convolution over channels-last lines and planes, without padding (`pad` comes before it), and its two gradients.
 *
 * Each has one order of summation, so that every way to compute it gives the same bits:
 * - `convolve` sums over the cells of the window in row-major order, then over channels, ascending from +0;
 * - `convolveInputGradient` is a convolution of the gradient, spread and padded by zeros, with the turned kernel;
 * - `convolveKernelGradient` sums over the windows of a sample in row-major order, then over samples as `sum` does.
 *
 * It is lowered to matrix products over gathered windows (im2col), a few samples at a time and group by group; where
 * every channel is a group it is summed directly.
 */
import { ShapeError, ValueError } from '../errors.ts';
import { toFloats } from './access.ts';
import {
  depthwiseGradientKernel,
  depthwiseKernel,
  gatherWindows,
  rowSum,
  type Windows,
} from './backends/js/convolution.ts';
import { copyStrided } from './backends/js/copy.ts';
import { wrap } from './create.ts';
import { concat } from './joining.ts';
import { matmul } from './matmul.ts';
import { contiguousStrides, sameShape, shapeText, sizeOfShape } from './shape.ts';
import type { Tensor } from './tensor.ts';
import { traced } from './trace.ts';
import { flip, reshape, slice, transpose, transposeLast } from './views.ts';
import { placeWindows } from './windows.ts';

/** Options of a convolution; lists have one entry per spatial axis. */
export interface ConvolutionOptions {
  /** @defaultValue 1 along every axis */
  readonly strides?: readonly number[];
  /** Distance between neighbouring cells of a window. @defaultValue 1 along every axis */
  readonly dilation?: readonly number[];
  /** Equal parts of the channels and of the filters; filters see the channels of their part. @defaultValue 1 */
  readonly groups?: number;
}

/** A convolution whose shapes fit. */
interface Convolution {
  readonly windows: Windows;
  readonly batch: number;
  readonly filters: number;
  readonly options: Required<ConvolutionOptions>;
  /** Shape of the result. */
  readonly shape: readonly number[];
}

function planConvolution(
  operation: string,
  input: readonly number[],
  kernel: readonly number[],
  options: ConvolutionOptions,
): Convolution {
  const { groups = 1 } = options;
  const channels = input.at(-1) ?? 0;
  const filters = kernel.at(-1) ?? 0;
  if (!(Number.isSafeInteger(groups) && groups >= 1 && channels % groups === 0 && filters % groups === 0)) {
    throw new ValueError(
      `${operation} needs groups that divide ${channels} channels and ${filters} filters, but got ${groups}.`,
    );
  }
  if (kernel.length !== input.length || kernel.at(-2) !== channels / groups) {
    throw new ShapeError(
      `${operation} needs a kernel [...size, ${channels / groups}, filters] for the input ${shapeText(input)} in ${groups} groups, but got ${shapeText(kernel)}.`,
    );
  }
  const placed = placeWindows(operation, input, kernel.slice(0, -2), options.strides, options.dilation);
  return {
    windows: placed.windows,
    batch: placed.batch,
    filters,
    options: { strides: placed.strides, dilation: placed.dilation, groups },
    shape: [placed.batch, ...placed.output, filters],
  };
}

/** Check that a gradient has the shape of the result. */
function checkGradient(operation: string, g: Tensor, { shape }: Convolution): void {
  if (sameShape(g.shape, shape)) return;
  throw new ShapeError(
    `${operation} needs a gradient of the shape ${shapeText(shape)}, but got ${shapeText(g.shape)}.`,
  );
}

/**
 * Convolve: y[n, p, f] = Σ over cells t and channels c of x[n, p · strides + t · dilation, c] · kernel[t, c, f].
 *
 * @param x [n, length, channels] or [n, height, width, channels]
 * @param kernel [...size, channels / groups, filters]
 * @returns [n, ...windows, filters]
 * @throws ShapeError if the shapes do not fit or a window is longer than the input; ValueError for other options
 */
export function convolve(x: Tensor, kernel: Tensor, options: ConvolutionOptions = {}): Tensor {
  const plan = planConvolution('convolve', x.shape, kernel.shape, options);
  const symbolic = traced('convolve', [x, kernel], { ...plan.options }, plan.shape);
  if (symbolic !== null) return symbolic;
  const { groups, ...rest } = plan.options;
  if (groups > 1 && !isDepthwise(plan)) {
    return byGroups(groups, (group) => convolve(part(x, group, groups), part(kernel, group, groups), rest));
  }
  return wrap(compute(toFloats(x), toFloats(kernel), plan), plan.shape);
}

const isDepthwise = ({ windows, options }: Convolution): boolean => windows.channels === options.groups;

/** Take a group of the last axis. */
function part(t: Tensor, group: number, groups: number): Tensor {
  const extent = t.shape.at(-1)! / groups;
  return slice(t, [...new Array<null>(t.shape.length - 1).fill(null), [group * extent, (group + 1) * extent]]);
}

/** Compute the groups of the last axis one by one. */
function byGroups(groups: number, compute: (group: number) => Tensor): Tensor {
  return concat(
    Array.from({ length: groups }, (_, group) => compute(group)),
    -1,
  );
}

/** Gathered numbers that stay in a core's cache while the product reads them. */
const CHUNK = 2 ** 16;

/** A run of samples whose windows are gathered and multiplied at once. */
interface Chunk {
  readonly first: number;
  readonly count: number;
  /** [count, windows, cells · channels] */
  readonly rows: Tensor;
}

function* gatheredChunks(x: Float32Array, { windows, batch }: Convolution): Iterable<Chunk> {
  const rows = windows.output[0] * windows.output[1];
  const width = windows.size[0] * windows.size[1] * windows.channels;
  const sample = windows.input[0] * windows.input[1] * windows.channels;
  if (width === windows.channels && rows * width === sample) {
    // Windows of one cell each, one after another: the input is what gathering would give.
    yield { first: 0, count: batch, rows: wrap(x, [batch, rows, width]) };
    return;
  }
  const most = Math.min(batch, Math.max(1, Math.floor(CHUNK / (rows * width))));
  const buffer = new Float32Array(most * rows * width);
  for (let first = 0; first < batch; first += most) {
    const count = Math.min(most, batch - first);
    for (let i = 0; i < count; i += 1) gatherWindows(buffer, i * rows * width, x, (first + i) * sample, windows);
    yield { first, count, rows: wrap(buffer.subarray(0, count * rows * width), [count, rows, width]) };
  }
}

function compute(x: Float32Array, kernel: Float32Array, plan: Convolution): Float32Array {
  const { windows, batch, filters, options } = plan;
  const out = new Float32Array(sizeOfShape(plan.shape));
  const rows = windows.output[0] * windows.output[1];
  if (options.groups > 1) {
    const sample = windows.input[0] * windows.input[1] * windows.channels;
    for (let i = 0; i < batch; i += 1) depthwiseKernel(out, i * rows * filters, x, i * sample, kernel, windows);
    return out;
  }
  const width = windows.size[0] * windows.size[1] * windows.channels;
  const matrix = wrap(kernel, [width, filters]);
  for (const chunk of gatheredChunks(x, plan)) {
    const product = matmul(reshape(chunk.rows, [chunk.count * rows, width]), matrix);
    out.set(product.data, chunk.first * rows * filters);
  }
  return out;
}

/**
 * Turn a kernel for the way back: cells in reverse order, and [...size, channels / groups, filters] to
 * [...size, filters / groups, channels].
 */
function turned(kernel: Tensor, groups: number): Tensor {
  const size = kernel.shape.slice(0, -2);
  const [channels, filters] = kernel.shape.slice(-2) as [number, number];
  const cells = size.map((_, axis) => axis);
  const parts = reshape(kernel, [...size, channels, groups, filters / groups]);
  const first = size.length;
  const swapped = transpose(flip(parts, cells), [...cells, first + 2, first + 1, first]);
  return reshape(swapped, [...size, filters / groups, groups * channels]);
}

/**
 * Compute the gradient of `convolve` with respect to x.
 *
 * It is defined as a convolution: put strides − 1 zeros between the elements of g, surround it with
 * dilation · (size − 1) zeros (and at the end those for cells that no window reached), and convolve with the kernel
 * turned: cells in reverse order, channels and filters swapped.
 *
 * @param g gradient of the result
 * @param kernel as given to `convolve`
 * @param inputShape shape of x
 * @throws ShapeError if the shapes do not fit; ValueError for other options
 */
export function convolveInputGradient(
  g: Tensor,
  kernel: Tensor,
  options: ConvolutionOptions,
  inputShape: readonly number[],
): Tensor {
  const plan = planConvolution('convolveInputGradient', inputShape, kernel.shape, options);
  checkGradient('convolveInputGradient', g, plan);
  const { strides, dilation, groups } = plan.options;
  const symbolic = traced('convolveInputGradient', [g, kernel], { ...plan.options, inputShape }, inputShape);
  if (symbolic !== null) return symbolic;
  const before = dilation.map((gap, axis) => gap * (kernel.shape[axis]! - 1));
  const shape = [plan.batch, ...inputShape.slice(1, -1).map((extent, axis) => extent + before[axis]!), plan.filters];
  const spread = new Float32Array(sizeOfShape(shape));
  const steps = contiguousStrides(shape);
  const offset = before.reduce((sum, zeros, axis) => sum + zeros * steps[axis + 1]!, 0);
  const apart = steps.map((step, axis) => step * (strides[axis - 1] ?? 1));
  copyStrided(spread, offset, apart, g.data, g.offset, g.strides, g.shape);
  return convolve(wrap(spread, shape), turned(kernel, groups), { dilation, groups });
}

/**
 * Compute the gradient of `convolve` with respect to the kernel.
 *
 * @param x as given to `convolve`
 * @param g gradient of the result
 * @param kernelShape shape of the kernel
 * @throws ShapeError if the shapes do not fit; ValueError for other options
 */
export function convolveKernelGradient(
  x: Tensor,
  g: Tensor,
  options: ConvolutionOptions,
  kernelShape: readonly number[],
): Tensor {
  const plan = planConvolution('convolveKernelGradient', x.shape, kernelShape, options);
  checkGradient('convolveKernelGradient', g, plan);
  const symbolic = traced('convolveKernelGradient', [x, g], { ...plan.options, kernelShape }, kernelShape);
  if (symbolic !== null) return symbolic;
  const { groups, ...rest } = plan.options;
  if (groups > 1 && !isDepthwise(plan)) {
    const shape = [...kernelShape.slice(0, -1), plan.filters / groups];
    return byGroups(groups, (group) =>
      convolveKernelGradient(part(x, group, groups), part(g, group, groups), rest, shape),
    );
  }
  return wrap(sumOverSamples(toFloats(x), toFloats(g), plan, sizeOfShape(kernelShape)), [...kernelShape]);
}

/** Add up the kernel gradients of samples, of `count` numbers each. */
function sumOverSamples(x: Float32Array, g: Float32Array, plan: Convolution, count: number): Float32Array {
  const { windows, batch, filters, options } = plan;
  const rows = windows.output[0] * windows.output[1];
  const sums = rowSum(count);
  if (options.groups > 1) {
    const sample = windows.input[0] * windows.input[1] * windows.channels;
    const own = new Float32Array(count);
    for (let i = 0; i < batch; i += 1) {
      depthwiseGradientKernel(own.fill(0), x, i * sample, g, i * rows * filters, windows);
      sums.add(own, 0);
    }
    return sums.total();
  }
  for (const chunk of gatheredChunks(x, plan)) {
    const start = chunk.first * rows * filters;
    const gradients = wrap(g.subarray(start, start + chunk.count * rows * filters), [chunk.count, rows, filters]);
    const products = matmul(transposeLast(chunk.rows), gradients);
    for (let i = 0; i < chunk.count; i += 1) sums.add(products.data as Float32Array, i * count);
  }
  return sums.total();
}
