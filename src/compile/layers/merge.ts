/**
 * Merge: add, subtract and multiply exactly, one cast; average is (a + b)·½ exactly; maximum and minimum choose
 * (nnet_merge.h). hls4ml merges two inputs; the exact profile any number.
 */
import type { CircuitBuilder, Wire } from '../../circuit/index.ts';
import { UnsupportedError } from '../../errors.ts';
import { fractionBits } from '../../fixed/index.ts';
import { exactQuotient } from '../division.ts';
import { mergeFormat } from '../inferred-format.ts';
import { castInferred, type LoweringContext, resultFormat, uniformFormat } from '../lowering.ts';
import type { WireVector } from '../wire-vector.ts';

type Combine = (builder: CircuitBuilder, a: Wire, b: Wire) => Wire;

const combine: Readonly<Record<string, Combine>> = {
  add: (builder, a, b) => builder.add(a, b),
  average: (builder, a, b) => builder.add(a, b),
  subtract: (builder, a, b) => builder.subtract(a, b),
  multiply: (builder, a, b) => builder.multiply(a, b),
  maximum: (builder, a, b) => builder.select(builder.compare('lt', a, b), b, a),
  minimum: (builder, a, b) => builder.select(builder.compare('lt', b, a), b, a),
};

export function lowerMerge(context: LoweringContext): WireVector {
  const { builder, inputs, layer, profile } = context;
  const operation = layer.attributes['operation'] as string;
  if (profile === 'hls4ml' && inputs.length > 2) {
    throw new UnsupportedError(
      `Layer "${layer.name}" merges ${inputs.length} inputs; hls4ml merges 2, so use several layers or the exact profile.`,
    );
  }
  const format = resultFormat(context);
  const fraction = format === undefined ? -Infinity : fractionBits(format);
  const wires = inputs[0]!.wires.map((first, k) => {
    const merged = inputs
      .slice(1)
      .reduce((value, input) => combine[operation]!(builder, value, input.wires[k]!), first);
    return operation === 'average' ? exactQuotient(builder, merged, inputs.length, fraction) : merged;
  });
  return castInferred(context, wires, () =>
    mergeFormat(operation, uniformFormat(context, inputs[0]!), uniformFormat(context, inputs[1]!)),
  );
}
