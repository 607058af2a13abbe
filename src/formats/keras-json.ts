/**
 * Keras model configurations (Keras 2 and 3 JSON, the `config.json` of a `.keras` file, the `model_config` of an HDF5
 * model) flattened into one list of layers.
 *
 * Sequential and functional models with one input per layer are read; models inside models and layers applied more
 * than once are refused by name.
 */
import { FormatError, UnsupportedError } from '../errors.ts';
import type { Network } from '../network/index.ts';
import { arrayField, type Fields, isFields, objectField, parseJsonObject, textField } from './config-fields.ts';
import type { KerasVersion } from './keras-activation.ts';
import { type KerasLayer, networkFromKerasLayers } from './keras-layers.ts';
import type { WeightLookup } from './weights.ts';

/** A Keras model as a list of layers. */
export interface KerasModel {
  readonly name: string;
  readonly version: KerasVersion;
  readonly layers: readonly KerasLayer[];
  /** Output layers of a functional model; undefined for a Sequential, whose last layer is the output. */
  readonly outputs: readonly string[] | undefined;
}

const modelClasses = ['Sequential', 'Model', 'Functional'] as const;

/** Names inside a Keras 2 node, `[["fc1", 0, 0, {}], …]`, or any nesting of Keras 3's `keras_history`. */
const tensorNames = (node: unknown): readonly string[] => {
  if (Array.isArray(node)) {
    if (typeof node[0] === 'string' && typeof node[1] === 'number') return [node[0]];
    return node.flatMap(tensorNames);
  }
  if (!isFields(node)) return [];
  const config = node['config'];
  const history = isFields(config) ? config['keras_history'] : undefined;
  if (Array.isArray(history) && typeof history[0] === 'string') return [history[0]];
  return Object.values(node).flatMap(tensorNames);
};

const readLayer = (raw: unknown, index: number, source: string, functional: boolean): KerasLayer => {
  if (!isFields(raw))
    throw new FormatError(`Layer ${index} in ${source} is ${JSON.stringify(raw)}, but an object is needed.`);
  const owner = `Layer ${index} in ${source}`;
  const className = textField(raw, 'class_name', owner);
  const config = objectField(raw, 'config', owner);
  const name = textField(raw, 'name', owner, typeof config['name'] === 'string' ? config['name'] : undefined);
  const build = raw['build_config'];
  const built =
    isFields(build) && Array.isArray(build['input_shape']) ? { build_input_shape: build['input_shape'] } : {};
  const layer: KerasLayer = { ...built, ...config, class: className, name };
  if (!functional) return layer;
  const nodes = arrayField(raw, 'inbound_nodes', owner);
  if (nodes.length > 1) {
    throw new UnsupportedError(
      `Layer "${name}" (${className}) is used ${nodes.length} times, but only layers that are used once are supported.`,
    );
  }
  return { ...layer, inbound: tensorNames(nodes) };
};

/**
 * Read a parsed Keras configuration into a list of layers.
 *
 * @param source name of the file, for messages
 * @throws FormatError for a malformed configuration; UnsupportedError for another kind of model.
 */
export const kerasModelFromConfig = (root: Fields, source: string): KerasModel => {
  const className = textField(root, 'class_name', source);
  if (!modelClasses.some((known) => known === className)) {
    throw new UnsupportedError(`${source} holds a ${className}, but only ${modelClasses.join(', ')} are supported.`);
  }
  const bare = Array.isArray(root['config']); // Keras before 2.2.3 writes a Sequential's layers without a name
  const config: Fields = bare ? { layers: root['config'] } : objectField(root, 'config', source);
  const functional = className !== 'Sequential';
  const layers = arrayField(config, 'layers', source).map((raw, index) => readLayer(raw, index, source, functional));
  if (layers.length === 0) throw new FormatError(`${source} holds a model without layers.`);
  const first = layers[0];
  const outer = config['build_input_shape'];
  const shaped =
    first.class !== 'InputLayer' && Array.isArray(outer) && first['batch_input_shape'] === undefined
      ? [{ ...first, build_input_shape: outer }, ...layers.slice(1)]
      : layers;
  const text = root['keras_version'];
  const three = (typeof text === 'string' && text.startsWith('3')) || root['module'] !== undefined;
  return {
    name: textField(config, 'name', source, 'model'),
    version: three ? 3 : 2,
    layers: shaped,
    outputs: functional ? tensorNames(config['output_layers']) : undefined,
  };
};

/**
 * Read Keras model JSON text into a list of layers.
 *
 * @throws FormatError if it is not JSON or not a Keras model; UnsupportedError for another kind of model.
 */
export const parseKerasModel = (text: string, source: string): KerasModel =>
  kerasModelFromConfig(parseJsonObject(text, source), source);

/** Join a Keras model and its weights into a network; throws as {@link networkFromKerasLayers}. */
export const networkFromKerasModel = (model: KerasModel, weight: WeightLookup): Network =>
  networkFromKerasLayers(model.name, model.layers, weight, {
    version: model.version,
    ...(model.outputs !== undefined && { outputs: model.outputs }),
  });
