/** Running a network in floats, differentiably: the layers in order, each value offered to the transform. */
import * as ag from '../autograd/index.ts';
import type { Variable } from '../autograd/index.ts';
import { ShapeError, ValueError } from '../errors.ts';
import type { RandomStream } from '../random/index.ts';
import { tensor } from '../tensor/index.ts';
import type { Tensor } from '../tensor/index.ts';
import { definitionOf } from './layers/index.ts';
import type { Layer, Network } from './network.ts';
import type { ParameterVariables } from './parameters.ts';
import type { Transform } from './transform.ts';

/** Options of a forward pass. */
export interface ForwardOptions {
  /** Dropout drops and batch normalisation uses batch statistics. @defaultValue false */
  readonly training?: boolean;
  /** Source of randomness of dropout; each layer draws its key from its own split. Needed only where a layer drops. */
  readonly stream?: RandomStream;
  /** Keys by layer (see `randomKey`) to use in place of the stream's, such as inputs of a trace. */
  readonly randomKeys?: Readonly<Record<string, Tensor>>;
  /** @defaultValue none */
  readonly transform?: Transform;
  /** Parameters to use in place of the network's (same layers and roles), to take gradients by. */
  readonly parameters?: ParameterVariables;
  /** Receives the new running statistics of a batch normalisation in training mode. */
  readonly onStatistics?: (layer: string, statistics: Readonly<Record<string, Tensor>>) => void;
}

/** Values for the inputs of a network: one tensor for its only input, or one per input name. */
export type NetworkInputs<T extends Tensor | Variable = Tensor | Variable> = T | Readonly<Record<string, T>>;

/** Tell a tensor from a variable or a record of them. */
export const isTensor = (value: object): value is Tensor => 'dtype' in value && 'strides' in value;
const isVariable = (value: object): value is Variable => 'value' in value && isTensor(value.value as object);

/**
 * Give the values by input name, checking names and sample shapes.
 *
 * @throws ShapeError or ValueError when an input is missing or does not fit
 */
export const namedInputs = (network: Network, x: NetworkInputs): ReadonlyMap<string, Variable> => {
  const only = isTensor(x) || isVariable(x);
  if (only && network.inputs.length !== 1) {
    throw new ShapeError(
      `Network "${network.name}" has ${network.inputs.length} inputs (${network.inputs.map((input) => input.name).join(', ')}); give one tensor per name.`,
    );
  }
  const values = new Map<string, Variable>();
  for (const { name, shape } of network.inputs) {
    const given = only ? (x as Tensor | Variable) : (x as Readonly<Record<string, Tensor | Variable>>)[name];
    if (given === undefined) throw new ValueError(`Input "${name}" of network "${network.name}" is not given.`);
    const value = isTensor(given) ? ag.constant(given) : given;
    const sample = value.value.shape.slice(1);
    if (value.value.shape.length !== shape.length + 1 || sample.some((length, axis) => length !== shape[axis])) {
      throw new ShapeError(
        `Input "${name}" of network "${network.name}" has shape [${value.value.shape.join(', ')}]; it must be [batch, ${shape.join(', ')}].`,
      );
    }
    values.set(name, value);
  }
  return values;
};

/**
 * Draw the key of a layer's random numbers for one forward pass: two 32-bit integers, i32 of shape [2].
 *
 * @param stream of the pass; it is split, not advanced
 */
export const randomKey = (stream: RandomStream, layer: string): Tensor => {
  const own = stream.split(layer);
  const word = (): number => own.integer(-(2 ** 31), 2 ** 31);
  return tensor(Int32Array.of(word(), word()));
};

/**
 * Compute the results of all inputs and layers by name.
 *
 * @param x values of shape [batch, …sample]
 * @throws ShapeError or ValueError when inputs are missing or do not fit
 */
export const forwardLayers = (
  network: Network,
  x: NetworkInputs,
  options: ForwardOptions = {},
): ReadonlyMap<string, Variable> => {
  const transform: Transform = options.transform ?? ((value) => value);
  const values = new Map<string, Variable>();
  for (const [name, value] of namedInputs(network, x))
    values.set(name, transform(value, { layer: name, role: 'input' }));
  for (const layer of network.layers) {
    const result = definitionOf(layer.kind, layer.name).forward(
      layer.attributes,
      layer.inputs.map((input) => known(values, input, layer)),
      {
        layer: layer.name,
        training: options.training ?? false,
        parameter: (role) => {
          const given = options.parameters?.[layer.name]?.[role] ?? ag.constant(layer.parameters[role]!);
          return transform(given, { layer: layer.name, role });
        },
        randomKey: () => {
          const key = options.randomKeys?.[layer.name];
          if (key !== undefined) return key;
          if (options.stream !== undefined) return randomKey(options.stream, layer.name);
          throw new ValueError(`Layer "${layer.name}" needs random numbers in training; option "stream" is missing.`);
        },
        reportStatistics: (statistics) => options.onStatistics?.(layer.name, statistics),
      },
    );
    values.set(layer.name, transform(result, { layer: layer.name, role: 'result' }));
  }
  return values;
};

const known = (values: ReadonlyMap<string, Variable>, input: string, layer: Layer): Variable => {
  const value = values.get(input);
  if (value !== undefined) return value;
  throw new ValueError(
    `Layer "${layer.name}" reads "${input}", which is not known there; known are ${[...values.keys()].join(', ')}.`,
  );
};

const onlyOutput = (network: Network): string => {
  if (network.outputs.length === 1) return network.outputs[0]!;
  throw new ValueError(
    `Network "${network.name}" has ${network.outputs.length} outputs (${network.outputs.join(', ')}); use forwardLayers to get each.`,
  );
};

/**
 * Compute the only output of a network differentiably.
 *
 * @param x values of shape [batch, …sample]
 * @returns a variable of shape [batch, …output sample]
 * @throws ShapeError or ValueError when inputs are missing or do not fit, or there is not exactly one output
 */
export const forward = (network: Network, x: NetworkInputs, options: ForwardOptions = {}): Variable => {
  const output = onlyOutput(network);
  return forwardLayers(network, x, options).get(output)!;
};
