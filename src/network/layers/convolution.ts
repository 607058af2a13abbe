/**
 * Convolution over the spatial axes of a channels-last input, [length, channels] or [height, width, channels]:
 * y[p, f] = Σ over cells t and channels c of x[window p, cell t, c] · W[t, c, f] + b[f], windows as in
 * `sliding-windows.ts` and cells outside the input 0.
 *
 * The sum runs over cells in row-major order, then over channels; zeros of the padding take part.
 */
import * as ag from '../../autograd/index.ts';
import { ShapeError } from '../../errors.ts';
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
import { windowPlacement, type WindowGeometry, type WindowPadding, type WindowPlacement } from './sliding-windows.ts';

/** How the windows of a convolution lie; lists have one entry per spatial axis, and one number stands for all axes. */
export interface ConvolutionGeometry {
  /** Cells of the kernel along each axis. */
  readonly size: readonly number[];
  /** @defaultValue 1 along every axis */
  readonly strides: readonly number[];
  /** Distance between neighbouring cells. @defaultValue 1 along every axis */
  readonly dilation: readonly number[];
  /** `causal` for one spatial axis only. @defaultValue 'valid' */
  readonly padding: WindowPadding;
}

/** Attributes of a convolution. */
export interface ConvolutionAttributes extends ConvolutionGeometry {
  /** Number of output channels, an integer of at least 1. */
  readonly filters: number;
  /** Whether a bias is added. @defaultValue true */
  readonly useBias: boolean;
}

/** Names of the attributes that `readGeometry` reads. */
export const geometryNames: readonly string[] = ['size', 'strides', 'dilation', 'padding'];

/** The geometry that a convolution gets where its description leaves it out. */
export const geometryDefaults = (rank: number): Omit<ConvolutionGeometry, 'size'> => ({
  strides: new Array<number>(rank).fill(1),
  dilation: new Array<number>(rank).fill(1),
  padding: 'valid',
});

/**
 * Read the geometry of a convolution with a number of spatial axes.
 *
 * @throws ValueError naming the attribute that is out of range
 */
export const readGeometry = (
  raw: Readonly<Record<string, unknown>>,
  layer: string,
  rank: number,
): ConvolutionGeometry => ({
  size: readIntegers(raw, layer, 'size', rank),
  strides: readIntegers(raw, layer, 'strides', rank, 1),
  dilation: readIntegers(raw, layer, 'dilation', rank, 1),
  padding: readChoice(raw, layer, 'padding', rank === 1 ? ['valid', 'same', 'causal'] : ['valid', 'same'], 'valid'),
});

/** Complete a convolution kind of a number of spatial axes. */
export const convolution = <K extends 'conv1d' | 'conv2d'>(
  kind: K,
  rank: number,
  examples: readonly ConvolutionAttributes[],
  exampleInput: readonly number[],
): LayerDefinition<K, ConvolutionAttributes> => ({
  kind,
  defaults: { ...geometryDefaults(rank), useBias: true },
  attributes: (raw, layer) => {
    checkNames(raw, layer, kind, ['filters', ...geometryNames, 'useBias']);
    return {
      filters: readNumber(raw, layer, 'filters', positiveInteger),
      ...readGeometry(raw, layer, rank),
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
    const { strides, dilation } = attributes;
    const { pads } = windowPlacement(inputs[0]!.value.shape.slice(1, -1), attributes);
    const product = ag.convolve(inputs[0]!, context.parameter('kernel'), { strides, dilation, pads });
    return attributes.useBias ? ag.add(product, context.parameter('bias')) : product;
  },
  multiplyAccumulates: (attributes, inputs) => {
    const { shape } = windowPlacement(inputs[0]!.slice(0, -1), attributes);
    return [...shape, ...attributes.size, inputs[0]!.at(-1)!, attributes.filters].reduce((a, b) => a * b, 1);
  },
  gradient: 'exact',
  examples,
  exampleInputs: [exampleInput],
});

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
 * Place the windows, of which there must be at least one.
 *
 * @throws ShapeError when the window is longer than the input
 */
export const fittingWindows = (
  spatial: readonly number[],
  geometry: WindowGeometry,
  layer: string,
): WindowPlacement => {
  const placement = windowPlacement(spatial, geometry);
  if (placement.shape.every((count) => count > 0)) return placement;
  throw new ShapeError(
    `Layer "${layer}" moves a window of [${geometry.size.join(', ')}] over [${spatial.join(', ')}]; it must fit along every axis.`,
  );
};
