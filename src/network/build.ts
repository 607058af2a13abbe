/**
 * Building networks from a short description and a stream: shapes are inferred, parameters initialised.
 *
 * Each layer draws from its own split of the stream, named by the layer, so adding or renaming one layer leaves the
 * initial values of all others alone.
 */
import { ValueError } from '../errors.ts';
import type { RandomStream } from '../random/index.ts';
import { tensor } from '../tensor/index.ts';
import type { Tensor } from '../tensor/index.ts';
import { definitionOf } from './layers/index.ts';
import type { Initializer, LayerAttributes, LayerKind, ParameterSpec } from './layers/index.ts';
import type { Layer, Network, NetworkInput } from './network.ts';
import { inferShapes, inputShapes } from './shapes.ts';
import { validateNetwork } from './validate.ts';

/** A short description of one layer. */
export type LayerSpec<K extends LayerKind = LayerKind> = {
  [P in K]: {
    readonly kind: P;
    /** @defaultValue the kind followed by its number among layers of that kind, from 1 ("dense1") */
    readonly name?: string;
    /** @defaultValue the layer before, or the first input of the network */
    readonly inputs?: readonly string[];
    /** @defaultValue the defaults of the kind; dense needs at least `units` */
    readonly attributes?: Partial<LayerAttributes[P]>;
    /** Initialisers by parameter role. @defaultValue those of the kind (dense kernels: glorotUniform) */
    readonly initializers?: Readonly<Record<string, Initializer>>;
  };
}[K];

/**
 * Build a network with freshly initialised parameters; the last layer is its output.
 *
 * @param inputs name and sample shape (without batch axis) of each input
 * @param specs at least one layer, in topological order
 * @param stream source of the initial values; it is split, not advanced
 * @throws ValueError or ShapeError when the description does not fit together
 */
export const buildNetwork = (
  name: string,
  inputs: readonly NetworkInput[],
  specs: readonly LayerSpec[],
  stream: RandomStream,
): Network => {
  if (specs.length === 0) throw new ValueError(`Network "${name}" is described with no layers; it needs at least one.`);
  if (inputs.length === 0)
    throw new ValueError(`Network "${name}" is described with no inputs; it needs at least one.`);
  const counts = new Map<LayerKind, number>();
  let previous = inputs[0]!.name;
  const bare = specs.map((spec) => {
    const number = (counts.get(spec.kind) ?? 0) + 1;
    counts.set(spec.kind, number);
    const layer = spec.name ?? `${spec.kind}${number}`;
    const sources = spec.inputs ?? [previous];
    previous = layer;
    const attributes = definitionOf(spec.kind, layer).attributes({ ...spec.attributes }, layer);
    return { name: layer, kind: spec.kind, inputs: sources, attributes, initializers: spec.initializers ?? {} };
  });
  const shapes = inferShapes({ inputs, layers: bare });
  const layers = bare.map(({ initializers, ...layer }) => {
    const specs = definitionOf(layer.kind, layer.name).parameters(layer.attributes, inputShapes(shapes, layer));
    checkRoles(layer.name, initializers, specs);
    const own = stream.split(layer.name);
    const parameters = Object.fromEntries(
      specs.map((spec) => [
        spec.role,
        initialize(spec.shape, initializers[spec.role] ?? spec.initializer, own.split(spec.role)),
      ]),
    );
    return { ...layer, parameters } as Layer;
  });
  const network: Network = { name, inputs, layers, outputs: [layers.at(-1)!.name] };
  validateNetwork(network);
  return network;
};

const checkRoles = (
  layer: string,
  initializers: Readonly<Record<string, Initializer>>,
  specs: readonly ParameterSpec[],
): void => {
  const stranger = Object.keys(initializers).find((role) => !specs.some((spec) => spec.role === role));
  if (stranger === undefined) return;
  const roles = specs.map((spec) => spec.role).join(', ') || 'none';
  throw new ValueError(`Layer "${layer}" has an initializer for "${stranger}"; its parameters are ${roles}.`);
};

/**
 * Draw a parameter.
 *
 * As in Keras, the last two axes count what is summed and what is made; further axes, the cells of a convolution's kernel,
 * count for both: fan-in and fan-out are the product of all axes but the last, and of all but the last but one.
 */
export const initialize = (shape: readonly number[], initializer: Initializer, stream: RandomStream): Tensor => {
  const size = shape.reduce((a, b) => a * b, 1);
  const fanIn = size / (shape.at(-1) ?? 1);
  const fanOut = size / (shape.at(-2) ?? 1);
  switch (initializer) {
    case 'zeros':
      return tensor(new Float32Array(size), shape);
    case 'ones':
      return tensor(new Float32Array(size).fill(1), shape);
    case 'glorotUniform':
      return uniform(shape, size, Math.sqrt(6 / (fanIn + fanOut)), stream);
    case 'heUniform':
      return uniform(shape, size, Math.sqrt(6 / fanIn), stream);
    default:
      throw new ValueError(
        `The initializer is "${String(initializer satisfies never)}"; it must be glorotUniform, heUniform, zeros or ones.`,
      );
  }
};

const uniform = (shape: readonly number[], size: number, limit: number, stream: RandomStream): Tensor => {
  const data = new Float32Array(size);
  for (let i = 0; i < size; i++) data[i] = stream.uniform(-limit, limit);
  return tensor(data, shape);
};
