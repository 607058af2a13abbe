/** Softplus: ln(1 + e^x). */
import * as ag from '../../autograd/index.ts';
import { checkNames } from './attribute-reader.ts';
import type { LayerDefinition } from './definition.ts';
import { elementwise } from './elementwise.ts';

/** A softplus layer has no attributes. */
export type SoftplusAttributes = Readonly<Record<never, never>>;

/** Describe the softplus kind: ln(1 + e^x). */
export const softplus: LayerDefinition<'softplus', SoftplusAttributes> = elementwise({
  kind: 'softplus',
  defaults: {},
  attributes: (raw, layer) => {
    checkNames(raw, layer, 'softplus', []);
    return {};
  },
  apply: (x) => ag.softplus(x),
  gradient: 'exact',
  examples: [{}],
});
