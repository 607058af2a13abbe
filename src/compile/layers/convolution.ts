/**
 * Convolution, one and two spatial axes: the windows of the input become rows of the dense recipe (im2col in the order
 * row, column, channel), one per output position; cells in the padding are 0 in the input's type.
 *
 * A depthwise convolution has such rows for every channel, of its own cells only; products and partial sums are in the
 * accumulator's type as in a convolution (hls4ml's nnet_depthwise_product.h, which has a multiplier of 1).
 */
import type { Wire } from '../../circuit/index.ts';
import { slidingWindows, type WindowGeometry } from '../../network/index.ts';
import type { LoweringContext } from '../lowering.ts';
import type { WireVector } from '../wire-vector.ts';
import { weightedGroups, weightedRows } from './weighted-rows.ts';

export function lowerConvolution(context: LoweringContext): WireVector {
  const cells = windowCells(context);
  return weightedRows(
    context,
    cells.map((window) => window.flat()),
  );
}

export function lowerDepthwiseConvolution(context: LoweringContext): WireVector {
  const cells = windowCells(context);
  const channels = context.layer.inputShapes[0]!.at(-1)!;
  const groups = Array.from({ length: channels }, (_, channel) =>
    cells.map((window) => window.map((cell) => cell[channel]!)),
  );
  return weightedGroups(context, groups);
}

/** The channels of every cell of every window. */
function windowCells({ builder, layer, inputs }: LoweringContext): readonly (readonly (readonly Wire[])[])[] {
  const { wires } = inputs[0]!;
  const shape = layer.inputShapes[0]!;
  const channels = shape.at(-1)!;
  const zeros = Array.from({ length: channels }, () => builder.constant(0n, 0));
  const { cells } = slidingWindows(shape.slice(0, -1), layer.attributes as unknown as WindowGeometry);
  return cells.map((window) =>
    window.map((cell) => (cell < 0 ? zeros : wires.slice(cell * channels, (cell + 1) * channels))),
  );
}
