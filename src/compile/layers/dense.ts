/** Dense layer, y = x·W + b over the last axis: every position of the other axes is one row of the recipe. */
import { ShapeError } from '../../errors.ts';
import type { LoweringContext } from '../lowering.ts';
import type { WireVector } from '../wire-vector.ts';
import { weightedRows } from './weighted-rows.ts';

export function lowerDense(context: LoweringContext): WireVector {
  const { layer } = context;
  const { wires } = context.inputs[0]!;
  const features = layer.inputShapes[0]!.at(-1)!;
  const weights = layer.parameters['kernel']!.length;
  if (weights % features !== 0) {
    throw new ShapeError(
      `Layer "${layer.name}" has ${weights} weights, which does not divide among its ${features} inputs.`,
    );
  }
  const rows = Array.from({ length: wires.length / features }, (_, row) =>
    wires.slice(row * features, (row + 1) * features),
  );
  return weightedRows(context, rows);
}
