/**
 * Magnitude pruning while training: masks that keep the largest weights, recomputed on a polynomial schedule.
 *
 * A masked weight contributes nothing and gets no gradient, but keeps its stored value, so it can come back while the
 * schedule still runs (Zhu & Gupta, arXiv:1710.01878). At the end the masks are multiplied in: exact zeros, which
 * hardware leaves out.
 */
import * as ag from '../../autograd/index.ts';
import { ValueError } from '../../errors.ts';
import { isWeightedKind, parameterAt, withParameters } from '../../network/index.ts';
import type { Network, ParameterSite, ParameterUpdates, Transform } from '../../network/index.ts';
import { tensor, toFloats } from '../../tensor/index.ts';
import type { Tensor } from '../../tensor/index.ts';
import type { TrainingTransform } from '../../training/index.ts';
import { checkSparsitySchedule, isPruningStep, sparsityAt } from './sparsity-schedule.ts';
import type { SparsitySchedule } from './sparsity-schedule.ts';

/** Options of magnitude pruning. */
export interface PruningOptions extends SparsitySchedule {
  /** Reach the sparsity in every layer, or in all of them together. @defaultValue 'layer' */
  readonly scope?: 'layer' | 'global';
  /** Layers to prune; kernels only, biases stay. @defaultValue all with a kernel: dense layers and convolutions */
  readonly layers?: readonly string[];
}

/** State of pruning: plain data. */
export interface PruningState {
  /** Sparsity for which the masks were computed. */
  readonly sparsity: number;
  /** Masks by layer, one character per kernel element in row-major order: "1" keeps, "0" prunes. */
  readonly masks: Readonly<Record<string, string>>;
}

const kernelSites = (network: Network, layers: readonly string[] | undefined): readonly ParameterSite[] => {
  const weighted = network.layers.filter(({ kind }) => isWeightedKind(kind)).map(({ name }) => name);
  const stranger = layers?.find((layer) => !weighted.includes(layer));
  if (stranger !== undefined) {
    throw new ValueError(
      `Pruning is asked for layer "${stranger}"; layers of the network with a kernel are ${weighted.join(', ')}.`,
    );
  }
  return (layers ?? weighted).map((layer) => ({ layer, role: 'kernel' }));
};

/** Mark the smallest ⌈sparsity·n⌉ magnitudes with 0 and the others with 1; of equal ones the first go first. */
const keepLargest = (weights: Float32Array, sparsity: number): Uint8Array => {
  // The subtrahend undoes products such as 0.07·100 = 7.000000000000001, which would round up to 8.
  const zeros = Math.min(Math.max(Math.ceil(sparsity * weights.length - 1e-9), 0), weights.length);
  const order = Uint32Array.from(weights, (_weight, i) => i).toSorted(
    (a, b) => Math.abs(weights[a]!) - Math.abs(weights[b]!) || a - b,
  );
  const mask = new Uint8Array(weights.length).fill(1);
  for (let i = 0; i < zeros; i++) mask[order[i]!] = 0;
  return mask;
};

/**
 * Compute masks that reach a sparsity.
 *
 * @param sparsity share of zeros in [0, 1]; at least this share is reached
 */
export const pruningMasks = (
  network: Network,
  sparsity: number,
  options: Pick<PruningOptions, 'scope' | 'layers'> = {},
): PruningState => {
  const sites = kernelSites(network, options.layers);
  const kernels = sites.map((site) => toFloats(parameterAt(network, site)));
  const masks =
    options.scope === 'global' ? splitMask(kernels, sparsity) : kernels.map((kernel) => keepLargest(kernel, sparsity));
  return { sparsity, masks: Object.fromEntries(sites.map((site, i) => [site.layer, masks[i]!.join('')])) };
};

const splitMask = (kernels: readonly Float32Array[], sparsity: number): readonly Uint8Array[] => {
  const all = new Float32Array(kernels.reduce((sum, kernel) => sum + kernel.length, 0));
  const starts: number[] = [];
  let start = 0;
  for (const kernel of kernels) {
    starts.push(start);
    all.set(kernel, start);
    start += kernel.length;
  }
  const mask = keepLargest(all, sparsity);
  return kernels.map((kernel, i) => mask.subarray(starts[i]!, starts[i]! + kernel.length));
};

const maskTensor = (mask: string, shape: readonly number[]): Tensor =>
  tensor(
    Float32Array.from(mask, (character) => (character === '1' ? 1 : 0)),
    shape,
  );

/** Multiply kernels by their masks on the way through a network. */
export const pruningTransform = (state: PruningState): Transform => {
  const masks = new Map<string, Tensor>();
  return (value, { layer, role }) => {
    const text = role === 'kernel' ? state.masks[layer] : undefined;
    if (text === undefined) return value;
    const mask = masks.get(layer) ?? maskTensor(text, value.value.shape);
    masks.set(layer, mask);
    return ag.multiply(value, mask);
  };
};

/** Set masked weights to zero for good. */
export const applyMasks = (network: Network, state: PruningState): Network => {
  const updates: Record<string, Record<string, Tensor>> = {};
  for (const [layer, text] of Object.entries(state.masks)) {
    const kernel = parameterAt(network, { layer, role: 'kernel' });
    const values = toFloats(kernel).map((weight, i) => (text[i] === '1' ? weight : 0));
    updates[layer] = { kernel: tensor(values, kernel.shape) };
  }
  return withParameters(network, updates satisfies ParameterUpdates);
};

/**
 * Make magnitude pruning a participant of training.
 *
 * The finished network has exact zeros and reaches the target even if training ends before the schedule does. Epochs
 * that end before the target is in force do not count as best.
 *
 * @throws ValueError for options out of range
 */
export const magnitudePruning = (options: PruningOptions): TrainingTransform<PruningState> => {
  checkSparsitySchedule(options);
  return {
    name: 'pruning',
    initial: (network) => pruningMasks(network, sparsityAt(options, 0), options),
    update: (state, step, network) =>
      isPruningStep(options, step) ? pruningMasks(network(), sparsityAt(options, step), options) : state,
    transform: pruningTransform,
    settled: (step) => step > options.end,
    finish: (state, network) =>
      applyMasks(network, state.sparsity >= options.target ? state : pruningMasks(network, options.target, options)),
  };
};
