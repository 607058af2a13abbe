/** Gradients of reductions, softmax, standardization and what runs along an axis. */
import * as t from '../../tensor/index.ts';
import type { Tensor } from '../../tensor/index.ts';
import type { RuleTable } from './rule.ts';

/** Axes counted from the front, ascending. */
interface AxesAttributes {
  readonly axes: readonly number[];
}

/** Attributes by primitive. */
export interface ReduceAttributes {
  sum: AxesAttributes;
  mean: AxesAttributes;
  variance: AxesAttributes & { readonly correction: number };
  max: AxesAttributes;
  min: AxesAttributes;
  logSumExp: AxesAttributes;
  prod: { readonly axis: number };
  cumsum: { readonly axis: number };
  softmax: { readonly axis: number };
  logSoftmax: { readonly axis: number };
  /** The deviation √(var + ε), which the forward pass has computed, has the reduced axes with extent 1. */
  standardize: AxesAttributes & { readonly deviation: Tensor };
}

/** Put the reduced axes back with extent 1, so that a reduced tensor broadcasts against its input. */
function restore(reduced: Tensor, shape: readonly number[], axes: readonly number[]): Tensor {
  return t.reshape(
    reduced,
    shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent)),
  );
}

function spread(reduced: Tensor, shape: readonly number[], axes: readonly number[]): Tensor {
  return t.broadcastTo(restore(reduced, shape, axes), shape);
}

function countOf(shape: readonly number[], axes: readonly number[]): number {
  return t.sizeOfShape(axes.map((axis) => shape[axis]!));
}

/** The gradient goes to the extremum, in equal parts where several elements share it. */
function extremum(g: Tensor, input: Tensor, output: Tensor, axes: readonly number[]): Tensor {
  const hits = t.equal(input, restore(output, input.shape, axes));
  return t.multiply(hits, t.divide(restore(g, input.shape, axes), t.sum(hits, axes, true)));
}

export const reduceRules: RuleTable<ReduceAttributes> = {
  sum: (g, { inputs, attributes: { axes } }) => [spread(g, inputs[0]!.shape, axes)],
  mean: (g, { inputs, attributes: { axes } }) => {
    const { shape } = inputs[0]!;
    return [spread(t.divide(g, countOf(shape, axes)), shape, axes)];
  },
  variance: (g, { inputs, attributes: { axes, correction } }) => {
    const input = inputs[0]!;
    const scaled = t.multiply(g, 2 / (countOf(input.shape, axes) - correction));
    return [t.multiply(t.subtract(input, t.mean(input, axes, true)), restore(scaled, input.shape, axes))];
  },
  max: (g, { inputs, output, attributes: { axes } }) => [extremum(g, inputs[0]!, output, axes)],
  min: (g, { inputs, output, attributes: { axes } }) => [extremum(g, inputs[0]!, output, axes)],
  // By the maximum and not by the result, whose rounding a large offset would magnify.
  logSumExp: (g, { inputs, attributes: { axes } }) => {
    const input = inputs[0]!;
    const weights = t.exp(t.subtract(input, t.max(input, axes, true)));
    return [t.multiply(weights, t.divide(restore(g, input.shape, axes), t.sum(weights, axes, true)))];
  },
  prod: (g, { inputs, attributes: { axis } }) => {
    const input = inputs[0]!;
    return [t.multiply(t.productOfOthers(input, axis), restore(g, input.shape, [axis]))];
  },
  // Element i counts in the sums i, i + 1, …: the same running sum from the other end.
  cumsum: (g, { attributes: { axis } }) => [t.flip(t.cumsum(t.flip(g, axis), axis), axis)],
  softmax: (g, { output, attributes: { axis } }) => {
    const weighted = t.multiply(g, output);
    return [t.subtract(weighted, t.multiply(output, t.sum(weighted, axis, true)))];
  },
  // With y the output and s the deviation: (g − mean(g) − y·mean(g·y)) / s.
  standardize: (g, { output, attributes: { axes, deviation } }) => {
    const level = t.mean(g, axes, true);
    const tilt = t.mean(t.multiply(g, output), axes, true);
    return [t.divide(t.subtract(t.subtract(g, level), t.multiply(output, tilt)), deviation)];
  },
  logSoftmax: (g, { output, attributes: { axis } }) => [t.subtract(g, t.multiply(t.exp(output), t.sum(g, axis, true)))],
};
