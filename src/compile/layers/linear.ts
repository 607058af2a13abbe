/** The identity, kept as a layer for the cast to its result format. */
import { castResult, type LoweringContext } from '../lowering.ts';
import type { WireVector } from '../wire-vector.ts';

export function lowerLinear(context: LoweringContext): WireVector {
  return castResult(context, context.inputs[0]!.wires);
}
