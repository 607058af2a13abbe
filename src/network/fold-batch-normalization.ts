/**
 * Folding batch normalisation into the dense layer before it, as hardware wants it: no layer of its own.
 *
 * With s = γ / √(σ² + ε): W'[i,j] = W[i,j]·s[j] and b'[j] = (b[j] − μ[j])·s[j] + β[j]. The formula is evaluated in double
 * precision and rounded once to f32.
 */
import { UnsupportedError } from '../errors.ts';
import { tensor, toFlat } from '../tensor/index.ts';
import type { Tensor } from '../tensor/index.ts';
import type { Layer, Network } from './network.ts';
import { validateNetwork } from './validate.ts';

/**
 * Fold every batch normalisation of a network into its dense layer.
 *
 * The dense layer keeps its name and gains a bias if it had none; what read the batch normalisation reads the dense
 * layer. If the batch normalisation was an output of the network, the dense layer takes its place. Precisions of a
 * folded layer are dropped, except its "result", which becomes the dense layer's.
 *
 * @returns a new network that computes the same as `network` at inference, up to f32 rounding
 * @throws UnsupportedError when the layer before is not dense or something else reads it too
 */
export const foldBatchNormalization = (network: Network): Network => {
  validateNetwork(network);
  let folded = network;
  for (const layer of network.layers) {
    if (layer.kind === 'batchNormalization') folded = foldOne(folded, layer.name);
  }
  return folded;
};

const foldOne = (network: Network, name: string): Network => {
  const norm = network.layers.find((layer) => layer.name === name) as Layer<'batchNormalization'>;
  const source = norm.inputs[0]!;
  const dense = network.layers.find((layer) => layer.name === source);
  if (dense?.kind !== 'dense') {
    const found = dense === undefined ? 'an input of the network' : `of kind ${dense.kind}`;
    throw new UnsupportedError(
      `Batch normalisation "${name}" cannot be folded: "${source}" before it is ${found}, and only dense layers take it in.`,
    );
  }
  const readers = network.layers.filter((layer) => layer.inputs.includes(source) && layer.name !== name);
  const others = [
    ...readers.map((layer) => `"${layer.name}"`),
    ...(network.outputs.includes(source) ? ['an output'] : []),
  ];
  if (others.length > 0) {
    throw new UnsupportedError(
      `Batch normalisation "${name}" cannot be folded: "${source}" before it is also read by ${others.join(', ')}.`,
    );
  }
  const merged = merge(dense, norm);
  const rename = (input: string): string => (input === name ? source : input);
  return {
    ...network,
    layers: network.layers
      .filter((layer) => layer.name !== name)
      .map((layer) => (layer.name === source ? merged : { ...layer, inputs: layer.inputs.map(rename) })),
    outputs: network.outputs.map(rename),
    ...(network.precision === undefined ? {} : { precision: movePrecision(network.precision, name, source) }),
  };
};

const movePrecision = (
  precision: NonNullable<Network['precision']>,
  from: string,
  to: string,
): NonNullable<Network['precision']> => {
  const { [from]: moved, ...rest } = precision;
  const result = moved?.['result'];
  return result === undefined ? rest : { ...rest, [to]: { ...rest[to], result } };
};

const merge = (dense: Layer<'dense'>, norm: Layer<'batchNormalization'>): Layer<'dense'> => {
  const { epsilon } = norm.attributes;
  const { units } = dense.attributes;
  const read = (role: string): ArrayLike<number> => toFlat(norm.parameters[role]!);
  const [gamma, beta, mean, variance] = ['gamma', 'beta', 'movingMean', 'movingVariance'].map(read);
  const scale = Float64Array.from({ length: units }, (_unused, j) => gamma![j]! / Math.sqrt(variance![j]! + epsilon));
  const kernel = dense.parameters['kernel']!;
  const bias: Tensor | undefined = dense.parameters['bias'];
  const oldBias = bias === undefined ? new Float32Array(units) : toFlat(bias);
  return {
    ...dense,
    attributes: { units, useBias: true },
    parameters: {
      kernel: tensor(
        Float32Array.from(toFlat(kernel), (weight, i) => weight * scale[i % units]!),
        kernel.shape,
      ),
      bias: tensor(
        Float32Array.from(oldBias, (value, j) => (value - mean![j]!) * scale[j]! + beta![j]!),
        [units],
      ),
    },
  };
};
