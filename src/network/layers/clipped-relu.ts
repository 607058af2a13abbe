/** Rectifier with an upper limit: min(max(x, 0), limit); limits 6 and 1 are hls4ml's relu6 and relu1. */
import * as ag from '../../autograd/index.ts';
import { checkNames, positive, readNumber } from './attribute-reader.ts';
import type { LayerDefinition } from './definition.ts';
import { elementwise } from './elementwise.ts';

/** Attributes of a clipped relu. */
export interface ClippedReluAttributes {
  /** Largest result, finite and greater than 0. @defaultValue 6 */
  readonly limit: number;
}

/** Describe the clipped relu kind: min(max(x, 0), limit). */
export const clippedRelu: LayerDefinition<'clippedRelu', ClippedReluAttributes> = elementwise({
  kind: 'clippedRelu',
  defaults: { limit: 6 },
  attributes: (raw, layer) => {
    checkNames(raw, layer, 'clippedRelu', ['limit']);
    return { limit: readNumber(raw, layer, 'limit', positive, 6) };
  },
  apply: (x, { limit }) => ag.clip(x, 0, limit),
  gradient: 'exact',
  examples: [{ limit: 6 }, { limit: 0.75 }],
});
