/**
 * Hard tanh: 2·clip(slope·x + shift, 0, 1) − 1, the form in which hls4ml computes it from its hard sigmoid.
 *
 * With the default slope and shift it is clip(x, −1, 1).
 */
import * as ag from '../../autograd/index.ts';
import { checkNames, finite, readNumber } from './attribute-reader.ts';
import type { LayerDefinition } from './definition.ts';
import { elementwise } from './elementwise.ts';

/** Attributes of a hard tanh. */
export interface HardTanhAttributes {
  /** Slope of the hard sigmoid inside, finite. @defaultValue 0.5 */
  readonly slope: number;
  /** Value of the hard sigmoid inside at x = 0, finite. @defaultValue 0.5 */
  readonly shift: number;
}

/** Describe the hard tanh kind: 2·clip(slope·x + shift, 0, 1) − 1. */
export const hardTanh: LayerDefinition<'hardTanh', HardTanhAttributes> = elementwise({
  kind: 'hardTanh',
  defaults: { slope: 0.5, shift: 0.5 },
  attributes: (raw, layer) => {
    checkNames(raw, layer, 'hardTanh', ['slope', 'shift']);
    return {
      slope: readNumber(raw, layer, 'slope', finite, 0.5),
      shift: readNumber(raw, layer, 'shift', finite, 0.5),
    };
  },
  apply: (x, { slope, shift }) => ag.subtract(ag.multiply(ag.clip(ag.add(ag.multiply(x, slope), shift), 0, 1), 2), 1),
  gradient: 'exact',
  examples: [
    { slope: 0.5, shift: 0.5 },
    { slope: 0.2, shift: 0.5 },
  ],
});
