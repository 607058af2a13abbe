/**
 * Pooling over windows and over everything: the maximum or mean of each window, channel by channel.
 *
 * hls4ml (nnet_pooling.h): the running maximum is kept in the input type, then accum, then result. Padding is the raw
 * pattern 100…0, the lowest value of a signed type but half the range of an unsigned one. The mean is
 * y = accum(y + x) over the window in order from 0, then y = accum(y / n), truncated toward zero to accum's fraction
 * bits; n counts cells inside the input, or all with `countPadding`.
 *
 * The exact profile ignores padding in a maximum and divides the exact sum by n with one rounding, at the result.
 */
import type { CircuitBuilder, Wire } from '../../circuit/index.ts';
import { fractionBits } from '../../fixed/index.ts';
import { slidingWindows, type WindowGeometry } from '../../network/index.ts';
import { divideTowardZero, exactQuotient } from '../division.ts';
import { averageFormat } from '../inferred-format.ts';
import {
  castInferred,
  castResult,
  inferredOr,
  type LoweringContext,
  resultFormat,
  uniformFormat,
} from '../lowering.ts';
import type { WireVector } from '../wire-vector.ts';

export function lowerPooling(context: LoweringContext): WireVector {
  const { layer } = context;
  const { cells } = slidingWindows(layer.inputShapes[0]!.slice(0, -1), layer.attributes as unknown as WindowGeometry);
  return pool(context, cells);
}

export function lowerGlobalPooling(context: LoweringContext): WireVector {
  const positions = context.layer.inputShapes[0]!.slice(0, -1).reduce((a, b) => a * b, 1);
  return pool(context, [Array.from({ length: positions }, (_, position) => position)]);
}

function pool(context: LoweringContext, windows: readonly (readonly number[])[]): WireVector {
  const { builder, layer, profile } = context;
  const { wires } = context.inputs[0]!;
  const channels = layer.inputShapes[0]!.at(-1)!;
  const average = layer.attributes['operation'] === 'average';
  const countPadding = layer.attributes['countPadding'] === true;
  const taken = windows.flatMap((window) =>
    Array.from({ length: channels }, (_, channel) => {
      const inside = window.filter((cell) => cell >= 0).map((cell) => wires[cell * channels + channel]!);
      return { inside, padded: inside.length < window.length, count: countPadding ? window.length : inside.length };
    }),
  );
  if (profile === 'exact') {
    const format = resultFormat(context);
    const fraction = format === undefined ? -Infinity : fractionBits(format);
    const sum = (wires: readonly Wire[]): Wire => wires.reduce((a, b) => builder.add(a, b));
    const pooled = taken.map(({ inside, count }) =>
      average ? exactQuotient(builder, sum(inside), count, fraction) : inside.reduce((a, b) => larger(builder, a, b)),
    );
    return castResult(context, pooled);
  }

  const input = uniformFormat(context, context.inputs[0]!);
  // Global poolings have no inference of their own: their `auto` is the default precision.
  const infers = layer.kind !== 'globalPooling';
  const accumulator = infers
    ? inferredOr(context, 'accum', () => (average ? averageFormat(input, windows[0]!.length) : input))
    : context.precision.format('accum');
  const padding = builder.constant(
    input.signed ? -(1n << BigInt(input.width - 1)) : 1n << BigInt(input.width - 1),
    fractionBits(input),
  );
  const pooled = taken.map(({ inside, padded, count }) => {
    if (!average) {
      const maximum = (padded ? [...inside, padding] : inside).reduce((a, b) => larger(builder, a, b));
      return builder.cast(maximum, accumulator);
    }
    const zero = builder.constant(0n, fractionBits(accumulator));
    const sum = inside.reduce((acc, wire) => builder.cast(builder.add(acc, wire), accumulator), zero);
    return divideTowardZero(builder, sum, count, accumulator);
  });
  return infers ? castInferred(context, pooled, () => input) : castResult(context, pooled);
}

function larger(builder: CircuitBuilder, a: Wire, b: Wire): Wire {
  return builder.select(builder.compare('lt', a, b), b, a);
}
