/**
 * SGD: g += λp; buf = g at the first step, then m·buf + (1 − d)·g; with Nesterov g + m·buf replaces buf; p −= η·buf.
 */
import type { SgdOptimizer, StepRates } from './optimizer.ts';
import type { Slots, Update } from './update.ts';

/** Update one parameter by SGD; `step` counts from 1. */
export const sgdUpdate = (
  optimizer: SgdOptimizer,
  slots: Slots,
  parameter: Float32Array,
  gradient: Float32Array,
  rates: StepRates,
  step: number,
): Update => {
  const { dampening = 0, nesterov = false, weightDecay = 0 } = optimizer;
  const momentum = rates.momentum ?? optimizer.momentum ?? 0;
  const rate = rates.learningRate;
  const fresh = step === 1 ? 1 : 1 - dampening;
  const old = slots['momentum']!;
  const result = new Float32Array(parameter.length);
  const buffer = new Float32Array(parameter.length);
  for (let i = 0; i < parameter.length; i++) {
    const p = parameter[i]!;
    const g = gradient[i]! + weightDecay * p;
    const b = momentum * old[i]! + fresh * g;
    buffer[i] = b;
    result[i] = p - rate * (momentum === 0 ? g : nesterov ? g + momentum * b : b);
  }
  return { parameter: result, slots: { momentum: buffer } };
};
