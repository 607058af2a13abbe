/** Adagrad: s += g²; p −= η·g / (√s + ε). */
import { add, divide, multiply, sqrt, square, subtract } from '../../tensor/index.ts';
import type { Tensor } from '../../tensor/index.ts';
import type { AdagradOptimizer, StepRates } from './optimizer.ts';
import { penalized } from './update.ts';
import type { ParameterUpdate, SlotTensors, StepScalars, UpdateRates } from './update.ts';

/** Give the numbers of a step of Adagrad. */
export const adagradScalars = (rates: StepRates): StepScalars => ({ learningRate: rates.learningRate });

/** Update one parameter by Adagrad. */
export const adagradUpdate = (
  optimizer: AdagradOptimizer,
  slots: SlotTensors,
  parameter: Tensor,
  gradient: Tensor,
  rates: UpdateRates,
): ParameterUpdate => {
  const { epsilon = 1e-10, weightDecay = 0 } = optimizer;
  const g = penalized(gradient, parameter, weightDecay);
  const sumSquare = add(slots['sumSquare']!, square(g));
  const step = divide(multiply(g, rates['learningRate']!), add(sqrt(sumSquare), epsilon));
  return { parameter: subtract(parameter, step), slots: { sumSquare } };
};
