/**
 * Softmax over the last axis: every position of the other axes is one row, computed as the profile and, in the hls4ml
 * profile, the implementation say. `argmax` stands for 1 at the first maximum and 0 elsewhere in both profiles.
 */
import type { Wire } from '../../circuit/index.ts';
import { castResult, type LoweringContext, resultFormat } from '../lowering.ts';
import type { WireVector } from '../wire-vector.ts';
import { exactSoftmaxRow } from './softmax-exact.ts';
import { latencySoftmaxRow, legacySoftmaxRow, stableSoftmaxRow } from './softmax-hls4ml.ts';
import { maximumOf } from './tree-reduce.ts';

const implementations = {
  stable: stableSoftmaxRow,
  latency: latencySoftmaxRow,
  legacy: legacySoftmaxRow,
  argmax: argmaxRow,
} as const;

export function lowerSoftmax(context: LoweringContext): WireVector {
  const { layer, precision, profile, softmax } = context;
  const { wires } = context.inputs[0]!;
  const implementation = softmax.implementation ?? 'stable';
  const length = layer.inputShapes[0]!.at(-1)!;
  const rows = Array.from({ length: wires.length / length }, (_, row) => wires.slice(row * length, (row + 1) * length));
  if (profile === 'exact' && implementation !== 'argmax') {
    const format = resultFormat(context) ?? precision.fallback;
    return { wires: rows.flatMap((row) => exactSoftmaxRow(context, row, format)), formats: wires.map(() => format) };
  }
  return castResult(
    context,
    rows.flatMap((row) => implementations[implementation](context, row)),
  );
}

function argmaxRow({ builder }: LoweringContext, wires: readonly Wire[]): Wire[] {
  const maximum = maximumOf(builder, wires);
  const zero = builder.constant(0n, 0);
  let found = zero;
  return wires.map((wire) => {
    const isMaximum = builder.compare('eq', wire, maximum);
    const first = builder.select(found, zero, isMaximum);
    found = builder.bitwise('or', found, isMaximum);
    return first;
  });
}
