/** Flatten: all axes of a sample in row-major order as one vector. */
import * as ag from '../../autograd/index.ts';
import { checkNames, onlyShape } from './attribute-reader.ts';
import type { LayerDefinition } from './definition.ts';

/** A flatten layer has no attributes. */
export type FlattenAttributes = Readonly<Record<never, never>>;

/** Describe the flatten kind. */
export const flatten: LayerDefinition<'flatten', FlattenAttributes> = {
  kind: 'flatten',
  defaults: {},
  attributes: (raw, layer) => {
    checkNames(raw, layer, 'flatten', []);
    return {};
  },
  outputShape: (_attributes, inputs, layer) => [onlyShape(inputs, layer).reduce((a, b) => a * b, 1)],
  parameters: () => [],
  forward: (_attributes, inputs) => {
    const [batch, ...sample] = inputs[0]!.value.shape;
    return ag.reshape(inputs[0]!, [batch!, sample.reduce((a, b) => a * b, 1)]);
  },
  multiplyAccumulates: () => 0,
  gradient: 'exact',
  examples: [{}],
  exampleInputs: [[2, 3]],
};
