/** Gradients of pooling. */
import * as t from '../../tensor/index.ts';
import type { AveragePoolOptions, PoolOptions } from '../../tensor/index.ts';
import type { RuleTable } from './rule.ts';

/** Attributes by primitive. */
export interface PoolingAttributes {
  maxPool: PoolOptions;
  averagePool: AveragePoolOptions;
}

export const poolingRules: RuleTable<PoolingAttributes> = {
  // To the first maximum of each window.
  maxPool: (g, { inputs, output, attributes }) => [t.maxPoolGradient(g, inputs[0]!, output, attributes)],
  averagePool: (g, { inputs, attributes }) => [t.averagePoolGradient(g, attributes, inputs[0]!.shape)],
};
