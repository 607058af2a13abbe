/** Logistic function: 1 / (1 + e^−x), results in (0, 1). */
import * as ag from '../../autograd/index.ts';
import { checkNames } from './attribute-reader.ts';
import type { LayerDefinition } from './definition.ts';
import { elementwise } from './elementwise.ts';

/** A sigmoid layer has no attributes. */
export type SigmoidAttributes = Readonly<Record<never, never>>;

/** Describe the sigmoid kind: 1 / (1 + e^−x). */
export const sigmoid: LayerDefinition<'sigmoid', SigmoidAttributes> = elementwise({
  kind: 'sigmoid',
  defaults: {},
  attributes: (raw, layer) => {
    checkNames(raw, layer, 'sigmoid', []);
    return {};
  },
  apply: (x) => ag.sigmoid(x),
  gradient: 'exact',
  examples: [{}],
});
