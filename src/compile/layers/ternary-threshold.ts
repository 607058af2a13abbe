/**
 * Batch normalization followed by ternary tanh as two comparisons per element: 1 if x > high, −1 if x ≤ low, else 0.
 *
 * Thresholds are (±0.5 − bias)/scale, rounded down to the input's grid (hls4ml's passes/bn_quant.py).
 */
import { type FixedFormat, fixed, fractionBits, fromDouble } from '../../fixed/index.ts';
import { type LoweringContext, uniformFormat } from '../lowering.ts';
import { castVector, type WireVector } from '../wire-vector.ts';

export function lowerTernaryThreshold(context: LoweringContext): WireVector {
  const { builder, layer } = context;
  const { wires } = context.inputs[0]!;
  const format = uniformFormat(context, context.inputs[0]!);
  const { scale, bias } = layer.parameters as Record<'scale' | 'bias', ArrayLike<number>>;
  const one = builder.constant(1n, 0);
  const zero = builder.constant(0n, 0);
  const minusOne = builder.constant(-1n, 0);
  const signs = wires.map((wire, k) => {
    // Fewer scales than elements: one per channel, channels last.
    const channel = k % scale.length;
    const high = builder.constant(threshold(0.5, scale[channel]!, bias[channel]!, format), fractionBits(format));
    const low = builder.constant(threshold(-0.5, scale[channel]!, bias[channel]!, format), fractionBits(format));
    const notNegative = builder.select(builder.compare('lt', high, wire), one, zero);
    return builder.select(builder.compare('le', wire, low), minusOne, notNegative);
  });
  return castVector(builder, signs, fixed(2, 2));
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
