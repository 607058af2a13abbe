/** Parametric rectifier: x where x > 0, α·x elsewhere, with one trained α per element (He et al., arXiv:1502.01852). */
import * as ag from '../../autograd/index.ts';
import { checkNames, onlyShape } from './attribute-reader.ts';
import type { LayerDefinition } from './definition.ts';

/** A prelu layer has no attributes. */
export type PreluAttributes = Readonly<Record<never, never>>;

/** Describe the prelu kind: x > 0 ? x : α·x, with the parameter alpha of the shape of a sample. */
export const prelu: LayerDefinition<'prelu', PreluAttributes> = {
  kind: 'prelu',
  defaults: {},
  attributes: (raw, layer) => {
    checkNames(raw, layer, 'prelu', []);
    return {};
  },
  outputShape: (_attributes, inputs, layer) => onlyShape(inputs, layer),
  parameters: (_attributes, inputs) => [{ role: 'alpha', shape: inputs[0]!, initializer: 'zeros', trainable: true }],
  forward: (_attributes, inputs, context) =>
    ag.add(ag.relu(inputs[0]!), ag.multiply(context.parameter('alpha'), ag.minimum(inputs[0]!, 0))),
  multiplyAccumulates: (_attributes, inputs) => inputs[0]!.reduce((a, b) => a * b, 1),
  gradient: 'exact',
  examples: [{}],
};
