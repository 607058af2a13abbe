/**
 * Adam: m = β₁m + (1 − β₁)g; v = β₂v + (1 − β₂)g²; p −= η·(m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε).
 *
 * adam adds λp to g first; adamw takes ηλp off besides; amsgrad takes the largest v so far.
 */
import { add, divide, maximum, multiply, sqrt, square, subtract } from '../../tensor/index.ts';
import type { Tensor } from '../../tensor/index.ts';
import type { AdamOptimizer, StepRates } from './optimizer.ts';
import { integerPower, mixed, penalized } from './update.ts';
import type { ParameterUpdate, SlotTensors, StepScalars, UpdateRates } from './update.ts';

/** β₁ and β₂ as f32: 1 − β is taken from the rounded β, so that the weights of an average add up to 1. */
const betasOf = (optimizer: AdamOptimizer): readonly [number, number] => {
  const [beta1, beta2] = optimizer.betas ?? [0.9, 0.999];
  return [Math.fround(beta1), Math.fround(beta2)];
};

const weightDecayOf = ({ kind, weightDecay }: AdamOptimizer): number => weightDecay ?? (kind === 'adamw' ? 0.01 : 0);

/** Give the numbers of a step of Adam or AdamW; `step` counts from 1. */
export const adamScalars = (optimizer: AdamOptimizer, rates: StepRates, step: number): StepScalars => {
  const [ownBeta1, beta2] = betasOf(optimizer);
  const beta1 = rates.momentum === undefined ? ownBeta1 : Math.fround(rates.momentum);
  return {
    beta1,
    fresh1: 1 - beta1,
    rate1: rates.learningRate / (1 - integerPower(beta1, step)),
    unbias2: 1 / (1 - integerPower(beta2, step)),
    ...(optimizer.kind === 'adamw' ? { decay: rates.learningRate * weightDecayOf(optimizer) } : {}),
  };
};

/** Update one parameter by Adam or AdamW. */
export const adamUpdate = (
  optimizer: AdamOptimizer,
  slots: SlotTensors,
  parameter: Tensor,
  gradient: Tensor,
  rates: UpdateRates,
): ParameterUpdate => {
  const { kind, epsilon = 1e-8, amsgrad = false } = optimizer;
  const { beta1, fresh1, rate1, unbias2, decay } = rates;
  const [, beta2] = betasOf(optimizer);
  const weightDecay = weightDecayOf(optimizer);
  const g = kind === 'adam' ? penalized(gradient, parameter, weightDecay) : gradient;
  const first = mixed(slots['firstMoment']!, beta1, g, fresh1);
  const second = mixed(slots['secondMoment']!, beta2, square(g), 1 - beta2);
  const spread = amsgrad ? maximum(slots['largestSecondMoment']!, second) : second;
  const step = divide(multiply(first, rate1), add(sqrt(multiply(spread, unbias2)), epsilon));
  // Not p·(1 − ηλ): so close to 1 an f32 has too few digits for the small difference.
  const change = kind === 'adamw' && weightDecay !== 0 ? add(step, multiply(parameter, decay)) : step;
  const moments = { firstMoment: first, secondMoment: second };
  return {
    parameter: subtract(parameter, change),
    slots: amsgrad ? { ...moments, largestSecondMoment: spread } : moments,
  };
};
