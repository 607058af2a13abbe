/**
 * Scale and offset per element: y = scale·x + bias, exact product and sum, one cast (nnet_batchnorm.h).
 *
 * Batch normalization at inference is this layer, and so is an addition of constants.
 */
import { constantMultiple } from '../../circuit/index.ts';
import { fractionBits } from '../../fixed/index.ts';
import { affineFormat } from '../inferred-format.ts';
import { castInferred, type LoweringContext, uniformFormat } from '../lowering.ts';
import { quantizeParameter } from '../parameters.ts';
import type { WireVector } from '../wire-vector.ts';

export function lowerAffine(context: LoweringContext): WireVector {
  const { builder, layer, precision, profile } = context;
  const scaleFormat = precision.format('scale');
  const biasFormat = precision.format('bias');
  const scales = quantizeParameter(layer, 'scale', scaleFormat, profile);
  const biases = quantizeParameter(layer, 'bias', biasFormat, profile);
  const wires = context.inputs[0]!.wires.map((wire, k) => {
    // Fewer scales than elements: one per channel, channels last.
    const channel = k % scales.length;
    const product = constantMultiple(builder, wire, scales[channel]!, fractionBits(scaleFormat), context.strategy);
    return builder.add(product, builder.constant(biases[channel]!, fractionBits(biasFormat)));
  });
  return castInferred(context, wires, () =>
    affineFormat(uniformFormat(context, context.inputs[0]!), scaleFormat, biasFormat),
  );
}
