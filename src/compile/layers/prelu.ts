/** Parametric rectifier: y = result(x) where x > 0, else result(α·x), with one α of role `param` per element. */
import { fractionBits } from '../../fixed/index.ts';
import { castResult, inferredOr, type LoweringContext, uniformFormat } from '../lowering.ts';
import { quantizeParameter } from '../parameters.ts';
import type { WireVector } from '../wire-vector.ts';
import { elementFactor, type ElementParameter } from './element-parameters.ts';

export function lowerPrelu(context: LoweringContext): WireVector {
  const { builder } = context;
  const [slope] = preluParameters(context).map((parameter) => elementFactor(context, parameter));
  const zero = builder.constant(0n, 0);
  const wires = context.inputs[0]!.wires.map((wire, k) => {
    const leaked = slope!.times(wire, k);
    return builder.select(builder.compare('lt', zero, wire), wire, leaked);
  });
  return castResult(context, wires);
}

/** The slopes. */
export function preluParameters(context: LoweringContext): readonly ElementParameter[] {
  const format = inferredOr(context, 'param', () => uniformFormat(context, context.inputs[0]!));
  const codes = quantizeParameter(context.layer, 'alpha', format, context.profile);
  return [{ role: 'alpha', codes, fraction: fractionBits(format) }];
}
