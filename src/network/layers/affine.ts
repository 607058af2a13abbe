/**
 * Affine map per feature: scale·x + bias over the last axis.
 *
 * A batch normalisation with frozen statistics is one (hls4ml's `normalize`), and so is a feature scaler.
 */
import * as ag from '../../autograd/index.ts';
import { checkNames, featuresOf, onlyShape } from './attribute-reader.ts';
import type { LayerDefinition } from './definition.ts';

/** An affine layer has no attributes. */
export type AffineAttributes = Readonly<Record<never, never>>;

/** Describe the affine kind: scale·x + bias. */
export const affine: LayerDefinition<'affine', AffineAttributes> = {
  kind: 'affine',
  defaults: {},
  attributes: (raw, layer) => {
    checkNames(raw, layer, 'affine', []);
    return {};
  },
  outputShape: (_attributes, inputs, layer) => {
    featuresOf(inputs, layer);
    return onlyShape(inputs, layer);
  },
  parameters: (_attributes, inputs) => [
    { role: 'scale', shape: [inputs[0]!.at(-1)!], initializer: 'ones', trainable: true },
    { role: 'bias', shape: [inputs[0]!.at(-1)!], initializer: 'zeros', trainable: true },
  ],
  forward: (_attributes, inputs, context) =>
    ag.add(ag.multiply(inputs[0]!, context.parameter('scale')), context.parameter('bias')),
  multiplyAccumulates: (_attributes, inputs) => inputs[0]!.reduce((a, b) => a * b, 1),
  gradient: 'exact',
  examples: [{}],
};
