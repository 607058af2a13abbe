/** Softmax and its logarithm along one axis, shifted by the maximum so that extreme logits stay finite. */
import { divide, exp, log, subtract } from './elementwise.ts';
import { max, sum } from './reduce.ts';
import type { Tensor } from './tensor.ts';

/** Compute e^x / Σ e^x along an axis. @param axis @defaultValue the last */
export function softmax(t: Tensor, axis = -1): Tensor {
  const powers = exp(subtract(t, max(t, axis, true)));
  return divide(powers, sum(powers, axis, true));
}

/** Compute x − log Σ e^x along an axis. @param axis @defaultValue the last */
export function logSoftmax(t: Tensor, axis = -1): Tensor {
  const shifted = subtract(t, max(t, axis, true));
  return subtract(shifted, log(sum(exp(shifted), axis, true)));
}
