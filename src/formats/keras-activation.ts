/**
 * Keras activations by name, as layer kinds of our own.
 *
 * The hard sigmoid has slope 1/5 in Keras 2 and 1/6 in Keras 3, so the reader must know which wrote the file.
 */
import type { LayerPrecision } from '../network/index.ts';
import { UnsupportedError } from '../errors.ts';
import { type ImportedLayer, imported } from './imported-layer.ts';
import { activationQuantizer, type Quantizer } from './qkeras-quantizer.ts';

/** Major version of Keras that wrote a configuration. */
export type KerasVersion = 2 | 3;

type Maker = (name: string, version: KerasVersion, precision?: LayerPrecision) => ImportedLayer;

const makers: Readonly<Record<string, Maker>> = {
  linear: (name, _, precision) => imported(name, 'linear', {}, {}, precision),
  relu: (name, _, precision) => imported(name, 'relu', {}, {}, precision),
  sigmoid: (name) => imported(name, 'sigmoid', {}),
  tanh: (name) => imported(name, 'tanh', {}),
  softmax: (name) => imported(name, 'softmax', {}),
  hard_sigmoid: (name, version) => imported(name, 'hardSigmoid', { slope: version === 2 ? 0.2 : 1 / 6, shift: 0.5 }),
  hard_tanh: (name) => imported(name, 'hardTanh', { slope: 0.5, shift: 0.5 }),
  leaky_relu: (name) => imported(name, 'leakyRelu', { slope: 0.2 }),
  elu: (name) => imported(name, 'elu', { alpha: 1 }),
  selu: (name) => imported(name, 'selu', {}),
  softplus: (name) => imported(name, 'softplus', {}),
  softsign: (name) => imported(name, 'softsign', {}),
  relu6: (name) => imported(name, 'clippedRelu', { limit: 6 }),
  binary_tanh: (name) => imported(name, 'binaryTanh', {}),
  ternary_tanh: (name) => imported(name, 'ternaryTanh', {}, {}, { result: 'ap_int<2>' }),
};

/** Names of the activations that can be imported, besides QKeras's `quantized_relu` and `quantized_bits`. */
export const kerasActivations: readonly string[] = Object.keys(makers);

/**
 * Make the layer of an activation.
 *
 * @param name name that the new layer gets
 * @param owner the Keras layer, for messages: `Layer "fc1" (Dense)`
 * @throws UnsupportedError naming the activation and the supported ones.
 */
export const activationLayer = (
  name: string,
  activation: Quantizer,
  owner: string,
  version: KerasVersion,
): ImportedLayer => {
  const maker = makers[activation.name];
  if (maker !== undefined) return maker(name, version);
  if (activation.name.startsWith('quantized_')) {
    const { kind, precision } = activationQuantizer(activation, owner);
    return makers[kind](name, version, { result: precision });
  }
  throw new UnsupportedError(
    `${owner} has activation ${activation.name}, but only ${kerasActivations.join(', ')}, quantized_relu and quantized_bits are supported.`,
  );
};
