/**
 * Element losses whose slope is not the one of their formula: where composing the gradient of f32 operations would lose
 * digits, or give NaN at an end of the range, the slope is written down instead.
 */
import * as ag from '../../autograd/index.ts';
import type { Variable } from '../../autograd/index.ts';
import { multiply } from '../../tensor/index.ts';
import type { Tensor } from '../../tensor/index.ts';

/**
 * Make the loss of each element of a variable from its value and its derivative.
 *
 * @param slope computes the derivative by x; it is called in the backward pass only
 */
export const elementLoss = (x: Variable, value: Tensor, slope: () => Tensor): Variable =>
  ag.customGradient(value, [x], (cotangent) => [multiply(cotangent, slope())]);
