/** Differentiable reductions, softmax and standardization, named as in `tensor` where it has them. */
import * as t from '../../tensor/index.ts';
import type { Axes } from '../../tensor/index.ts';
import { asVariable, recordCall, type Operand, type Variable } from '../variable.ts';
import { sqrt } from './elementwise.ts';
import { reshape } from './shape.ts';

/** Sum over axes. @param axes @defaultValue all @param keepDims @defaultValue false */
export function sum(x: Operand, axes?: Axes, keepDims = false): Variable {
  const input = asVariable(x);
  const list = t.normalizeAxes(axes, input.value.shape.length, 'sum');
  return recordCall('sum', { axes: list }, [input], t.sum(input.value, list, keepDims));
}

/** Average over axes. */
export function mean(x: Operand, axes?: Axes, keepDims = false): Variable {
  const input = asVariable(x);
  const list = t.normalizeAxes(axes, input.value.shape.length, 'mean');
  return recordCall('mean', { axes: list }, [input], t.mean(input.value, list, keepDims));
}

/** Compute the variance over axes. @param correction 0 biased, 1 unbiased; @defaultValue 0 */
export function variance(x: Operand, axes?: Axes, keepDims = false, correction = 0): Variable {
  const input = asVariable(x);
  const list = t.normalizeAxes(axes, input.value.shape.length, 'variance');
  const value = t.variance(input.value, list, keepDims, correction);
  return recordCall('variance', { axes: list, correction }, [input], value);
}

/** Compute the standard deviation over axes; its gradient is not finite where it is 0. */
export function std(x: Operand, axes?: Axes, keepDims = false, correction = 0): Variable {
  return sqrt(variance(x, axes, keepDims, correction));
}

/** Give the greatest element over axes; elements that share it share the gradient. */
export function max(x: Operand, axes?: Axes, keepDims = false): Variable {
  const input = asVariable(x);
  const list = t.normalizeAxes(axes, input.value.shape.length, 'max');
  return recordCall('max', { axes: list }, [input], t.max(input.value, list, keepDims));
}

/** Give the smallest element over axes; elements that share it share the gradient. */
export function min(x: Operand, axes?: Axes, keepDims = false): Variable {
  const input = asVariable(x);
  const list = t.normalizeAxes(axes, input.value.shape.length, 'min');
  return recordCall('min', { axes: list }, [input], t.min(input.value, list, keepDims));
}

/** Compute log Σ e^x over axes, finite for every finite x. */
export function logSumExp(x: Operand, axes?: Axes, keepDims = false): Variable {
  const input = asVariable(x);
  const list = t.normalizeAxes(axes, input.value.shape.length, 'logSumExp');
  return recordCall('logSumExp', { axes: list }, [input], t.logSumExp(input.value, list, keepDims));
}

/** Multiply along an axis, or all elements if none is given. */
export function prod(x: Operand, axis?: number, keepDims = false): Variable {
  const input = asVariable(x);
  if (axis === undefined) {
    const product = prod(reshape(input, [-1]), 0);
    return keepDims
      ? reshape(
          product,
          input.value.shape.map(() => 1),
        )
      : product;
  }
  const at = t.normalizeAxis(axis, input.value.shape.length, 'prod');
  return recordCall('prod', { axis: at }, [input], t.prod(input.value, at, keepDims));
}

/** Add up along an axis. */
export function cumsum(x: Operand, axis: number): Variable {
  const input = asVariable(x);
  const at = t.normalizeAxis(axis, input.value.shape.length, 'cumsum');
  return recordCall('cumsum', { axis: at }, [input], t.cumsum(input.value, at));
}

/** Compute e^x / Σ e^x along an axis. @param axis @defaultValue the last */
export function softmax(x: Operand, axis = -1): Variable {
  const input = asVariable(x);
  const at = t.normalizeAxis(axis, input.value.shape.length, 'softmax');
  return recordCall('softmax', { axis: at }, [input], t.softmax(input.value, at));
}

/** Compute x − log Σ e^x along an axis. @param axis @defaultValue the last */
export function logSoftmax(x: Operand, axis = -1): Variable {
  const input = asVariable(x);
  const at = t.normalizeAxis(axis, input.value.shape.length, 'logSoftmax');
  return recordCall('logSoftmax', { axis: at }, [input], t.logSoftmax(input.value, at));
}

/** Compute (x − mean) / √(var + ε) over axes, with the biased variance. @param epsilon ε > 0 */
export function standardize(x: Operand, axes: Axes, epsilon: number): Variable {
  const input = asVariable(x);
  const list = t.normalizeAxes(axes, input.value.shape.length, 'standardize');
  const deviation = t.sqrt(t.add(t.variance(input.value, list, true), epsilon));
  const value = t.divide(t.subtract(input.value, t.mean(input.value, list, true)), deviation);
  return recordCall('standardize', { axes: list, deviation }, [input], value);
}
