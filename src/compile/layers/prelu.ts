/** Parametric rectifier: y = result(x) where x > 0, else result(α·x), with one α of role `param` per element. */
import { constantMultiple } from '../../circuit/index.ts';
import { fractionBits } from '../../fixed/index.ts';
import { castResult, inferredOr, type LoweringContext, uniformFormat } from '../lowering.ts';
import { quantizeParameter } from '../parameters.ts';
import type { WireVector } from '../wire-vector.ts';

export function lowerPrelu(context: LoweringContext): WireVector {
  const { builder, layer, profile, strategy } = context;
  const format = inferredOr(context, 'param', () => uniformFormat(context, context.inputs[0]!));
  const slopes = quantizeParameter(layer, 'alpha', format, profile);
  const zero = builder.constant(0n, 0);
  const wires = context.inputs[0]!.wires.map((wire, k) => {
    const leaked = constantMultiple(builder, wire, slopes[k]!, fractionBits(format), strategy);
    return builder.select(builder.compare('lt', zero, wire), wire, leaked);
  });
  return castResult(context, wires);
}
