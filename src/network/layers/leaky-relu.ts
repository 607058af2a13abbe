/** Leaky rectifier: x where x > 0, slope·x elsewhere. */
import * as ag from '../../autograd/index.ts';
import { checkNames, finite, readNumber } from './attribute-reader.ts';
import type { LayerDefinition } from './definition.ts';
import { elementwise } from './elementwise.ts';

/** Attributes of a leaky relu. */
export interface LeakyReluAttributes {
  /** Slope for negative arguments, finite. @defaultValue 0.3 (Keras 2 and Keras 3) */
  readonly slope: number;
}

/** Describe the leaky relu kind: x > 0 ? x : slope·x. */
export const leakyRelu: LayerDefinition<'leakyRelu', LeakyReluAttributes> = elementwise({
  kind: 'leakyRelu',
  defaults: { slope: 0.3 },
  attributes: (raw, layer) => {
    checkNames(raw, layer, 'leakyRelu', ['slope']);
    return { slope: readNumber(raw, layer, 'slope', finite, 0.3) };
  },
  apply: (x, { slope }) => ag.leakyRelu(x, slope),
  gradient: 'exact',
  examples: [{ slope: 0.3 }, { slope: 0.125 }],
});
