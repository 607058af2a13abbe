/**
 * The gradient of rounding to a grid, as if it were not rounded: a straight-through estimator (Bengio, Léonard &
 * Courville 2013).
 */
import * as t from '../../tensor/index.ts';
import type { FixedGrid } from '../../tensor/index.ts';
import type { RuleTable } from './rule.ts';

/** Where the gradient passes: only for values inside the range, or everywhere. */
export type StraightThrough = 'clipped' | 'identity';

/** Attributes by primitive. */
export interface QuantizeAttributes {
  quantize: { readonly grid: FixedGrid; readonly estimator: StraightThrough };
}

export const quantizeRules: RuleTable<QuantizeAttributes> = {
  // A wrapped value still has slope 1.
  quantize: (g, { inputs, attributes: { grid, estimator } }) => [
    estimator === 'identity' || grid.overflow === 'AP_WRAP' ? g : t.multiply(g, t.insideGrid(inputs[0]!, grid)),
  ],
};
