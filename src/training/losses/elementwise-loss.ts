/**
 * Primitive of one variable whose value and slope are given by scalar functions in double precision: one loop forward,
 * one loop backward. For losses that lose digits or become NaN when composed of f32 operations.
 */
import * as ag from '../../autograd/index.ts';
import type { Variable } from '../../autograd/index.ts';
import { tensor, toFlat } from '../../tensor/index.ts';

/**
 * Apply a scalar function elementwise.
 *
 * @param value result for element i with value x
 * @param slope its derivative by x
 */
export const mapElements = (
  x: Variable,
  value: (x: number, i: number) => number,
  slope: (x: number, i: number) => number,
): Variable => {
  const source = toFlat(x.value);
  const result = new Float32Array(source.length);
  for (let i = 0; i < result.length; i++) result[i] = value(source[i]!, i);
  return ag.customGradient(tensor(result, x.value.shape), [x], (cotangent) => {
    const upstream = toFlat(cotangent);
    const gradient = new Float32Array(source.length);
    for (let i = 0; i < gradient.length; i++) gradient[i] = upstream[i]! * slope(source[i]!, i);
    return [tensor(gradient, x.value.shape)];
  });
};
