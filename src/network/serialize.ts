/**
 * Networks as text: JSON with the tag `distill-rtl/network/1`, parameters as base64 of little-endian 32-bit floats.
 *
 * The text is canonical (attributes and parameters in the order of the layer kind), so equal networks give equal text
 * and the hash of the text is the hash of the network.
 */
import { FormatError } from '../errors.ts';
import { tensor, toFlat } from '../tensor/index.ts';
import type { Tensor } from '../tensor/index.ts';
import { decodeFloats, encodeFloats } from './base64.ts';
import { definitionOf } from './layers/index.ts';
import type { Layer, LayerPrecision, Network, NetworkInput } from './network.ts';
import { sha256 } from './sha256.ts';
import { inferShapes, inputShapes } from './shapes.ts';
import { validateNetwork } from './validate.ts';

/** First field of the text of a network. */
export const networkFormat = 'distill-rtl/network/1';

/**
 * Write a network as JSON text, ending in a newline.
 *
 * @throws the errors of `validateNetwork`: what is written can be read
 */
export const serializeNetwork = (network: Network): string => {
  validateNetwork(network);
  const shapes = inferShapes(network);
  const layers = network.layers.map((layer) => {
    const definition = definitionOf(layer.kind, layer.name);
    const roles = definition.parameters(layer.attributes, inputShapes(shapes, layer)).map((spec) => spec.role);
    return {
      name: layer.name,
      kind: layer.kind,
      inputs: layer.inputs,
      attributes: definition.attributes({ ...layer.attributes }, layer.name),
      parameters: Object.fromEntries(
        roles.map((role) => {
          const parameter = layer.parameters[role]!;
          return [role, { shape: parameter.shape, data: encodeFloats(Float32Array.from(toFlat(parameter))) }];
        }),
      ),
    };
  });
  const { name, inputs, outputs, precision } = network;
  const head = { format: networkFormat, name, inputs: inputs.map(({ name, shape }) => ({ name, shape })) };
  return `${JSON.stringify({ ...head, layers, outputs, ...(precision === undefined ? {} : { precision }) }, null, 1)}\n`;
};

/**
 * Read a network from its JSON text and validate it.
 *
 * @throws FormatError when the text is no JSON, has another tag, or a field is missing or of the wrong type
 * @throws ValueError, ShapeError or UnsupportedError from `validateNetwork`
 */
export const parseNetwork = (text: string): Network => {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    throw new FormatError(`The network is not valid JSON: ${(error as Error).message}.`);
  }
  const root = object(raw, 'The network');
  if (root['format'] !== networkFormat) {
    throw new FormatError(
      `The network has format ${JSON.stringify(root['format']) ?? 'none'}; this version reads "${networkFormat}".`,
    );
  }
  const network: Network = {
    name: string(root['name'], 'Field "name" of the network'),
    inputs: list(root['inputs'], 'Field "inputs" of the network').map(parseInput),
    layers: list(root['layers'], 'Field "layers" of the network').map(parseLayer),
    outputs: list(root['outputs'], 'Field "outputs" of the network').map((output, i) => string(output, `Output ${i}`)),
    ...(root['precision'] === undefined ? {} : { precision: parsePrecision(root['precision']) }),
  };
  validateNetwork(network);
  return network;
};

/** Hash a network: SHA-256 of its canonical text, 64 hexadecimal digits. */
export const hashNetwork = (network: Network): string => sha256(serializeNetwork(network));

const complain = (what: string, value: unknown, wanted: string): FormatError => {
  const text = JSON.stringify(value) ?? 'missing';
  return new FormatError(`${what} is ${text.length > 60 ? `${text.slice(0, 60)}…` : text}; it must be ${wanted}.`);
};

const object = (value: unknown, what: string): Readonly<Record<string, unknown>> => {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw complain(what, value, 'an object');
};

const list = (value: unknown, what: string): readonly unknown[] => {
  if (Array.isArray(value)) return value;
  throw complain(what, value, 'a list');
};

const string = (value: unknown, what: string): string => {
  if (typeof value === 'string') return value;
  throw complain(what, value, 'a text');
};

const shape = (value: unknown, what: string): readonly number[] =>
  list(value, what).map((length) => {
    if (typeof length === 'number' && Number.isSafeInteger(length) && length >= 0) return length;
    throw complain(what, value, 'a list of integers of at least 0');
  });

const parseInput = (value: unknown, i: number): NetworkInput => {
  const raw = object(value, `Input ${i} of the network`);
  const name = string(raw['name'], `Field "name" of input ${i}`);
  return { name, shape: shape(raw['shape'], `Shape of input "${name}"`) };
};

const parseLayer = (value: unknown, i: number): Layer => {
  const raw = object(value, `Layer ${i} of the network`);
  const name = string(raw['name'], `Field "name" of layer ${i}`);
  const kind = string(raw['kind'], `Field "kind" of layer "${name}"`);
  const definition = definitionOf(kind, name);
  const parameters = Object.entries(object(raw['parameters'], `Field "parameters" of layer "${name}"`));
  return {
    name,
    kind: definition.kind,
    inputs: list(raw['inputs'], `Field "inputs" of layer "${name}"`).map((input) =>
      string(input, `An input of layer "${name}"`),
    ),
    attributes: definition.attributes(object(raw['attributes'], `Field "attributes" of layer "${name}"`), name),
    parameters: Object.fromEntries(
      parameters.map(([role, data]) => [role, parseParameter(data, `Parameter "${role}" of layer "${name}"`)]),
    ),
  } as Layer;
};

const parseParameter = (value: unknown, what: string): Tensor => {
  const raw = object(value, what);
  const dimensions = shape(raw['shape'], `Shape of ${what.toLowerCase()}`);
  const data = decodeFloats(string(raw['data'], `Data of ${what.toLowerCase()}`));
  const size = dimensions.reduce((a, b) => a * b, 1);
  if (data !== null && data.length === size) return tensor(data, dimensions);
  throw new FormatError(
    `${what} has ${data === null ? 'data that are not base64' : `${data.length} elements`}; its shape [${dimensions.join(', ')}] demands base64 of ${size} 32-bit floats.`,
  );
};

const parsePrecision = (value: unknown): Readonly<Record<string, LayerPrecision>> =>
  Object.fromEntries(
    Object.entries(object(value, 'Field "precision" of the network')).map(([layer, roles]) => [
      layer,
      Object.fromEntries(
        Object.entries(object(roles, `Precision of "${layer}"`)).map(([role, text]) => [
          role,
          Array.isArray(text)
            ? text.map((own, k) => string(own, `Precision "${role}" of "${layer}" at element ${k}`))
            : string(text, `Precision "${role}" of "${layer}"`),
        ]),
      ),
    ]),
  );
