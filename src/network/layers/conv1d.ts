/** Convolution over one spatial axis, input [length, channels], kernel [size, channels, filters]. */
import { convolution, type ConvolutionAttributes } from './convolution.ts';
import type { LayerDefinition } from './definition.ts';

/** Describe the conv1d kind. */
export const conv1d: LayerDefinition<'conv1d', ConvolutionAttributes> = convolution(
  'conv1d',
  1,
  [
    { filters: 2, size: [3], strides: [1], dilation: [1], padding: 'valid', useBias: true },
    { filters: 3, size: [2], strides: [2], dilation: [1], padding: 'same', useBias: false },
    { filters: 1, size: [2], strides: [1], dilation: [2], padding: 'same', useBias: true },
    { filters: 2, size: [3], strides: [2], dilation: [1], padding: 'causal', useBias: false },
  ],
  [5, 2],
);
