/** Differentiable convolutions of channels-last lines and planes, named as in `tensor`. */
import * as t from '../../tensor/index.ts';
import type { ConvolutionOptions } from '../../tensor/index.ts';
import { ShapeError } from '../../errors.ts';
import { asVariable, recordCall, type Operand, type Variable } from '../variable.ts';
import { pad } from './shape.ts';

/** Cells put [before, after] the input along each spatial axis. */
export type SpatialPads = readonly (readonly [number, number])[];

/** Surround the spatial axes with a value; nothing to do gives the operand itself. */
export function padSpatial(x: Operand, pads: SpatialPads | undefined, value = 0): Operand {
  if (pads === undefined || pads.every(([before, after]) => before === 0 && after === 0)) return x;
  return pad(x, [[0, 0], ...pads, [0, 0]], value);
}

/**
 * Convolve x [n, ...spatial, channels] with a kernel [...size, channels / groups, filters] (see `tensor`'s convolve).
 *
 * @param options with `pads`, zeros put around x; @defaultValue none
 */
export function convolve(
  x: Operand,
  kernel: Operand,
  options: ConvolutionOptions & { readonly pads?: SpatialPads } = {},
): Variable {
  const { pads, ...attributes } = options;
  const inputs = [asVariable(padSpatial(x, pads)), asVariable(kernel)];
  return recordCall('convolve', attributes, inputs, t.convolve(inputs[0]!.value, inputs[1]!.value, attributes));
}

/**
 * Convolve the other way: each element of x [n, ...spatial, filters] adds the kernel [...size, channels / groups,
 * filters], scaled by it, to the cells that `convolve` would have seen.
 *
 * @returns [n, ...(extent − 1) · strides + dilation · (size − 1) + 1, channels]; `slice` cuts off what padding adds
 * @throws ShapeError if the shapes do not fit; ValueError for other options
 */
export function convolveTransposed(x: Operand, kernel: Operand, options: ConvolutionOptions = {}): Variable {
  const inputs = [asVariable(x), asVariable(kernel)];
  const [from, weights] = inputs.map(({ value }) => value.shape) as [readonly number[], readonly number[]];
  if (weights.length !== from.length || from.length < 3) {
    throw new ShapeError(
      `convolveTransposed needs x [n, ...spatial, filters] and a kernel [...size, channels, filters], but got ${t.shapeText(from)} and ${t.shapeText(weights)}.`,
    );
  }
  const { strides, dilation, groups = 1 } = options;
  const spatial = from.slice(1, -1).map((extent, axis) => {
    const reach = (weights[axis]! - 1) * (dilation?.[axis] ?? 1) + 1;
    return (extent - 1) * (strides?.[axis] ?? 1) + reach;
  });
  const shape = [from[0]!, ...spatial, weights.at(-2)! * groups];
  const value = t.convolveInputGradient(inputs[0]!.value, inputs[1]!.value, options, shape);
  return recordCall('convolveTransposed', options, inputs, value);
}
