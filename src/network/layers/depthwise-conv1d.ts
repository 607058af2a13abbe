/** Depthwise convolution over one spatial axis, input [length, channels], kernel [size, channels, depthMultiplier]. */
import type { LayerDefinition } from './definition.ts';
import { depthwiseConvolution, type DepthwiseConvolutionAttributes } from './depthwise-convolution.ts';

/** Describe the depthwiseConv1d kind. */
export const depthwiseConv1d: LayerDefinition<'depthwiseConv1d', DepthwiseConvolutionAttributes> = depthwiseConvolution(
  'depthwiseConv1d',
  1,
  [
    { size: [3], strides: [1], dilation: [1], padding: 'valid', depthMultiplier: 1, useBias: true },
    { size: [2], strides: [2], dilation: [1], padding: 'same', depthMultiplier: 2, useBias: false },
    { size: [2], strides: [1], dilation: [2], padding: 'causal', depthMultiplier: 1, useBias: true },
  ],
  [5, 2],
);
