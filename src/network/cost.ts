/** What a network costs: parameters to store and multiply-accumulates per sample. */
import { definitionOf } from './layers/index.ts';
import type { Network } from './network.ts';
import { inferShapes, inputShapes } from './shapes.ts';

/** Cost of one layer for one sample at inference. */
export interface LayerCost {
  readonly layer: string;
  /** Trainable elements; running statistics are not counted. */
  readonly parameters: number;
  /** Multiplications by trained values, each with its addition. */
  readonly multiplyAccumulates: number;
}

/** Count parameters and multiply-accumulates of every layer, in the order of the network. */
export const layerCosts = (network: Network): readonly LayerCost[] => {
  const shapes = inferShapes(network);
  return network.layers.map((layer) => {
    const definition = definitionOf(layer.kind, layer.name);
    const inputs = inputShapes(shapes, layer);
    const trainable = definition.parameters(layer.attributes, inputs).filter((spec) => spec.trainable);
    return {
      layer: layer.name,
      parameters: trainable.reduce((sum, spec) => sum + spec.shape.reduce((a, b) => a * b, 1), 0),
      multiplyAccumulates: definition.multiplyAccumulates(layer.attributes, inputs),
    };
  });
};

/** Count the trainable parameters of a network. */
export const parameterCount = (network: Network): number =>
  layerCosts(network).reduce((sum, cost) => sum + cost.parameters, 0);

/** Count the multiply-accumulates of one sample at inference. */
export const multiplyAccumulates = (network: Network): number =>
  layerCosts(network).reduce((sum, cost) => sum + cost.multiplyAccumulates, 0);
