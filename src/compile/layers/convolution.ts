/**
 * Convolution, one and two spatial axes: the windows of the input become rows of the dense recipe (im2col in the order
 * row, column, channel), one per output position; cells in the padding are 0 in the input's type.
 */
import { slidingWindows, type WindowGeometry } from '../../network/index.ts';
import type { LoweringContext } from '../lowering.ts';
import type { WireVector } from '../wire-vector.ts';
import { weightedRows } from './weighted-rows.ts';

export function lowerConvolution(context: LoweringContext): WireVector {
  const { builder, layer } = context;
  const { wires } = context.inputs[0]!;
  const shape = layer.inputShapes[0]!;
  const channels = shape.at(-1)!;
  const zeros = Array.from({ length: channels }, () => builder.constant(0n, 0));
  const { cells } = slidingWindows(shape.slice(0, -1), layer.attributes as unknown as WindowGeometry);
  const rows = cells.map((window) =>
    window.flatMap((cell) => (cell < 0 ? zeros : wires.slice(cell * channels, (cell + 1) * channels))),
  );
  return weightedRows(context, rows);
}
