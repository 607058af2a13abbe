/** Hyperbolic tangent, results in (−1, 1). */
import * as ag from '../../autograd/index.ts';
import { checkNames } from './attribute-reader.ts';
import type { LayerDefinition } from './definition.ts';
import { elementwise } from './elementwise.ts';

/** A tanh layer has no attributes. */
export type TanhAttributes = Readonly<Record<never, never>>;

/** Describe the tanh kind: (e^x − e^−x) / (e^x + e^−x). */
export const tanh: LayerDefinition<'tanh', TanhAttributes> = elementwise({
  kind: 'tanh',
  defaults: {},
  attributes: (raw, layer) => {
    checkNames(raw, layer, 'tanh', []);
    return {};
  },
  apply: (x) => ag.tanh(x),
  gradient: 'exact',
  examples: [{}],
});
