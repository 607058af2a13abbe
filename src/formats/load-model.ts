/**
 * Any supported model file from disk to a network. The one part of this folder that needs Node, whose modules are
 * loaded on the call, so that the rest runs in a browser.
 *
 * The reader is chosen by what the bytes are, with the ending as a hint only for messages: HDF5 signature, zip
 * signature, JSON text, else ONNX, whose files have no signature. A Keras JSON takes its weights from the option or
 * from the file `<name>_weights.h5` (or `<name>.weights.h5`) beside it.
 */
import { FileError, FormatError, UnsupportedError } from '../errors.ts';
import { type Network, networkFormat, parseNetwork } from '../network/index.ts';
import { parseJsonObject } from './config-fields.ts';
import { isHdf5, readHdf5 } from './hdf5.ts';
import { type KerasModel, kerasModelFromConfig, networkFromKerasModel, parseKerasModel } from './keras-json.ts';
import { kerasWeightsOf } from './keras-weights.ts';
import { networkFromOnnx } from './onnx.ts';
import { isZip, readZip } from './zip.ts';

/** Endings of the model files that can be read. */
export const modelFileEndings: readonly string[] = ['.json', '.h5', '.keras', '.onnx'];

/** Options of {@link loadModel}. */
export interface LoadModelOptions {
  /** HDF5 file with the weights of a Keras JSON. @defaultValue `<name>_weights.h5` or `<name>.weights.h5` beside it */
  readonly weights?: string;
}

const readBytes = async (path: string, what: string): Promise<Uint8Array> => {
  const { readFile } = await import('node:fs/promises');
  try {
    return await readFile(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    if (code === 'ENOENT') throw new FileError(`${what} "${path}" does not exist.`);
    if (code === 'EISDIR') throw new FileError(`${what} "${path}" is not a file.`);
    throw new FileError(`${what} "${path}" cannot be read (${code}).`);
  }
};

/** Last part of a path, with either kind of slash. */
const fileName = (path: string): string => path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);

/** Ending of a file name with its dot; empty if it has none. */
const endingOf = (name: string): string => (name.lastIndexOf('.') > 0 ? name.slice(name.lastIndexOf('.')) : '');

const weightsBeside = async (path: string): Promise<string> => {
  const { existsSync } = await import('node:fs');
  const stem = path.slice(0, path.length - endingOf(fileName(path)).length);
  const candidates = [`${stem}_weights.h5`, `${stem}.weights.h5`];
  const found = candidates.find((candidate) => existsSync(candidate));
  if (found === undefined) {
    throw new FileError(`Model file "${path}" holds no weights, and neither "${candidates.join('" nor "')}" exists.`);
  }
  return found;
};

/** Groups of Keras 2 files that hold no layer. */
const otherGroups: readonly string[] = ['optimizer_weights', 'top_level_model_weights'];

/**
 * Refuse the weights of another model whose layers happen to include this one's (`fc1/fc1/kernel:0`, as Keras 2 has it).
 */
const checkLayers = (model: KerasModel, paths: Iterable<string>, source: string): void => {
  const known = new Set(model.layers.map(({ name }) => name));
  for (const path of paths) {
    const parts = path.replace(/^model_weights\//, '').split('/');
    const layer = parts[0] ?? '';
    if (parts.length < 2 || !path.endsWith(':0') || known.has(layer) || otherGroups.includes(layer)) continue;
    throw new FormatError(
      `${source} holds weights of layer "${layer}", which the model does not have; its layers are ${[...known].join(', ')}.`,
    );
  }
};

const withHdf5Weights = async (model: KerasModel, path: string): Promise<Network> => {
  const content = await readHdf5(await readBytes(path, 'Weights file'), fileName(path));
  checkLayers(model, content.datasets.keys(), fileName(path));
  return networkFromKerasModel(model, kerasWeightsOf(content));
};

const fromJson = async (bytes: Uint8Array, path: string, name: string, options: LoadModelOptions): Promise<Network> => {
  const source = fileName(path);
  const text = new TextDecoder().decode(bytes); // drops a byte order mark
  const root = parseJsonObject(text, source);
  if (typeof root['format'] === 'string') return parseNetwork(text); // which refuses other versions by name
  if (root['class_name'] === undefined) {
    throw new FormatError(
      `${source} is JSON, but neither a Keras model ("class_name") nor a network ("format": "${networkFormat}").`,
    );
  }
  const model = kerasModelFromConfig(root, source);
  return withHdf5Weights({ ...model, name }, options.weights ?? (await weightsBeside(path)));
};

const fromHdf5 = async (bytes: Uint8Array, source: string): Promise<Network> => {
  const content = await readHdf5(bytes, source);
  const config = content.texts.get('@model_config');
  if (config === undefined) {
    throw new FormatError(
      `${source} holds weights without a model: give the model's .json file and name this one as its weights.`,
    );
  }
  return networkFromKerasModel(parseKerasModel(config, `the model_config of ${source}`), kerasWeightsOf(content));
};

const fromKerasArchive = async (bytes: Uint8Array, source: string): Promise<Network> => {
  const files = readZip(bytes, source);
  const part = (name: string): Uint8Array => {
    const content = files.get(name);
    if (content === undefined) throw new FormatError(`${source} is not a Keras model archive: it holds no "${name}".`);
    return content;
  };
  const model = parseKerasModel(new TextDecoder().decode(part('config.json')), `"config.json" in ${source}`);
  const content = await readHdf5(part('model.weights.h5'), `"model.weights.h5" in ${source}`);
  return networkFromKerasModel(model, kerasWeightsOf(content));
};

const looksLikeJson = (bytes: Uint8Array): boolean => {
  const start = bytes.findIndex((byte) => ![0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf].includes(byte));
  return bytes[start] === 0x7b;
};

/**
 * Read a model file into a network: Keras JSON with HDF5 weights, whole Keras HDF5, `.keras` archive, ONNX, or our own
 * network JSON. The network is named after the file, except for our own.
 *
 * @throws FileError if a file is missing or unreadable; FormatError if it is malformed; UnsupportedError for a layer
 *   that cannot be imported or a file of another kind; ShapeError and ValueError for weights that do not fit;
 *   ToolError if HDF5 is needed and h5wasm is not installed.
 */
export const loadModel = async (path: string, options: LoadModelOptions = {}): Promise<Network> => {
  const bytes = await readBytes(path, 'Model file');
  const source = fileName(path);
  const ending = endingOf(source).toLowerCase();
  if (bytes.length === 0) throw new FormatError(`${source} is empty.`);
  const name = source.slice(0, source.length - ending.length);
  if (isHdf5(bytes)) return { ...(await fromHdf5(bytes, source)), name };
  if (isZip(bytes)) return { ...(await fromKerasArchive(bytes, source)), name };
  if (ending === '.json' || looksLikeJson(bytes)) {
    return fromJson(bytes, path, name, options);
  }
  if (ending === '.onnx') return { ...networkFromOnnx(bytes, source), name };
  if (ending === '.h5' || ending === '.keras') {
    throw new FormatError(
      `${source} is not a ${ending} file: it does not start with the signature of ${ending === '.h5' ? 'HDF5' : 'a zip archive'}.`,
    );
  }
  throw new UnsupportedError(`${source} is of no known kind, but model files end in ${modelFileEndings.join(', ')}.`);
};
