/** Softmax over the last axis: e^xᵢ / Σⱼ e^xⱼ, computed after subtracting the maximum. */
import * as ag from '../../autograd/index.ts';
import { checkNames } from './attribute-reader.ts';
import type { LayerDefinition } from './definition.ts';
import { elementwise } from './elementwise.ts';

/** A softmax layer has no attributes. */
export type SoftmaxAttributes = Readonly<Record<never, never>>;

/** Describe the softmax kind: e^xᵢ / Σⱼ e^xⱼ over the last axis. */
export const softmax: LayerDefinition<'softmax', SoftmaxAttributes> = elementwise({
  kind: 'softmax',
  defaults: {},
  attributes: (raw, layer) => {
    checkNames(raw, layer, 'softmax', []);
    return {};
  },
  apply: (x) => ag.softmax(x, -1),
  gradient: 'exact',
  examples: [{}],
});
