/**
 * A network from a list of Keras layer configurations and a lookup of weights.
 *
 * The list is what every Keras file boils down to, whatever its version; each entry is the layer's configuration with
 * its class beside it. A layer without `inbound` follows its predecessor, so a Sequential model is just a list.
 * Only the classes that join inputs (Add, Concatenate …) may have several.
 */
import { FormatError, ShapeError, UnsupportedError } from '../errors.ts';
import { type Layer, type LayerPrecision, type Network, type NetworkInput, validateNetwork } from '../network/index.ts';
import type { Fields } from './config-fields.ts';
import type { KerasVersion } from './keras-activation.ts';
import { kerasClasses } from './keras-classes.ts';
import { kerasMergeClasses } from './keras-merges.ts';
import type { WeightLookup } from './weights.ts';

/** One Keras layer: its class, its name, its configuration's fields, and optionally the layers that feed it. */
export interface KerasLayer extends Fields {
  readonly class: string;
  readonly name: string;
  readonly inbound?: readonly string[];
}

/** Options of {@link networkFromKerasLayers}. */
export interface KerasOptions {
  /** Names of the layers that are outputs. @defaultValue the layers that feed no other */
  readonly outputs?: readonly string[];
  /** Major Keras version that wrote the configuration. @defaultValue 3 if an input layer has "batch_shape", else 2 */
  readonly version?: KerasVersion;
}

/** Names of the Keras classes that can be imported. */
export const supportedKerasClasses: readonly string[] = ['InputLayer', ...Object.keys(kerasClasses)];

const shapeKeys = ['batch_shape', 'batch_input_shape', 'build_input_shape', 'input_shape'] as const;

const sampleShape = (layer: KerasLayer): readonly number[] | undefined => {
  const key = shapeKeys.find((name) => Array.isArray(layer[name]));
  if (key === undefined) return undefined;
  const full = layer[key] as readonly unknown[];
  const shape = key === 'input_shape' && typeof full[0] === 'number' ? full : full.slice(1);
  if (shape.length === 0 || !shape.every((n): n is number => Number.isSafeInteger(n) && (n as number) > 0)) {
    throw new ShapeError(
      `Layer "${layer.name}" (${layer.class}) has ${key} ${JSON.stringify(full)}, but every axis after the batch must be a positive integer.`,
    );
  }
  return shape;
};

const orderByInputs = (layers: readonly KerasLayer[]): readonly KerasLayer[] => {
  const names = new Set<string>();
  for (const { name } of layers) {
    if (names.has(name)) throw new FormatError(`The model has two layers named "${name}", but names must differ.`);
    names.add(name);
  }
  const done = new Set<string>();
  const ordered: KerasLayer[] = [];
  let waiting = layers;
  while (waiting.length > 0) {
    const [first] = waiting;
    const ready = waiting.filter(({ inbound = [] }) => inbound.every((name) => done.has(name)));
    if (ready.length === 0) {
      const missing = first.inbound?.find((name) => !done.has(name));
      const why = names.has(missing ?? '') ? 'which in turn depends on it' : 'which the model does not have';
      throw new FormatError(`Layer "${first.name}" is fed by "${missing}", ${why}.`);
    }
    for (const layer of ready) done.add(layer.name);
    ordered.push(...ready);
    waiting = waiting.filter((layer) => !done.has(layer.name));
  }
  return ordered;
};

const needed = (layers: readonly KerasLayer[], outputs: readonly string[]): ReadonlySet<string> => {
  const wanted = new Set(outputs);
  for (const layer of layers.toReversed()) {
    if (wanted.has(layer.name)) for (const name of layer.inbound ?? []) wanted.add(name);
  }
  return wanted;
};

const chained = (layers: readonly KerasLayer[]): readonly KerasLayer[] =>
  layers.map((layer, index) => {
    if (layer.inbound !== undefined || layer.class === 'InputLayer') return layer;
    const before = layers[index - 1];
    return before === undefined ? layer : { ...layer, inbound: [before.name] };
  });

/**
 * Build a network from Keras layer configurations.
 *
 * A model without input layer gets an input named `input1`. The activation inside a dense layer `d` becomes a layer
 * `d_<activation>`; linear adds none; flattening a vector adds none.
 *
 * @param weight finds arrays by layer and role: kernel [in, out] or [rows, columns, channels, filters], depthwiseKernel
 *   [rows, columns, channels, multiplier], pointwiseKernel [1, 1, channels, filters], bias [out], gamma, beta, movingMean,
 *   movingVariance [n], alpha
 * @throws UnsupportedError naming layer and class, with the supported ones; ShapeError for weights that do not fit;
 *   ValueError for NaN and infinite weights; FormatError for a malformed configuration.
 */
export const networkFromKerasLayers = (
  name: string,
  layers: readonly KerasLayer[],
  weight: WeightLookup,
  options: KerasOptions = {},
): Network => {
  const linked = orderByInputs(chained(layers));
  const feeding = new Set(linked.flatMap(({ inbound = [] }) => inbound));
  const outputs = options.outputs ?? linked.filter((layer) => !feeding.has(layer.name)).map((layer) => layer.name);
  const wanted = needed(linked, outputs);
  const version = options.version ?? (layers.some((layer) => layer['batch_shape'] !== undefined) ? 3 : 2);

  const inputs: NetworkInput[] = [];
  const result: Layer[] = [];
  const precision: Record<string, LayerPrecision> = {};
  const shapes = new Map<string, readonly number[]>();
  const ends = new Map<string, string>(); // the layer of ours (or input) that carries a Keras layer's result

  for (const layer of linked.filter((one) => wanted.has(one.name))) {
    if (layer.class === 'InputLayer') {
      const shape = sampleShape(layer);
      if (shape === undefined) throw new ShapeError(`Input layer "${layer.name}" gives no shape.`);
      inputs.push({ name: layer.name, shape });
      shapes.set(layer.name, shape);
      ends.set(layer.name, layer.name);
      continue;
    }
    const turn = Object.hasOwn(kerasClasses, layer.class) ? kerasClasses[layer.class] : undefined;
    if (turn === undefined) {
      throw new UnsupportedError(
        `Layer "${layer.name}" is of class ${layer.class}, but only ${supportedKerasClasses.join(', ')} are supported.`,
      );
    }
    const sources = layer.inbound ?? [];
    if (sources.length > 1 && !Object.hasOwn(kerasMergeClasses, layer.class)) {
      throw new UnsupportedError(
        `Layer "${layer.name}" (${layer.class}) has inputs ${sources.join(', ')}, but layers with one input and one use are supported.`,
      );
    }
    const inputShape = sources.length === 0 ? sampleShape(layer) : shapes.get(sources[0]);
    const inputShapes = sources.length === 0 ? [] : sources.map((source) => shapes.get(source)!);
    const turned = turn({
      name: layer.name,
      class: layer.class,
      config: layer,
      inputShape,
      inputShapes,
      weight,
      version,
    });
    let from = sources.length === 0 ? ['input1'] : sources.map((source) => ends.get(source) ?? source);
    if (sources.length === 0) inputs.push({ name: 'input1', shape: turned.inputShape });
    for (const { precision: formats, ...one } of turned.layers) {
      result.push({ ...one, inputs: from } as Layer);
      if (formats !== undefined && Object.keys(formats).length > 0) precision[one.name] = formats;
      from = [one.name];
    }
    shapes.set(layer.name, turned.outputShape);
    ends.set(layer.name, from[0]);
  }

  const missing = outputs.find((output) => !ends.has(output));
  if (missing !== undefined) throw new FormatError(`Output layer "${missing}" is not a layer of the model.`);
  if (result.length === 0) throw new FormatError(`Model "${name}" has no layer that computes anything.`);
  const twice = result.find((layer, index) => result.findIndex((other) => other.name === layer.name) !== index);
  if (twice !== undefined) throw new FormatError(`Two layers of the network would be named "${twice.name}".`);
  const network: Network = {
    name,
    inputs,
    layers: result,
    outputs: outputs.map((output) => ends.get(output) ?? output),
    ...(Object.keys(precision).length > 0 && { precision }),
  };
  validateNetwork(network);
  return network;
};
