/**
 * Depthwise convolution over two spatial axes, input [height, width, channels], kernel [rows, columns, channels,
 * depthMultiplier].
 */
import type { LayerDefinition } from './definition.ts';
import { depthwiseConvolution, type DepthwiseConvolutionAttributes } from './depthwise-convolution.ts';

/** Describe the depthwiseConv2d kind. */
export const depthwiseConv2d: LayerDefinition<'depthwiseConv2d', DepthwiseConvolutionAttributes> = depthwiseConvolution(
  'depthwiseConv2d',
  2,
  [
    { size: [2, 3], strides: [1, 1], dilation: [1, 1], padding: 'valid', depthMultiplier: 1, useBias: true },
    { size: [3, 2], strides: [2, 1], dilation: [1, 2], padding: 'same', depthMultiplier: 2, useBias: false },
  ],
  [3, 4, 2],
);
