/** Softsign: x / (1 + |x|). */
import * as ag from '../../autograd/index.ts';
import { checkNames } from './attribute-reader.ts';
import type { LayerDefinition } from './definition.ts';
import { elementwise } from './elementwise.ts';

/** A softsign layer has no attributes. */
export type SoftsignAttributes = Readonly<Record<never, never>>;

/** Describe the softsign kind: x / (1 + |x|). */
export const softsign: LayerDefinition<'softsign', SoftsignAttributes> = elementwise({
  kind: 'softsign',
  defaults: {},
  attributes: (raw, layer) => {
    checkNames(raw, layer, 'softsign', []);
    return {};
  },
  apply: (x) => ag.divide(x, ag.add(ag.abs(x), 1)),
  gradient: 'exact',
  examples: [{}],
});
