/** Leaky rectifier: y = result(x) where x > 0, else result(slope·x); the slope has the format of role `param`. */
import { constantMultiple } from '../../circuit/index.ts';
import { fractionBits } from '../../fixed/index.ts';
import { constantFormat } from '../inferred-format.ts';
import { castResult, inferredOr, type LoweringContext, numberAttribute } from '../lowering.ts';
import { quantizeConstant } from '../parameters.ts';
import type { WireVector } from '../wire-vector.ts';

export function lowerLeakyRelu(context: LoweringContext): WireVector {
  const { builder, profile } = context;
  const alpha = numberAttribute(context, 'slope');
  const slopeFormat = inferredOr(context, 'param', () => constantFormat(alpha));
  const slope = quantizeConstant(alpha, slopeFormat, profile);
  const zero = builder.constant(0n, 0);
  const wires = context.inputs[0]!.wires.map((wire) => {
    const leaked = constantMultiple(builder, wire, slope, fractionBits(slopeFormat), context.strategy);
    return builder.select(builder.compare('lt', zero, wire), wire, leaked);
  });
  return castResult(context, wires);
}
