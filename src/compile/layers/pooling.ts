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
import type { CircuitBuilder, Constant, Wire } from '../../circuit/index.ts';
import { type FixedFormat, fractionBits } from '../../fixed/index.ts';
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

/** How a layer pools one window of one channel. */
export interface PoolRule {
  readonly average: boolean;
  /** Whether a mean divides by the size of the window, cells in the padding included. */
  readonly countPadding: boolean;
  /** What a maximum sees in the padding; undefined where it sees nothing. */
  readonly padding: Constant | undefined;
  /** hls4ml's accumulator; undefined in the exact profile. */
  readonly accumulator: FixedFormat | undefined;
  /** One cell more: the running sum or the running maximum. */
  readonly combine: (running: Wire, cell: Wire) => Wire;
  /** The maximum or, from the sum of `count` cells, the mean. */
  readonly finish: (running: Wire, count: number) => Wire;
  readonly cast: (pooled: readonly Wire[]) => WireVector;
}

/** One result of a pooling. */
export interface PoolWindow {
  /** Wires of the cells inside the input. */
  readonly inside: readonly Wire[];
  /** Number of all cells. */
  readonly size: number;
}

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
  const { wires } = context.inputs[0]!;
  const channels = context.layer.inputShapes[0]!.at(-1)!;
  const rule = poolRule(context, windows[0]!.length);
  const pooled = windows.flatMap((window) => {
    const cells = window.filter((cell) => cell >= 0);
    return Array.from({ length: channels }, (_, channel) =>
      poolWindow(context.builder, rule, {
        inside: cells.map((cell) => wires[cell * channels + channel]!),
        size: window.length,
      }),
    );
  });
  return rule.cast(pooled);
}

/** Pool one window: its maximum, or its mean over the cells that count. */
export function poolWindow(builder: CircuitBuilder, rule: PoolRule, { inside, size }: PoolWindow): Wire {
  const { padding } = rule;
  const isPadded = padding !== undefined && inside.length < size;
  const cells = isPadded ? [...inside, builder.constant(padding.raw, padding.fraction)] : inside;
  return rule.finish(poolCells(builder, rule, cells), rule.countPadding ? size : inside.length);
}

/** The maximum or sum of some cells, as the layer accumulates it. */
export function poolCells(builder: CircuitBuilder, rule: PoolRule, cells: readonly Wire[]): Wire {
  const { accumulator, average, combine } = rule;
  if (!average || accumulator === undefined) return cells.reduce(combine);
  return cells.reduce(combine, builder.constant(0n, fractionBits(accumulator)));
}

/** How a pooling layer with windows of `size` cells pools; the context's first input tells its formats. */
export function poolRule(context: LoweringContext, size: number): PoolRule {
  const { builder, layer, profile } = context;
  const average = layer.attributes['operation'] === 'average';
  const countPadding = layer.attributes['countPadding'] === true;
  if (profile === 'exact') {
    const format = resultFormat(context);
    const fraction = format === undefined ? -Infinity : fractionBits(format);
    return {
      average,
      countPadding,
      padding: undefined,
      accumulator: undefined,
      combine: average ? (sum, cell) => builder.add(sum, cell) : (most, cell) => larger(builder, most, cell),
      finish: (running, count) => (average ? exactQuotient(builder, running, count, fraction) : running),
      cast: (pooled) => castResult(context, pooled),
    };
  }
  const input = uniformFormat(context, context.inputs[0]!);
  // Global poolings have no inference of their own: their `auto` is the default precision.
  const infers = layer.kind !== 'globalPooling';
  const accumulator = infers
    ? inferredOr(context, 'accum', () => (average ? averageFormat(input, size) : input))
    : context.precision.format('accum');
  const half = 1n << BigInt(input.width - 1);
  return {
    average,
    countPadding,
    padding: average ? undefined : { raw: input.signed ? -half : half, fraction: fractionBits(input) },
    accumulator,
    combine: average
      ? (sum, cell) => builder.cast(builder.add(sum, cell), accumulator)
      : (most, cell) => larger(builder, most, cell),
    finish: (running, count) =>
      average ? divideTowardZero(builder, running, count, accumulator) : builder.cast(running, accumulator),
    cast: (pooled) => (infers ? castInferred(context, pooled, () => input) : castResult(context, pooled)),
  };
}

function larger(builder: CircuitBuilder, a: Wire, b: Wire): Wire {
  return builder.select(builder.compare('lt', a, b), b, a);
}
