/** Pooling over two spatial axes, input [height, width, channels]. */
import type { LayerDefinition } from './definition.ts';
import { pooling, type PoolingAttributes } from './pooling.ts';

/** Describe the pooling2d kind. */
export const pooling2d: LayerDefinition<'pooling2d', PoolingAttributes> = pooling(
  'pooling2d',
  2,
  [
    { operation: 'maximum', size: [2, 3], strides: [1, 2], padding: 'same', countPadding: false },
    { operation: 'average', size: [3, 3], strides: [2, 2], padding: 'same', countPadding: false },
  ],
  [3, 4, 2],
);
