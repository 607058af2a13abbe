/** Identity: a named place in the network, where a precision can be set (hls4ml's "linear" activation is a cast). */
import { checkNames } from './attribute-reader.ts';
import type { LayerDefinition } from './definition.ts';
import { elementwise } from './elementwise.ts';

/** A linear layer has no attributes. */
export type LinearAttributes = Readonly<Record<never, never>>;

/** Describe the linear kind: x. */
export const linear: LayerDefinition<'linear', LinearAttributes> = elementwise({
  kind: 'linear',
  defaults: {},
  attributes: (raw, layer) => {
    checkNames(raw, layer, 'linear', []);
    return {};
  },
  apply: (x) => x,
  gradient: 'exact',
  examples: [{}],
});
