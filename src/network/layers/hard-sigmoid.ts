/**
 * Hard sigmoid: clip(slope·x + shift, 0, 1), the logistic function as three straight pieces.
 *
 * Keras 2 has slope 0.2, Keras 3 and ONNX's HardSwish family 1/6; both use shift 0.5, so the slope is always stored.
 */
import * as ag from '../../autograd/index.ts';
import { checkNames, finite, readNumber } from './attribute-reader.ts';
import type { LayerDefinition } from './definition.ts';
import { elementwise } from './elementwise.ts';

/** Attributes of a hard sigmoid. */
export interface HardSigmoidAttributes {
  /** Slope of the middle piece, finite. @defaultValue 0.2 */
  readonly slope: number;
  /** Value at x = 0, finite. @defaultValue 0.5 */
  readonly shift: number;
}

/** Describe the hard sigmoid kind: clip(slope·x + shift, 0, 1). */
export const hardSigmoid: LayerDefinition<'hardSigmoid', HardSigmoidAttributes> = elementwise({
  kind: 'hardSigmoid',
  defaults: { slope: 0.2, shift: 0.5 },
  attributes: (raw, layer) => {
    checkNames(raw, layer, 'hardSigmoid', ['slope', 'shift']);
    return {
      slope: readNumber(raw, layer, 'slope', finite, 0.2),
      shift: readNumber(raw, layer, 'shift', finite, 0.5),
    };
  },
  apply: (x, { slope, shift }) => ag.clip(ag.add(ag.multiply(x, slope), shift), 0, 1),
  gradient: 'exact',
  examples: [
    { slope: 0.2, shift: 0.5 },
    { slope: 0.25, shift: 0.375 },
  ],
});
