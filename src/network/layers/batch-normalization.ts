/**
 * Batch normalisation over the last axis: γ·(x − μ) / √(σ² + ε) + β (Ioffe & Szegedy, arXiv:1502.03167).
 *
 * Training uses mean and biased variance of the batch (all axes but the last) and reports new running statistics
 * m·running + (1 − m)·batch with Keras's sense of the momentum m and its biased variance; inference uses the running
 * ones. Nothing is mutated: the caller takes the reported statistics or leaves them.
 */
import * as ag from '../../autograd/index.ts';
import { add, mean, multiply, reshape, variance } from '../../tensor/index.ts';
import type { Tensor } from '../../tensor/index.ts';
import { checkNames, featuresOf, fraction, onlyShape, positive, readNumber } from './attribute-reader.ts';
import type { LayerDefinition } from './definition.ts';

/** Attributes of a batch normalisation. */
export interface BatchNormalizationAttributes {
  /** Added to the variance, greater than 0. @defaultValue 0.001 (Keras) */
  readonly epsilon: number;
  /** Weight of the old running statistics, in [0, 1). @defaultValue 0.99 (Keras) */
  readonly momentum: number;
}

/** Mix old and new statistics: momentum·old + (1 − momentum)·batch. */
const mix = (old: Tensor, batch: Tensor, momentum: number): Tensor =>
  add(multiply(old, momentum), multiply(reshape(batch, old.shape), 1 - momentum));

/** Describe the batch normalisation kind: γ·(x − μ) / √(σ² + ε) + β. */
export const batchNormalization: LayerDefinition<'batchNormalization', BatchNormalizationAttributes> = {
  kind: 'batchNormalization',
  defaults: { epsilon: 0.001, momentum: 0.99 },
  attributes: (raw, layer) => {
    checkNames(raw, layer, 'batchNormalization', ['epsilon', 'momentum']);
    return {
      epsilon: readNumber(raw, layer, 'epsilon', positive, 0.001),
      momentum: readNumber(raw, layer, 'momentum', fraction, 0.99),
    };
  },
  outputShape: (_attributes, inputs, layer) => {
    featuresOf(inputs, layer);
    return onlyShape(inputs, layer);
  },
  parameters: (_attributes, inputs) => {
    const shape = [inputs[0]!.at(-1)!];
    return [
      { role: 'gamma', shape, initializer: 'ones', trainable: true },
      { role: 'beta', shape, initializer: 'zeros', trainable: true },
      { role: 'movingMean', shape, initializer: 'zeros', trainable: false },
      { role: 'movingVariance', shape, initializer: 'ones', trainable: false },
    ];
  },
  forward: ({ epsilon, momentum }, inputs, context) => {
    const x = inputs[0]!;
    const gamma = context.parameter('gamma');
    const beta = context.parameter('beta');
    const movingMean = context.parameter('movingMean');
    const movingVariance = context.parameter('movingVariance');
    if (!context.training) {
      const scale = ag.divide(gamma, ag.sqrt(ag.add(movingVariance, epsilon)));
      return ag.add(ag.multiply(ag.subtract(x, movingMean), scale), beta);
    }
    const axes = x.value.shape.slice(0, -1).map((_length, axis) => axis);
    // The same two calls stand in `standardize`: a plan computes them once.
    context.reportStatistics({
      movingMean: mix(movingMean.value, mean(x.value, axes, true), momentum),
      movingVariance: mix(movingVariance.value, variance(x.value, axes, true), momentum),
    });
    return ag.add(ag.multiply(ag.standardize(x, axes, epsilon), gamma), beta);
  },
  multiplyAccumulates: (_attributes, inputs) => inputs[0]!.reduce((a, b) => a * b, 1),
  gradient: 'exact',
  examples: [
    { epsilon: 0.001, momentum: 0.99 },
    { epsilon: 0.01, momentum: 0.5 },
  ],
};
