/** Adagrad: s += g²; p −= η·g / (√s + ε). */
import type { AdagradOptimizer, StepRates } from './optimizer.ts';
import type { Slots, Update } from './update.ts';

/** Update one parameter by Adagrad. */
export const adagradUpdate = (
  optimizer: AdagradOptimizer,
  slots: Slots,
  parameter: Float32Array,
  gradient: Float32Array,
  rates: StepRates,
): Update => {
  const { epsilon = 1e-10, weightDecay = 0 } = optimizer;
  const old = slots['sumSquare']!;
  const result = new Float32Array(parameter.length);
  const sum = new Float32Array(parameter.length);
  for (let i = 0; i < parameter.length; i++) {
    const p = parameter[i]!;
    const g = gradient[i]! + weightDecay * p;
    const s = old[i]! + g * g;
    sum[i] = s;
    result[i] = p - (rates.learningRate * g) / (Math.sqrt(s) + epsilon);
  }
  return { parameter: result, slots: { sumSquare: sum } };
};
