/**
 * Adam: m = β₁m + (1 − β₁)g; v = β₂v + (1 − β₂)g²; p −= η·(m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε).
 *
 * adam adds λp to g first; adamw shrinks p by 1 − ηλ instead; amsgrad takes the largest v so far.
 */
import type { AdamOptimizer, StepRates } from './optimizer.ts';
import { integerPower } from './update.ts';
import type { Slots, Update } from './update.ts';

/** Update one parameter by Adam or AdamW; `step` counts from 1. */
export const adamUpdate = (
  optimizer: AdamOptimizer,
  slots: Slots,
  parameter: Float32Array,
  gradient: Float32Array,
  rates: StepRates,
  step: number,
): Update => {
  const [defaultBeta1, beta2] = optimizer.betas ?? [0.9, 0.999];
  const beta1 = rates.momentum ?? defaultBeta1;
  const { epsilon = 1e-8, amsgrad = false, weightDecay = optimizer.kind === 'adamw' ? 0.01 : 0 } = optimizer;
  const rate = rates.learningRate;
  const penalty = optimizer.kind === 'adam' ? weightDecay : 0;
  const shrink = optimizer.kind === 'adamw' ? 1 - rate * weightDecay : 1;
  const rate1 = rate / (1 - integerPower(beta1, step));
  const unbias2 = 1 / (1 - integerPower(beta2, step));
  const n = parameter.length;
  const [oldFirst, oldSecond] = [slots['firstMoment']!, slots['secondMoment']!];
  const [result, first, second] = [new Float32Array(n), new Float32Array(n), new Float32Array(n)];
  const oldLargest = slots['largestSecondMoment'] ?? oldSecond;
  const largest = amsgrad ? new Float32Array(n) : second;
  for (let i = 0; i < n; i++) {
    const p = parameter[i]!;
    const g = gradient[i]! + penalty * p;
    const m = beta1 * oldFirst[i]! + (1 - beta1) * g;
    let v = beta2 * oldSecond[i]! + (1 - beta2) * g * g;
    first[i] = m;
    second[i] = v;
    if (amsgrad) {
      if (oldLargest[i]! > v) v = oldLargest[i]!;
      largest[i] = v;
    }
    result[i] = p * shrink - (rate1 * m) / (Math.sqrt(v * unbias2) + epsilon);
  }
  const moments = { firstMoment: first, secondMoment: second };
  return { parameter: result, slots: amsgrad ? { ...moments, largestSecondMoment: largest } : moments };
};
