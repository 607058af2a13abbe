/** Softmax and its logarithm along one axis, shifted by the maximum so that extreme logits stay finite. */
import { add, divide, exp, log, subtract } from './elementwise.ts';
import { max, sum } from './reduce.ts';
import { normalizeAxes, type Axes } from './shape.ts';
import type { Tensor } from './tensor.ts';
import { squeeze } from './views.ts';

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

/** Compute log Σ e^x over axes. @param axes @defaultValue all @param keepDims @defaultValue false */
export function logSumExp(t: Tensor, axes?: Axes, keepDims = false): Tensor {
  const list = normalizeAxes(axes, t.shape.length, 'logSumExp');
  const top = max(t, list, true);
  const result = add(top, log(sum(exp(subtract(t, top)), list, true)));
  return keepDims ? result : squeeze(result, list);
}
