/** Thresholded rectifier: result(x) where x > θ, else 0; the threshold has the format of role `param`. */
import { fractionBits } from '../../fixed/index.ts';
import { castResult, inferredOr, type LoweringContext, numberAttribute, uniformFormat } from '../lowering.ts';
import { quantizeConstant } from '../parameters.ts';
import type { WireVector } from '../wire-vector.ts';

export function lowerThresholdedRelu(context: LoweringContext): WireVector {
  const { builder, profile } = context;
  const format = inferredOr(context, 'param', () => uniformFormat(context, context.inputs[0]!));
  const theta = quantizeConstant(numberAttribute(context, 'theta'), format, profile);
  const threshold = builder.constant(theta, fractionBits(format));
  const zero = builder.constant(0n, 0);
  const wires = context.inputs[0]!.wires.map((wire) =>
    builder.select(builder.compare('lt', threshold, wire), wire, zero),
  );
  return castResult(context, wires);
}
