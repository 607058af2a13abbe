/**
 * Depthwise convolution of a channels-last input: every channel by itself, with `depthMultiplier` filters each.
 *
 * y[p, c·m + k] = Σ over cells t of x[window p, cell t, c] · W[t, c, k] + b[c·m + k] with m the multiplier, windows as in
 * `sliding-windows.ts` and cells outside the input 0. The sum runs over cells in row-major order.
 */
import * as ag from '../../autograd/index.ts';
import { checkNames, positiveInteger, readBoolean, readNumber } from './attribute-reader.ts';
import {
  fittingWindows,
  geometryDefaults,
  geometryNames,
  imageShape,
  readGeometry,
  type ConvolutionGeometry,
} from './convolution.ts';
import type { LayerDefinition } from './definition.ts';
import { windowPlacement } from './sliding-windows.ts';

/** Attributes of a depthwise convolution. */
export interface DepthwiseConvolutionAttributes extends ConvolutionGeometry {
  /** Filters per channel, an integer of at least 1. @defaultValue 1 */
  readonly depthMultiplier: number;
  /** Whether a bias is added. @defaultValue true */
  readonly useBias: boolean;
}

/** Complete a depthwise kind of a number of spatial axes. */
export const depthwiseConvolution = <K extends 'depthwiseConv1d' | 'depthwiseConv2d'>(
  kind: K,
  rank: number,
  examples: readonly DepthwiseConvolutionAttributes[],
  exampleInput: readonly number[],
): LayerDefinition<K, DepthwiseConvolutionAttributes> => ({
  kind,
  defaults: { ...geometryDefaults(rank), depthMultiplier: 1, useBias: true },
  attributes: (raw, layer) => {
    checkNames(raw, layer, kind, [...geometryNames, 'depthMultiplier', 'useBias']);
    return {
      ...readGeometry(raw, layer, rank),
      depthMultiplier: readNumber(raw, layer, 'depthMultiplier', positiveInteger, 1),
      useBias: readBoolean(raw, layer, 'useBias', true),
    };
  },
  outputShape: (attributes, inputs, layer) => {
    const shape = imageShape(inputs, layer, rank);
    const { shape: windows } = fittingWindows(shape.slice(0, -1), attributes, layer);
    return [...windows, shape.at(-1)! * attributes.depthMultiplier];
  },
  parameters: ({ size, depthMultiplier, useBias }, inputs) => {
    const channels = inputs[0]!.at(-1)!;
    const kernel = [...size, channels, depthMultiplier];
    const bias = [channels * depthMultiplier];
    return [
      { role: 'kernel', shape: kernel, initializer: 'glorotUniform', trainable: true },
      ...(useBias ? [{ role: 'bias', shape: bias, initializer: 'zeros', trainable: true } as const] : []),
    ];
  },
  forward: (attributes, inputs, context) => {
    const { size, strides, dilation, depthMultiplier } = attributes;
    const { shape } = inputs[0]!.value;
    const channels = shape.at(-1)!;
    const { pads } = windowPlacement(shape.slice(1, -1), attributes);
    // Groups of one channel each, whose filters follow each other.
    const kernel = ag.reshape(context.parameter('kernel'), [...size, 1, channels * depthMultiplier]);
    const product = ag.convolve(inputs[0]!, kernel, { strides, dilation, pads, groups: channels });
    return attributes.useBias ? ag.add(product, context.parameter('bias')) : product;
  },
  multiplyAccumulates: (attributes, inputs) => {
    const { shape } = windowPlacement(inputs[0]!.slice(0, -1), attributes);
    return [...shape, ...attributes.size, inputs[0]!.at(-1)!, attributes.depthMultiplier].reduce((a, b) => a * b, 1);
  },
  gradient: 'exact',
  examples,
  exampleInputs: [exampleInput],
});
