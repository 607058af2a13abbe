/**
 * Convolution over the spatial axes of a channels-last input, [length, channels] or [height, width, channels]:
 * y[p, f] = Σ over cells t and channels c of x[window p, cell t, c] · W[t, c, f] + b[f], windows as in
 * `sliding-windows.ts` and cells outside the input 0.
 *
 * It is computed as im2col: the windows are gathered into rows and multiplied by the kernel as a matrix, from
 * differentiable operations that exist. Memory grows by the size of the kernel.
 */
import * as ag from '../../autograd/index.ts';
import { ShapeError } from '../../errors.ts';
import { tensor } from '../../tensor/index.ts';
import {
  checkNames,
  onlyShape,
  positiveInteger,
  readBoolean,
  readChoice,
  readIntegers,
  readNumber,
} from './attribute-reader.ts';
import type { LayerDefinition } from './definition.ts';
import { type SlidingWindows, slidingWindows } from './sliding-windows.ts';

/** Attributes of a convolution; lists have one entry per spatial axis, and one number stands for all axes. */
export interface ConvolutionAttributes {
  /** Number of output channels, an integer of at least 1. */
  readonly filters: number;
  /** Cells of the kernel along each axis. */
  readonly size: readonly number[];
  /** @defaultValue 1 along every axis */
  readonly strides: readonly number[];
  /** Distance between neighbouring cells. @defaultValue 1 along every axis */
  readonly dilation: readonly number[];
  /** @defaultValue 'valid' */
  readonly padding: 'valid' | 'same';
  /** Whether a bias is added. @defaultValue true */
  readonly useBias: boolean;
}

const names = ['filters', 'size', 'strides', 'dilation', 'padding', 'useBias'];

/** Complete a convolution kind of a number of spatial axes. */
export const convolution = <K extends 'conv1d' | 'conv2d'>(
  kind: K,
  rank: number,
  examples: readonly ConvolutionAttributes[],
  exampleInput: readonly number[],
): LayerDefinition<K, ConvolutionAttributes> => ({
  kind,
  defaults: {
    strides: new Array<number>(rank).fill(1),
    dilation: new Array<number>(rank).fill(1),
    padding: 'valid',
    useBias: true,
  },
  attributes: (raw, layer) => {
    checkNames(raw, layer, kind, names);
    return {
      filters: readNumber(raw, layer, 'filters', positiveInteger),
      size: readIntegers(raw, layer, 'size', rank),
      strides: readIntegers(raw, layer, 'strides', rank, 1),
      dilation: readIntegers(raw, layer, 'dilation', rank, 1),
      padding: readChoice(raw, layer, 'padding', ['valid', 'same'], 'valid'),
      useBias: readBoolean(raw, layer, 'useBias', true),
    };
  },
  outputShape: (attributes, inputs, layer) => {
    const shape = imageShape(inputs, layer, rank);
    return [...fittingWindows(shape.slice(0, -1), attributes, layer).shape, attributes.filters];
  },
  parameters: ({ filters, size, useBias }, inputs) => [
    { role: 'kernel', shape: [...size, inputs[0]!.at(-1)!, filters], initializer: 'glorotUniform', trainable: true },
    ...(useBias ? [{ role: 'bias', shape: [filters], initializer: 'zeros', trainable: true } as const] : []),
  ],
  forward: (attributes, inputs, context) => {
    const [batch, ...sample] = inputs[0]!.value.shape as [number, ...number[]];
    const spatial = sample.slice(0, -1);
    const channels = sample.at(-1)!;
    const { shape, cells } = slidingWindows(spatial, attributes);
    const rows = ag.reshape(gatherCells(inputs[0]!, cells), [batch, cells.length, cells[0]!.length * channels]);
    const kernel = ag.reshape(context.parameter('kernel'), [cells[0]!.length * channels, attributes.filters]);
    const product = ag.reshape(ag.matmul(rows, kernel), [batch, ...shape, attributes.filters]);
    return attributes.useBias ? ag.add(product, context.parameter('bias')) : product;
  },
  multiplyAccumulates: (attributes, inputs) => {
    const { shape, cells } = slidingWindows(inputs[0]!.slice(0, -1), attributes);
    const kernel = (cells[0]?.length ?? 0) * inputs[0]!.at(-1)! * attributes.filters;
    return shape.reduce((a, b) => a * b, 1) * kernel;
  },
  gradient: 'exact',
  examples,
  exampleInputs: [exampleInput],
});

/**
 * Gather the cells of windows: [batch, …spatial, channels] to [batch, windows, cells, channels], 0 in the padding.
 */
export const gatherCells = (x: ag.Variable, cells: readonly (readonly number[])[]): ag.Variable => {
  const [batch, ...sample] = x.value.shape as [number, ...number[]];
  const channels = sample.at(-1)!;
  const positions = sample.slice(0, -1).reduce((a, b) => a * b, 1);
  const flat = ag.reshape(x, [batch, positions, channels]);
  const padded = cells.some((window) => window.includes(-1))
    ? ag.pad(flat, [
        [0, 0],
        [0, 1],
        [0, 0],
      ])
    : flat;
  const index = Int32Array.from(cells.flat(), (cell) => (cell < 0 ? positions : cell));
  const gathered = ag.indexSelect(padded, tensor(index, [index.length], 'i32'), 1);
  return ag.reshape(gathered, [batch, cells.length, cells[0]!.length, channels]);
};

/**
 * Take the shape of the only input, which must have `rank` spatial axes and channels.
 *
 * @throws ShapeError otherwise
 */
export const imageShape = (inputs: readonly (readonly number[])[], layer: string, rank: number): readonly number[] => {
  const shape = onlyShape(inputs, layer);
  if (shape.length === rank + 1) return shape;
  const axes = rank === 1 ? '[length, channels]' : '[height, width, channels]';
  throw new ShapeError(`The input of layer "${layer}" has shape [${shape.join(', ')}]; it must be ${axes}.`);
};

/**
 * List the windows, of which there must be at least one.
 *
 * @throws ShapeError when the window is longer than the input
 */
export const fittingWindows = (
  spatial: readonly number[],
  geometry: Parameters<typeof slidingWindows>[1],
  layer: string,
): SlidingWindows => {
  const windows = slidingWindows(spatial, geometry);
  if (windows.cells.length > 0) return windows;
  throw new ShapeError(
    `Layer "${layer}" moves a window of [${geometry.size.join(', ')}] over [${spatial.join(', ')}]; it must fit along every axis.`,
  );
};
