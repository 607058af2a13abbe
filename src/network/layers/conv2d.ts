/** Convolution over two spatial axes, input [height, width, channels], kernel [rows, columns, channels, filters]. */
import { convolution, type ConvolutionAttributes } from './convolution.ts';
import type { LayerDefinition } from './definition.ts';

/** Describe the conv2d kind. */
export const conv2d: LayerDefinition<'conv2d', ConvolutionAttributes> = convolution(
  'conv2d',
  2,
  [
    { filters: 2, size: [2, 3], strides: [1, 1], dilation: [1, 1], padding: 'valid', useBias: true },
    { filters: 1, size: [3, 2], strides: [2, 1], dilation: [1, 2], padding: 'same', useBias: false },
  ],
  [3, 4, 2],
);
