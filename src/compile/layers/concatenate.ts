/** Concatenate: the elements of all inputs in the row-major order of the joined shape, cast to the result. */
import { concatenateFormat } from '../inferred-format.ts';
import { castInferred, type LoweringContext, uniformFormat } from '../lowering.ts';
import type { WireVector } from '../wire-vector.ts';

export function lowerConcatenate(context: LoweringContext): WireVector {
  const { inputs, layer } = context;
  const axis = layer.attributes['axis'] as number;
  const shape = layer.inputShapes[0]!;
  const outer = shape.slice(0, axis < 0 ? axis + shape.length : axis).reduce((a, b) => a * b, 1);
  const wires = Array.from({ length: outer }, (_, row) =>
    inputs.flatMap((input) => {
      const run = input.wires.length / outer;
      return input.wires.slice(row * run, (row + 1) * run);
    }),
  ).flat();
  return castInferred(context, wires, () =>
    inputs.map((input) => uniformFormat(context, input)).reduce(concatenateFormat),
  );
}
