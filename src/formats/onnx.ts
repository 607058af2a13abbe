/**
 * A network from ONNX nodes, and from an ONNX file.
 *
 * Every supported operator has one computed input, so a graph is a set of chains; constants (initializers, Constant
 * nodes) are found by tensor name. QONNX's Quant, BipolarQuant and Trunc are not supported yet.
 */
import { FormatError, ShapeError, UnsupportedError } from '../errors.ts';
import { type Layer, type Network, type NetworkInput, validateNetwork } from '../network/index.ts';
import { type OnnxNode, type OnnxValue, readOnnxModel } from './onnx-model.ts';
import { onnxOperators } from './onnx-operators.ts';
import type { WeightArray } from './weights.ts';

/** Options of {@link networkFromOnnxNodes}. */
export interface OnnxOptions {
  /** Inputs with their shapes, the batch axis first. @defaultValue the tensors that nothing makes, sized by the first MatMul or Gemm */
  readonly inputs?: readonly OnnxValue[];
  /** Output tensors. @defaultValue the tensors that nothing uses */
  readonly outputs?: readonly string[];
  /** Version of the operator set. @defaultValue 13 */
  readonly opset?: number;
}

/** Names of the ONNX operators that can be imported. */
export const supportedOnnxOperators: readonly string[] = ['Constant', ...Object.keys(onnxOperators)];

/** Make a name an identifier as hls4ml does: other characters become `_`, a leading digit gets `layer` before it. */
const identifier = (text: string): string => {
  const clean = text.replaceAll(/\W/g, '_');
  return /^\d/.test(clean) ? `layer${clean}` : clean;
};

const inferredInputs = (
  nodes: readonly OnnxNode[],
  weight: (tensor: string) => WeightArray | undefined,
): readonly OnnxValue[] => {
  const made = new Set(nodes.flatMap((node) => node.outputs));
  const free = new Set(nodes.flatMap((node) => node.inputs).filter((name) => name !== '' && !made.has(name)));
  return [...free]
    .filter((name) => weight(name) === undefined)
    .map((name) => {
      const user = nodes.find((node) => node.inputs[0] === name && (node.class === 'MatMul' || node.class === 'Gemm'));
      const shape = user && weight(user.inputs[1])?.shape;
      const features = user?.attributes?.['transB'] === 1 ? shape?.[1] : shape?.[0];
      if (features === undefined) throw new ShapeError(`The shape of input "${name}" is not given.`);
      return { name, shape: [undefined, features] };
    });
};

const sampleShape = ({ name, shape }: OnnxValue): readonly number[] => {
  const sample = shape.slice(1);
  if (sample.length === 0 || !sample.every((n): n is number => n !== undefined)) {
    throw new ShapeError(
      `Input "${name}" has shape [${shape.map((n) => n ?? '?').join(', ')}], but a batch axis followed by axes of known length is needed.`,
    );
  }
  return sample;
};

/**
 * Build a network from ONNX nodes in topological order.
 *
 * A MatMul `m` becomes `Dense_m` without bias, an Add of a constant `a` the affine layer `bn_a` with scale 1.
 *
 * @param weight finds constants by tensor name
 * @throws UnsupportedError naming node and operator, with the supported ones; ShapeError for weights that do not fit;
 *   ValueError for NaN and infinite weights; FormatError for tensors that nothing makes.
 */
export const networkFromOnnxNodes = (
  name: string,
  nodes: readonly OnnxNode[],
  weight: (tensor: string) => WeightArray | undefined,
  options: OnnxOptions = {},
): Network => {
  const known = new Set(supportedOnnxOperators);
  nodes.forEach((node, index) => {
    if (!known.has(node.class)) {
      throw new UnsupportedError(
        `Node "${node.name || index}" is of type ${node.class}, but only ${supportedOnnxOperators.join(', ')} are supported.`,
      );
    }
  });
  const constants = new Map<string, WeightArray>();
  const constant = (tensor: string): WeightArray | undefined => constants.get(tensor) ?? weight(tensor);
  const given = options.inputs ?? inferredInputs(nodes, weight);
  const inputs: NetworkInput[] = given.map((value) => ({ name: identifier(value.name), shape: sampleShape(value) }));
  // Per tensor: the layer or input of ours that carries it, and the shape of one sample.
  const tensors = new Map(given.map((value, i) => [value.name, { end: inputs[i].name, shape: inputs[i].shape }]));

  const layers: Layer[] = [];
  const taken = new Set(inputs.map((input) => input.name));
  const unique = (wanted: string): string => {
    let free = wanted;
    for (let i = 2; taken.has(free); i += 1) free = `${wanted}_${i}`;
    taken.add(free);
    return free;
  };
  nodes.forEach((node, index) => {
    const nodeName = identifier(node.name === '' ? `${node.class}_${index}` : node.name);
    const [output] = node.outputs;
    if (output === undefined) throw new FormatError(`Node "${nodeName}" (${node.class}) has no output.`);
    if (node.class === 'Constant') {
      const value = node.attributes?.['value'];
      if (typeof value !== 'object' || !('data' in value)) {
        throw new UnsupportedError(
          `Node "${nodeName}" (Constant) holds no tensor, but only constant tensors are supported.`,
        );
      }
      constants.set(output, value);
      return;
    }
    const found = node.inputs.map((tensor) => constant(tensor));
    const computed = node.inputs.filter((tensor, i) => tensor !== '' && found[i] === undefined);
    if (computed.length !== 1) {
      const what = computed.length === 0 ? 'only constants' : `the computed tensors ${computed.join(', ')}`;
      throw new UnsupportedError(
        `Node "${nodeName}" (${node.class}) works on ${what}, but exactly one computed input is supported.`,
      );
    }
    const source = tensors.get(computed[0]);
    if (source === undefined) {
      throw new FormatError(
        `Node "${nodeName}" (${node.class}) uses tensor "${computed[0]}", which nothing before it makes.`,
      );
    }
    const context = { node, name: nodeName, opset: options.opset ?? 13, shape: source.shape, constants: found };
    const turned = onnxOperators[node.class](context);
    let { end } = source;
    for (const one of turned.layers) {
      const layer = { ...one, name: unique(one.name), inputs: [end] } as Layer;
      layers.push(layer);
      end = layer.name;
    }
    tensors.set(output, { end, shape: turned.shape });
  });

  const used = new Set(nodes.flatMap((node) => node.inputs));
  const wanted =
    options.outputs ??
    nodes.flatMap((node) => node.outputs).filter((tensor) => !used.has(tensor) && tensors.has(tensor));
  const outputs = wanted.map((tensor) => {
    const result = tensors.get(tensor);
    if (result === undefined) throw new FormatError(`Output tensor "${tensor}" is made by no node of the model.`);
    return result.end;
  });
  if (layers.length === 0) throw new FormatError(`Model "${name}" has no node that computes anything.`);
  const network: Network = { name, inputs, layers, outputs };
  validateNetwork(network);
  return network;
};

/**
 * Read an ONNX file into a network; throws as {@link readOnnxModel} and {@link networkFromOnnxNodes}.
 *
 * @param source name of the file, for messages
 */
export const networkFromOnnx = (bytes: Uint8Array, source: string): Network => {
  const model = readOnnxModel(bytes, source);
  return networkFromOnnxNodes(model.name, model.nodes, (tensor) => model.constants.get(tensor), {
    inputs: model.inputs,
    outputs: model.outputs.map((output) => output.name),
    opset: model.opset,
  });
};
