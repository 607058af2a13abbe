/** Differentiable pooling of channels-last lines and planes, named as in `tensor`. */
import * as t from '../../tensor/index.ts';
import type { PoolOptions, Tensor } from '../../tensor/index.ts';
import { asVariable, recordCall, type Operand, type Variable } from '../variable.ts';
import { padSpatial, type SpatialPads } from './convolution.ts';
import { divide } from './elementwise.ts';

/**
 * Give the maximum of every window; at a tie the gradient goes to the first in row-major order.
 *
 * @param options with `pads`, cells around x that take part in no maximum; @defaultValue none
 */
export function maxPool(x: Operand, options: PoolOptions & { readonly pads?: SpatialPads }): Variable {
  const { pads, ...attributes } = options;
  const input = asVariable(padSpatial(x, pads, -Infinity));
  return recordCall('maxPool', attributes, [input], t.maxPool(input.value, attributes));
}

/** Options of an average over padded windows. */
export interface PaddedAverageOptions extends PoolOptions {
  /** Cells around x. @defaultValue none */
  readonly pads?: SpatialPads;
  /** Whether those count, as zeros. @defaultValue false */
  readonly countPadding?: boolean;
}

/** Give the mean of every window over its cells inside x, or over all; NaN over no cells. */
export function averagePool(x: Operand, options: PaddedAverageOptions): Variable {
  const { pads, countPadding = false, ...attributes } = options;
  const given = asVariable(x);
  const input = asVariable(padSpatial(given, pads));
  if (countPadding || input === given) {
    return recordCall('averagePool', attributes, [input], t.averagePool(input.value, attributes));
  }
  const whole = { ...attributes, divisor: 1 };
  const sums = recordCall('averagePool', whole, [input], t.averagePool(input.value, whole));
  return divide(sums, cellCounts(given.value.shape, pads!, whole));
}

/** Count the cells of each window that lie inside the input: [...windows, 1]. */
function cellCounts(shape: readonly number[], pads: SpatialPads, options: t.AveragePoolOptions): Tensor {
  const inside = t.pad(t.ones([1, ...shape.slice(1, -1), 1]), [[0, 0], ...pads, [0, 0]]);
  return t.squeeze(t.averagePool(inside, options), 0);
}
