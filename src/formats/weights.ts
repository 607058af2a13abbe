/**
 * Named float arrays as model files hold them, and their one check on the way into a network.
 *
 * Readers of every format hand over `WeightArray`s; only `parameterTensor` turns one into a tensor, so that a wrong
 * shape, a wrong length or a NaN is reported the same way whichever file it came from.
 */
import type { Tensor } from '../tensor/index.ts';
import { ShapeError, ValueError } from '../errors.ts';

/** An array of a model file: row-major numbers with their shape. */
export interface WeightArray {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
  /** Where it was read, for error messages: for example `dataset "fc1/fc1/kernel:0" of weights.h5`. */
  readonly origin?: string;
}

/**
 * Finds the array of a layer by role ("kernel", "depthwiseKernel", "pointwiseKernel", "bias", "gamma", "beta",
 * "movingMean", "movingVariance", "alpha").
 */
export type WeightLookup = (layer: string, role: string) => WeightArray | undefined;

/** Write a shape as people do: `[16, 64]`. */
export const shapeText = (shape: readonly number[]): string => `[${shape.join(', ')}]`;

const elements = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/**
 * Make a row-major f32 tensor that owns its data.
 *
 * @throws ShapeError if the number of values is not the product of the shape.
 */
export const floatTensor = (shape: readonly number[], values: ArrayLike<number>): Tensor => {
  if (elements(shape) !== values.length) {
    throw new ShapeError(
      `A tensor of shape ${shapeText(shape)} needs ${elements(shape)} values, not ${values.length}.`,
    );
  }
  const strides = shape.map((_, axis) => elements(shape.slice(axis + 1)));
  return { dtype: 'f32', shape: [...shape], strides, offset: 0, data: Float32Array.from(values) };
};

const position = (index: number, shape: readonly number[]): string => {
  const parts: number[] = [];
  let rest = index;
  for (const n of shape.toReversed()) {
    parts.unshift(rest % n);
    rest = Math.floor(rest / n);
  }
  return shapeText(parts);
};

/**
 * Check an array against the shape that a layer's parameter needs and return it as a tensor.
 *
 * @throws ShapeError if it is absent or has another shape; ValueError if a value is NaN, infinite or beyond f32.
 */
export const parameterTensor = (
  layer: string,
  role: string,
  array: WeightArray | undefined,
  expected: readonly number[],
): Tensor => {
  if (array === undefined) {
    throw new ShapeError(
      `Layer "${layer}" needs a ${role} of shape ${shapeText(expected)}, but the model's weights hold none.`,
    );
  }
  const where = array.origin === undefined ? '' : ` (${array.origin})`;
  const same = array.shape.length === expected.length && array.shape.every((n, axis) => n === expected[axis]);
  if (!same) {
    throw new ShapeError(
      `The ${role} of layer "${layer}"${where} has shape ${shapeText(array.shape)} where ${shapeText(expected)} is needed.`,
    );
  }
  if (array.data.length !== elements(expected)) {
    throw new ShapeError(
      `The ${role} of layer "${layer}"${where} holds ${array.data.length} values where shape ${shapeText(expected)} needs ${elements(expected)}.`,
    );
  }
  for (let i = 0; i < array.data.length; i += 1) {
    if (!Number.isFinite(Math.fround(array.data[i]))) {
      throw new ValueError(
        `The ${role} of layer "${layer}"${where} is ${array.data[i]} at ${position(i, expected)}, but weights must be finite single-precision numbers.`,
      );
    }
  }
  return floatTensor(expected, array.data);
};
