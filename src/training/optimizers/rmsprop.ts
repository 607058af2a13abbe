/**
 * RMSprop: v = αv + (1 − α)g²; q = g / (√v + ε); buf = μ·buf + q; p −= η·buf, which is η·q without momentum μ.
 *
 * Centred: ḡ = αḡ + (1 − α)g and v − ḡ² stands in place of v.
 */
import { add, divide, maximum, multiply, sqrt, square, subtract } from '../../tensor/index.ts';
import type { Tensor } from '../../tensor/index.ts';
import type { RmspropOptimizer, StepRates } from './optimizer.ts';
import { mixed, penalized } from './update.ts';
import type { ParameterUpdate, SlotTensors, StepScalars, UpdateRates } from './update.ts';

/** Give the numbers of a step of RMSprop. */
export const rmspropScalars = (optimizer: RmspropOptimizer, rates: StepRates): StepScalars => ({
  learningRate: rates.learningRate,
  momentum: rates.momentum ?? optimizer.momentum ?? 0,
});

/** Update one parameter by RMSprop. */
export const rmspropUpdate = (
  optimizer: RmspropOptimizer,
  slots: SlotTensors,
  parameter: Tensor,
  gradient: Tensor,
  rates: UpdateRates,
): ParameterUpdate => {
  const { alpha = 0.99, epsilon = 1e-8, centered = false, weightDecay = 0 } = optimizer;
  const { learningRate, momentum } = rates;
  const g = penalized(gradient, parameter, weightDecay);
  const meanSquare = mixed(slots['meanSquare']!, alpha, square(g), 1 - alpha);
  const meanGradient = centered ? mixed(slots['meanGradient']!, alpha, g, 1 - alpha) : null;
  // v ≥ ḡ² holds exactly but not after rounding to f32.
  const spread = meanGradient === null ? meanSquare : maximum(subtract(meanSquare, square(meanGradient)), 0);
  const quotient = divide(g, add(sqrt(spread), epsilon));
  const buffer = add(multiply(slots['momentum']!, momentum), quotient);
  const kept = { meanSquare, momentum: buffer };
  return {
    parameter: subtract(parameter, multiply(buffer, learningRate)),
    slots: meanGradient === null ? kept : { ...kept, meanGradient },
  };
};
