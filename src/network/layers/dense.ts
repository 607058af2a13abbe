/** Fully connected layer: y = x·W + b over the last axis, with kernel W [in, out] and bias b [out]. */
import * as ag from '../../autograd/index.ts';
import { checkNames, featuresOf, onlyShape, positiveInteger, readBoolean, readNumber } from './attribute-reader.ts';
import type { LayerDefinition } from './definition.ts';

/** Attributes of a dense layer. */
export interface DenseAttributes {
  /** Number of outputs, an integer of at least 1. */
  readonly units: number;
  /** Whether a bias is added. @defaultValue true */
  readonly useBias: boolean;
}

/** Describe the dense kind: x·W + b. */
export const dense: LayerDefinition<'dense', DenseAttributes> = {
  kind: 'dense',
  defaults: { useBias: true },
  attributes: (raw, layer) => {
    checkNames(raw, layer, 'dense', ['units', 'useBias']);
    return {
      units: readNumber(raw, layer, 'units', positiveInteger),
      useBias: readBoolean(raw, layer, 'useBias', true),
    };
  },
  outputShape: ({ units }, inputs, layer) => {
    featuresOf(inputs, layer);
    return [...onlyShape(inputs, layer).slice(0, -1), units];
  },
  parameters: ({ units, useBias }, inputs) => [
    { role: 'kernel', shape: [inputs[0]!.at(-1)!, units], initializer: 'glorotUniform', trainable: true },
    ...(useBias ? [{ role: 'bias', shape: [units], initializer: 'zeros', trainable: true } as const] : []),
  ],
  forward: ({ useBias }, inputs, context) => {
    const product = ag.matmul(inputs[0]!, context.parameter('kernel'));
    return useBias ? ag.add(product, context.parameter('bias')) : product;
  },
  multiplyAccumulates: ({ units }, inputs) => inputs[0]!.reduce((a, b) => a * b, 1) * units,
  gradient: 'exact',
  examples: [
    { units: 3, useBias: true },
    { units: 2, useBias: false },
  ],
};
