/** Sigmoid and tanh: a look-up table per element, built as the profile says (see `tables.ts`). */
import { castResult, type LoweringContext, resultFormat } from '../lowering.ts';
import { fixed } from '../../fixed/index.ts';
import { exactTableLookup, hls4mlTableLookup, type TableFunction } from '../tables.ts';
import type { WireVector } from '../wire-vector.ts';

/** Lower a layer whose kind is the name of its function. */
export function lowerTableActivation(context: LoweringContext): WireVector {
  const { builder, layer, precision, profile, tableSize } = context;
  const name = layer.kind as TableFunction;
  const wires = context.inputs[0]!.wires.map((wire) => {
    if (profile === 'exact') {
      return exactTableLookup(builder, wire, name, resultFormat(context) ?? precision.fallback);
    }
    const asked = precision.role('table');
    const tableFormat = asked === undefined || asked === 'auto' ? fixed(18, 8) : asked;
    return hls4mlTableLookup(builder, wire, name, tableSize, tableFormat);
  });
  return castResult(context, wires);
}
