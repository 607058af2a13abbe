/** Pooling over one spatial axis, input [length, channels]. */
import type { LayerDefinition } from './definition.ts';
import { pooling, type PoolingAttributes } from './pooling.ts';

/** Describe the pooling1d kind. */
export const pooling1d: LayerDefinition<'pooling1d', PoolingAttributes> = pooling(
  'pooling1d',
  1,
  [
    { operation: 'maximum', size: [2], strides: [2], padding: 'same', countPadding: false },
    { operation: 'average', size: [3], strides: [2], padding: 'valid', countPadding: false },
    { operation: 'average', size: [3], strides: [2], padding: 'same', countPadding: true },
  ],
  [5, 2],
);
