/** Parameters of a network as a whole: which are trained, wrapping them as variables, replacing them. */
import { variable } from '../autograd/index.ts';
import type { Variable } from '../autograd/index.ts';
import type { Tensor } from '../tensor/index.ts';
import { definitionOf } from './layers/index.ts';
import type { Network } from './network.ts';
import { inferShapes, inputShapes } from './shapes.ts';

/** Parameters as variables, by layer and role. */
export type ParameterVariables = Readonly<Record<string, Readonly<Record<string, Variable>>>>;

/** New running statistics, by layer and role. */
export type ParameterUpdates = Readonly<Record<string, Readonly<Record<string, Tensor>>>>;

/** A parameter's place in a network. */
export interface ParameterSite {
  readonly layer: string;
  readonly role: string;
}

/** List the trainable parameters in the order of the network; running statistics are left out. */
export const trainableParameters = (network: Network): readonly ParameterSite[] => {
  const shapes = inferShapes(network);
  return network.layers.flatMap((layer) =>
    definitionOf(layer.kind, layer.name)
      .parameters(layer.attributes, inputShapes(shapes, layer))
      .filter((spec) => spec.trainable)
      .map((spec) => ({ layer: layer.name, role: spec.role })),
  );
};

/**
 * Look a parameter up.
 *
 * The site must exist in the network, as those of `trainableParameters` do.
 */
export const parameterAt = (network: Network, site: ParameterSite): Tensor =>
  network.layers.find((layer) => layer.name === site.layer)!.parameters[site.role]!;

/** Wrap parameters (all trainable ones by default) as variables to take gradients by. */
export const parameterVariables = (
  network: Network,
  sites: readonly ParameterSite[] = trainableParameters(network),
): ParameterVariables => {
  const result: Record<string, Record<string, Variable>> = {};
  for (const site of sites) (result[site.layer] ??= {})[site.role] = variable(parameterAt(network, site));
  return result;
};

/** Replace parameters by layer and role; all others are shared with the given network. */
export const withParameters = (network: Network, updates: ParameterUpdates): Network => ({
  ...network,
  layers: network.layers.map((layer) => {
    const own = updates[layer.name];
    return own === undefined ? layer : { ...layer, parameters: { ...layer.parameters, ...own } };
  }),
});
