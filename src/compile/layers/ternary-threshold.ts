/**
 * Batch normalization followed by ternary tanh as two comparisons per element: 1 if x > high, −1 if x ≤ low, else 0.
 *
 * Thresholds are (±0.5 − bias)/scale, rounded down to the input's grid (hls4ml's passes/bn_quant.py).
 */
import { type FixedFormat, fixed, fractionBits, fromDouble } from '../../fixed/index.ts';
import { type LoweringContext, uniformFormat } from '../lowering.ts';
import { castVector, type WireVector } from '../wire-vector.ts';
import { elementFactor, type ElementParameter } from './element-parameters.ts';

export function lowerTernaryThreshold(context: LoweringContext): WireVector {
  const { builder } = context;
  const [high, low] = ternaryThresholdParameters(context).map((parameter) => elementFactor(context, parameter));
  const one = builder.constant(1n, 0);
  const zero = builder.constant(0n, 0);
  const minusOne = builder.constant(-1n, 0);
  const signs = context.inputs[0]!.wires.map((wire, k) => {
    const above = high!.at(k);
    const below = low!.at(k);
    const notNegative = builder.select(builder.compare('lt', above, wire), one, zero);
    return builder.select(builder.compare('le', wire, below), minusOne, notNegative);
  });
  return castVector(builder, signs, fixed(2, 2));
}

/** The thresholds `high` and `low`. */
export function ternaryThresholdParameters(context: LoweringContext): readonly ElementParameter[] {
  const { scale, bias } = context.layer.parameters as Record<'scale' | 'bias', ArrayLike<number>>;
  const format = uniformFormat(context, context.inputs[0]!);
  const codes = (half: number): bigint[] =>
    Array.from(scale, (factor, channel) => threshold(half, factor, bias[channel]!, format));
  return [
    { role: 'high', codes: codes(0.5), fraction: fractionBits(format) },
    { role: 'low', codes: codes(-0.5), fraction: fractionBits(format) },
  ];
}

/** Largest code of the input format at or below (half − bias)/scale, computed in single precision as numpy does. */
function threshold(half: number, scale: number, bias: number, format: FixedFormat): bigint {
  const middle = Math.fround(-bias / scale);
  return fromDouble(Math.fround(Math.fround(half / scale) + middle), {
    ...format,
    quantization: 'AP_TRN',
    overflow: 'AP_WRAP',
  });
}
