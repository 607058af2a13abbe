/**
 * Pooling over channels-last lines and planes: the maximum or the mean of every window, channel by channel, and the
 * gradients. Windows lie inside the input; padding is an operation of its own (`pad`), with −∞ before a maximum.
 *
 * A sum runs over the cells of a window in row-major order from +0, and a gradient adds up what the windows give to an
 * input element in row-major order of the windows from +0.
 */
import { ShapeError, ValueError } from '../errors.ts';
import { toFloats } from './access.ts';
import {
  averagePoolGradientKernel,
  averagePoolKernel,
  maxPoolGradientKernel,
  maxPoolKernel,
} from './backends/js/pooling.ts';
import { wrap } from './create.ts';
import { sameShape, shapeText, sizeOfShape } from './shape.ts';
import type { Tensor } from './tensor.ts';
import { traced } from './trace.ts';
import { placeWindows, type PlacedWindows } from './windows.ts';

/** Windows of a pooling; lists have one entry per spatial axis. */
export interface PoolOptions {
  /** Cells of a window along each spatial axis. */
  readonly size: readonly number[];
  /** @defaultValue the size, so that windows do not overlap */
  readonly strides?: readonly number[];
}

/** Options of an average. */
export interface AveragePoolOptions extends PoolOptions {
  /** What sums are divided by; 1 gives the sums. @defaultValue the number of cells of a window */
  readonly divisor?: number;
}

interface Pooling extends PlacedWindows {
  readonly attributes: Required<PoolOptions>;
  /** Shape of the result. */
  readonly shape: readonly number[];
  /** Elements of one sample of the input and of the result. */
  readonly from: number;
  readonly to: number;
}

function planPooling(operation: string, input: readonly number[], { size, strides = size }: PoolOptions): Pooling {
  const placed = placeWindows(operation, input, size, strides);
  const shape = [placed.batch, ...placed.output, input.at(-1)!];
  return {
    ...placed,
    attributes: { size: [...size], strides: placed.strides },
    shape,
    from: sizeOfShape(input.slice(1)),
    to: sizeOfShape(shape.slice(1)),
  };
}

function divisorOf(operation: string, { size, divisor = sizeOfShape(size) }: AveragePoolOptions): number {
  if (Number.isFinite(divisor) && divisor > 0) return Math.fround(divisor);
  throw new ValueError(`${operation} needs a finite divisor above 0, but got ${divisor}.`);
}

function checkShapeOf(operation: string, what: string, t: Tensor, shape: readonly number[]): void {
  if (sameShape(t.shape, shape)) return;
  throw new ShapeError(`${operation} needs ${what} of the shape ${shapeText(shape)}, but got ${shapeText(t.shape)}.`);
}

/**
 * Give the maximum of every window; NaN if it has one.
 *
 * @param x [n, length, channels] or [n, height, width, channels]
 * @returns [n, ...windows, channels]
 * @throws ShapeError if a window is longer than the input; ValueError for other options
 */
export function maxPool(x: Tensor, options: PoolOptions): Tensor {
  const plan = planPooling('maxPool', x.shape, options);
  const symbolic = traced('maxPool', [x], { ...plan.attributes }, plan.shape);
  if (symbolic !== null) return symbolic;
  const data = toFloats(x);
  const out = new Float32Array(sizeOfShape(plan.shape));
  for (let i = 0; i < plan.batch; i += 1) maxPoolKernel(out, i * plan.to, data, i * plan.from, plan.windows);
  return wrap(out, plan.shape);
}

/**
 * Compute the gradient of `maxPool`: each window's goes to the first of its maxima in row-major order.
 *
 * @param g gradient of the result
 * @param x as given to `maxPool`
 * @param y what it gave
 * @throws ShapeError if the shapes do not fit; ValueError for other options
 */
export function maxPoolGradient(g: Tensor, x: Tensor, y: Tensor, options: PoolOptions): Tensor {
  const plan = planPooling('maxPoolGradient', x.shape, options);
  checkShapeOf('maxPoolGradient', 'a gradient', g, plan.shape);
  checkShapeOf('maxPoolGradient', 'a result', y, plan.shape);
  const symbolic = traced('maxPoolGradient', [g, x, y], { ...plan.attributes }, x.shape);
  if (symbolic !== null) return symbolic;
  const [gradient, data, tops] = [g, x, y].map(toFloats) as [Float32Array, Float32Array, Float32Array];
  const out = new Float32Array(data.length);
  for (let i = 0; i < plan.batch; i += 1)
    maxPoolGradientKernel(out, gradient, tops, i * plan.to, data, i * plan.from, plan.windows);
  return wrap(out, x.shape);
}

/**
 * Give the mean of every window: its sum over the divisor.
 *
 * @param x [n, length, channels] or [n, height, width, channels]
 * @returns [n, ...windows, channels]
 * @throws ShapeError if a window is longer than the input; ValueError for other options
 */
export function averagePool(x: Tensor, options: AveragePoolOptions): Tensor {
  const plan = planPooling('averagePool', x.shape, options);
  const divisor = divisorOf('averagePool', options);
  const symbolic = traced('averagePool', [x], { ...plan.attributes, divisor }, plan.shape);
  if (symbolic !== null) return symbolic;
  const data = toFloats(x);
  const out = new Float32Array(sizeOfShape(plan.shape));
  for (let i = 0; i < plan.batch; i += 1)
    averagePoolKernel(out, i * plan.to, data, i * plan.from, plan.windows, divisor);
  return wrap(out, plan.shape);
}

/**
 * Compute the gradient of `averagePool`: each window's, over the divisor, goes to all of its cells.
 *
 * @param g gradient of the result
 * @param inputShape shape of x
 * @throws ShapeError if the shapes do not fit; ValueError for other options
 */
export function averagePoolGradient(g: Tensor, options: AveragePoolOptions, inputShape: readonly number[]): Tensor {
  const plan = planPooling('averagePoolGradient', inputShape, options);
  const divisor = divisorOf('averagePoolGradient', options);
  checkShapeOf('averagePoolGradient', 'a gradient', g, plan.shape);
  const attributes = { ...plan.attributes, divisor, inputShape };
  const symbolic = traced('averagePoolGradient', [g], attributes, inputShape);
  if (symbolic !== null) return symbolic;
  const gradient = toFloats(g);
  const out = new Float32Array(sizeOfShape(inputShape));
  for (let i = 0; i < plan.batch; i += 1)
    averagePoolGradientKernel(out, i * plan.from, gradient, i * plan.to, plan.windows, divisor);
  return wrap(out, [...inputShape]);
}
