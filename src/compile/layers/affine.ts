/**
 * Scale and offset per element: y = scale·x + bias, exact product and sum, one cast (nnet_batchnorm.h).
 *
 * Batch normalization at inference is this layer, and so is an addition of constants.
 */
import { fractionBits } from '../../fixed/index.ts';
import { affineFormat } from '../inferred-format.ts';
import { castInferred, type LoweringContext, uniformFormat } from '../lowering.ts';
import { quantizeParameter } from '../parameters.ts';
import type { WireVector } from '../wire-vector.ts';
import { elementFactor, type ElementParameter } from './element-parameters.ts';

export function lowerAffine(context: LoweringContext): WireVector {
  const { builder, precision } = context;
  const [scale, bias] = affineParameters(context).map((parameter) => elementFactor(context, parameter));
  const wires = context.inputs[0]!.wires.map((wire, k) => {
    const product = scale!.times(wire, k);
    return builder.add(product, bias!.at(k));
  });
  return castInferred(context, wires, () =>
    affineFormat(uniformFormat(context, context.inputs[0]!), precision.format('scale'), precision.format('bias')),
  );
}

/** Scales and biases. */
export function affineParameters({ layer, precision, profile }: LoweringContext): readonly ElementParameter[] {
  return ['scale', 'bias'].map((role) => {
    const format = precision.format(role);
    return { role, codes: quantizeParameter(layer, role, format, profile), fraction: fractionBits(format) };
  });
}
