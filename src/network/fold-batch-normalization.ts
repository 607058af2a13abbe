/**
 * Folding batch normalisation into the dense layer or convolution before it, as hardware wants it: no layer of its own.
 *
 * With s = γ / √(σ² + ε) and j the output channel (the last axis of the kernel, the last two of a depthwise one):
 * W'[i,j] = W[i,j]·s[j] and b'[j] = (b[j] − μ[j])·s[j] + β[j]. The formula is evaluated in double precision and rounded
 * once to f32.
 */
import { UnsupportedError, ValueError } from '../errors.ts';
import { tensor, toFlat } from '../tensor/index.ts';
import type { Tensor } from '../tensor/index.ts';
import { isWeightedKind, type WeightedKind } from './layers/index.ts';
import type { Layer, Network } from './network.ts';
import { validateNetwork } from './validate.ts';

/**
 * Fold batch normalisations of a network into the dense layers and convolutions before them.
 *
 * The layer before keeps its name and gains a bias if it had none; what read the batch normalisation reads it. If the
 * batch normalisation was an output of the network, the layer before takes its place. Precisions of a
 * folded layer are dropped, except its "result", which replaces that of the layer before.
 *
 * @param names the batch normalisations to fold. @defaultValue all of the network
 * @returns a new network that computes the same as `network` at inference, up to f32 rounding
 * @throws UnsupportedError when the layer before has no kernel or something else reads it too; ValueError when a name is
 * no batch normalisation
 */
export const foldBatchNormalization = (network: Network, names?: readonly string[]): Network => {
  validateNetwork(network);
  const chosen = names ?? network.layers.filter(({ kind }) => kind === 'batchNormalization').map(({ name }) => name);
  return chosen.reduce(foldOne, network);
};

/** List the batch normalisations that can be folded: behind a dense layer or convolution that nothing else reads. */
export const foldableBatchNormalizations = (network: Network): readonly string[] =>
  network.layers
    .filter((layer) => layer.kind === 'batchNormalization' && foldingObstacle(network, layer) === null)
    .map(({ name }) => name);

/** Say in a clause why a batch normalisation cannot be folded; null if it can. */
const foldingObstacle = (network: Network, norm: Layer): string | null => {
  const source = norm.inputs[0]!;
  const before = network.layers.find((layer) => layer.name === source);
  if (before === undefined || !isWeightedKind(before.kind)) {
    const found = before === undefined ? 'an input of the network' : `of kind ${before.kind}`;
    return `"${source}" before it is ${found}, and only dense layers and convolutions take it in`;
  }
  const others = network.layers
    .filter((layer) => layer.inputs.includes(source) && layer.name !== norm.name)
    .map((layer) => `"${layer.name}"`);
  if (network.outputs.includes(source)) others.push('an output');
  return others.length === 0 ? null : `"${source}" before it is also read by ${others.join(', ')}`;
};

const foldOne = (network: Network, name: string): Network => {
  const norm = network.layers.find((layer) => layer.name === name);
  if (norm?.kind !== 'batchNormalization') {
    throw new ValueError(
      `Layer "${name}" cannot be folded: ${norm === undefined ? 'there is none' : `it is of kind ${norm.kind}`}; only batch normalisations fold.`,
    );
  }
  const obstacle = foldingObstacle(network, norm);
  if (obstacle !== null) throw new UnsupportedError(`Batch normalisation "${name}" cannot be folded: ${obstacle}.`);
  const source = norm.inputs[0]!;
  const before = network.layers.find((layer) => layer.name === source) as Layer<WeightedKind>;
  const merged = merge(before, norm);
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

/** Give the layer before the result format of the batch normalisation; its own was for values that are gone. */
const movePrecision = (
  precision: NonNullable<Network['precision']>,
  from: string,
  to: string,
): NonNullable<Network['precision']> => {
  const { [from]: moved, [to]: own, ...rest } = precision;
  const { result: _obsolete, ...kept } = own ?? {};
  const result = moved?.['result'];
  const roles = result === undefined ? kept : { ...kept, result };
  return Object.keys(roles).length === 0 ? rest : { ...rest, [to]: roles };
};

const merge = (before: Layer<WeightedKind>, norm: Layer<'batchNormalization'>): Layer => {
  const { epsilon } = norm.attributes;
  const kernel = before.parameters['kernel']!;
  const read = (role: string): ArrayLike<number> => toFlat(norm.parameters[role]!);
  const [gamma, beta, mean, variance] = ['gamma', 'beta', 'movingMean', 'movingVariance'].map(read);
  const units = mean!.length;
  const scale = Float64Array.from({ length: units }, (_unused, j) => gamma![j]! / Math.sqrt(variance![j]! + epsilon));
  const bias: Tensor | undefined = before.parameters['bias'];
  const oldBias = bias === undefined ? new Float32Array(units) : toFlat(bias);
  return {
    ...before,
    attributes: { ...before.attributes, useBias: true },
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
  } as Layer;
};
