/**
 * RMSprop: v = αv + (1 − α)g²; q = g / (√v + ε); p −= η·q, or with momentum buf = μ·buf + q and p −= η·buf.
 *
 * Centred: ḡ = αḡ + (1 − α)g and v − ḡ² stands in place of v.
 */
import type { RmspropOptimizer, StepRates } from './optimizer.ts';
import type { Slots, Update } from './update.ts';

/** Update one parameter by RMSprop. */
export const rmspropUpdate = (
  optimizer: RmspropOptimizer,
  slots: Slots,
  parameter: Float32Array,
  gradient: Float32Array,
  rates: StepRates,
): Update => {
  const { alpha = 0.99, epsilon = 1e-8, centered = false, weightDecay = 0 } = optimizer;
  const momentum = rates.momentum ?? optimizer.momentum ?? 0;
  const rate = rates.learningRate;
  const n = parameter.length;
  const [oldSquare, oldBuffer] = [slots['meanSquare']!, slots['momentum']!];
  const oldMean = slots['meanGradient'] ?? oldBuffer;
  const [result, square, buffer] = [new Float32Array(n), new Float32Array(n), new Float32Array(n)];
  const mean = centered ? new Float32Array(n) : buffer;
  for (let i = 0; i < n; i++) {
    const p = parameter[i]!;
    const g = gradient[i]! + weightDecay * p;
    const v = alpha * oldSquare[i]! + (1 - alpha) * g * g;
    let spread = v;
    if (centered) {
      const average = alpha * oldMean[i]! + (1 - alpha) * g;
      mean[i] = average;
      // v ≥ ḡ² holds exactly but not after rounding the two to f32.
      spread = Math.max(v - average * average, 0);
    }
    const quotient = g / (Math.sqrt(spread) + epsilon);
    const b = momentum * oldBuffer[i]! + quotient;
    square[i] = v;
    buffer[i] = momentum === 0 ? 0 : b;
    result[i] = p - rate * b;
  }
  const kept = { meanSquare: square, momentum: buffer };
  return { parameter: result, slots: centered ? { ...kept, meanGradient: mean } : kept };
};
