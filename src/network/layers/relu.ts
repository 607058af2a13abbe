/** Rectifier: max(x, 0); the gradient at 0 is 0. */
import * as ag from '../../autograd/index.ts';
import { checkNames } from './attribute-reader.ts';
import type { LayerDefinition } from './definition.ts';
import { elementwise } from './elementwise.ts';

/** A relu layer has no attributes. */
export type ReluAttributes = Readonly<Record<never, never>>;

/** Describe the relu kind: max(x, 0). */
export const relu: LayerDefinition<'relu', ReluAttributes> = elementwise({
  kind: 'relu',
  defaults: {},
  attributes: (raw, layer) => {
    checkNames(raw, layer, 'relu', []);
    return {};
  },
  apply: (x) => ag.relu(x),
  gradient: 'exact',
  examples: [{}],
});
