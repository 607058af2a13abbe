/** Clipping gradients by their common norm, so that one bad batch cannot throw the parameters away. */
import { ValueError } from '../../errors.ts';

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
  if (!(maximum > 0)) throw new ValueError(`The gradient norm is clipped at ${maximum}; it must be greater than 0.`);
  let sum = 0;
  for (const gradient of gradients) for (let i = 0; i < gradient.length; i++) sum += gradient[i]! * gradient[i]!;
  const norm = Math.sqrt(sum);
  const factor = Math.min(1, maximum / (norm + 1e-6));
  return { gradients: gradients.map((gradient) => gradient.map((value) => value * factor)), norm };
};
