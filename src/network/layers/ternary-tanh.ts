/**
 * Ternary tanh: 1 where x > 0.5, −1 where x ≤ −0.5, 0 between; the edges fall as in hls4ml's `ternary_tanh`.
 *
 * Its derivative is zero almost everywhere, so backward is the straight-through estimator.
 */
import { greater, lessEqual, subtract } from '../../tensor/index.ts';
import { checkNames } from './attribute-reader.ts';
import type { LayerDefinition } from './definition.ts';
import { elementwise } from './elementwise.ts';
import { straightThrough } from './straight-through.ts';

/** A ternary tanh has no attributes. */
export type TernaryTanhAttributes = Readonly<Record<never, never>>;

/** Describe the ternary tanh kind: x > ½ ? 1 : x ≤ −½ ? −1 : 0. */
export const ternaryTanh: LayerDefinition<'ternaryTanh', TernaryTanhAttributes> = elementwise({
  kind: 'ternaryTanh',
  defaults: {},
  attributes: (raw, layer) => {
    checkNames(raw, layer, 'ternaryTanh', []);
    return {};
  },
  apply: (x) => straightThrough(x, subtract(greater(x.value, 0.5), lessEqual(x.value, -0.5))),
  gradient: 'surrogate',
  examples: [{}],
});
