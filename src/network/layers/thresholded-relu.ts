/** Thresholded rectifier: x where x > θ, 0 elsewhere (Konda et al., arXiv:1402.3337). */
import * as ag from '../../autograd/index.ts';
import { checkNames, finite, readNumber } from './attribute-reader.ts';
import type { LayerDefinition } from './definition.ts';
import { elementwise } from './elementwise.ts';

/** Attributes of a thresholded relu. */
export interface ThresholdedReluAttributes {
  /** Threshold θ, finite. @defaultValue 1 (Keras) */
  readonly theta: number;
}

/** Describe the thresholded relu kind: x > θ ? x : 0. */
export const thresholdedRelu: LayerDefinition<'thresholdedRelu', ThresholdedReluAttributes> = elementwise({
  kind: 'thresholdedRelu',
  defaults: { theta: 1 },
  attributes: (raw, layer) => {
    checkNames(raw, layer, 'thresholdedRelu', ['theta']);
    return { theta: readNumber(raw, layer, 'theta', finite, 1) };
  },
  apply: (x, { theta }) => ag.where(ag.greater(x, theta), x, 0),
  gradient: 'exact',
  examples: [{ theta: 1 }, { theta: 0.0625 }],
});
