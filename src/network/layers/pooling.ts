/**
 * Pooling: the maximum or the mean of every window of a channels-last input, channel by channel.
 *
 * Cells in the padding take no part in a maximum. A mean divides by the number of cells inside the input, or by the
 * size of the window where `countPadding` says so (then padding counts as 0).
 */
import * as ag from '../../autograd/index.ts';
import { checkNames, readBoolean, readChoice, readIntegers } from './attribute-reader.ts';
import { fittingWindows, imageShape } from './convolution.ts';
import type { LayerDefinition } from './definition.ts';
import { windowPlacement } from './sliding-windows.ts';

/** What a pooling computes. */
export type PoolingOperation = 'maximum' | 'average';

/** Attributes of a pooling; lists have one entry per spatial axis, and one number stands for all axes. */
export interface PoolingAttributes {
  readonly operation: PoolingOperation;
  /** Cells of the window along each axis. */
  readonly size: readonly number[];
  /** @defaultValue the size, so that windows do not overlap */
  readonly strides: readonly number[];
  /** @defaultValue 'valid' */
  readonly padding: 'valid' | 'same';
  /** Whether a mean counts cells in the padding. @defaultValue false */
  readonly countPadding: boolean;
}

/** The operations of poolings. */
export const poolingOperations = ['maximum', 'average'] as const;

const names = ['operation', 'size', 'strides', 'padding', 'countPadding'];

/** Complete a pooling kind of a number of spatial axes. */
export const pooling = <K extends 'pooling1d' | 'pooling2d'>(
  kind: K,
  rank: number,
  examples: readonly PoolingAttributes[],
  exampleInput: readonly number[],
): LayerDefinition<K, PoolingAttributes> => ({
  kind,
  defaults: { padding: 'valid', countPadding: false },
  attributes: (raw, layer) => {
    checkNames(raw, layer, kind, names);
    const size = readIntegers(raw, layer, 'size', rank);
    return {
      operation: readChoice(raw, layer, 'operation', poolingOperations),
      size,
      strides: raw['strides'] === undefined ? size : readIntegers(raw, layer, 'strides', rank),
      padding: readChoice(raw, layer, 'padding', ['valid', 'same'], 'valid'),
      countPadding: readBoolean(raw, layer, 'countPadding', false),
    };
  },
  outputShape: (attributes, inputs, layer) => {
    const shape = imageShape(inputs, layer, rank);
    return [...fittingWindows(shape.slice(0, -1), attributes, layer).shape, shape.at(-1)!];
  },
  parameters: () => [],
  forward: ({ operation, countPadding, ...geometry }, inputs) => {
    const { size, strides } = geometry;
    const { pads } = windowPlacement(inputs[0]!.value.shape.slice(1, -1), geometry);
    return operation === 'maximum'
      ? ag.maxPool(inputs[0]!, { size, strides, pads })
      : ag.averagePool(inputs[0]!, { size, strides, pads, countPadding });
  },
  multiplyAccumulates: () => 0,
  gradient: 'exact',
  examples,
  exampleInputs: [exampleInput],
});
