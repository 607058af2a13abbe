/**
 * Clipping gradients by their common norm, so that one bad batch cannot throw the parameters away.
 *
 * In f32: gradients whose squares do not fit (a norm above about 1.8e19) become 0, so that the batch is left out.
 */
import { ValueError } from '../../errors.ts';
import {
  add,
  divide,
  item,
  minimum,
  multiply,
  scalar,
  sqrt,
  square,
  sum,
  tensor,
  toFloats,
} from '../../tensor/index.ts';
import type { Tensor } from '../../tensor/index.ts';

/**
 * Scale gradients by min(1, c / (‖g‖ + 1e-6)), with ‖g‖ over all elements of all of them.
 *
 * @param maximum c, greater than 0
 * @returns new tensors, and the norm before clipping, a scalar
 */
export const clipTensorsByNorm = (
  gradients: readonly Tensor[],
  maximum: number,
): { readonly gradients: readonly Tensor[]; readonly norm: Tensor } => {
  if (!(maximum > 0)) throw new ValueError(`The gradient norm is clipped at ${maximum}; it must be greater than 0.`);
  const squares = gradients.map((gradient) => sum(square(gradient)));
  const norm = sqrt(squares.reduce((total, own) => add(total, own), scalar(0)));
  const factor = minimum(divide(maximum, add(norm, 1e-6)), 1);
  return { gradients: gradients.map((gradient) => multiply(gradient, factor)), norm };
};

/**
 * Scale gradients by min(1, c / (‖g‖ + 1e-6)), with ‖g‖ over all elements of all of them.
 *
 * @param maximum c, greater than 0
 * @returns new arrays, and the norm before clipping
 */
export const clipByNorm = (
  gradients: readonly Float32Array[],
  maximum: number,
): { readonly gradients: readonly Float32Array[]; readonly norm: number } => {
  const clipped = clipTensorsByNorm(
    gradients.map((gradient) => tensor(gradient)),
    maximum,
  );
  return { gradients: clipped.gradients.map(toFloats), norm: item(clipped.norm) };
};
