/** Data sets for training: named tensors that share their first axis, and cutting rows out of them. */
import { ShapeError, ValueError } from '../errors.ts';
import type { NetworkInputs } from '../network/index.ts';
import type { RandomStream } from '../random/index.ts';
import { tensor, toFlat } from '../tensor/index.ts';
import type { Tensor } from '../tensor/index.ts';

/** Samples on the first axis of every tensor. */
export interface Dataset {
  /** One tensor [n, …sample], or one per input name of the network. */
  readonly inputs: NetworkInputs<Tensor>;
  /** What the loss compares with, [n, …]. */
  readonly targets: Tensor;
  /** Further tensors for the loss by name ("teacher", "weights", …), each [n, …]. */
  readonly extras?: Readonly<Record<string, Tensor>>;
}

/** A data set whose inputs are by name. */
export interface NamedDataset extends Dataset {
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly extras: Readonly<Record<string, Tensor>>;
}

/** Give inputs by name; a lone tensor belongs to the only input. */
export const nameInputs = (data: Dataset, names: readonly string[]): NamedDataset => {
  const lone = 'dtype' in data.inputs && 'strides' in data.inputs;
  if (lone && names.length !== 1) {
    throw new ShapeError(
      `The data have one input tensor and the network has inputs ${names.join(', ')}; give one tensor per name.`,
    );
  }
  const inputs = lone ? { [names[0]!]: data.inputs as Tensor } : (data.inputs as Readonly<Record<string, Tensor>>);
  return { inputs, targets: data.targets, extras: data.extras ?? {} };
};

const parts = (data: NamedDataset): readonly (readonly [string, Tensor])[] => [
  ...Object.entries(data.inputs).map(([name, value]) => [`Input "${name}"`, value] as const),
  ['Target', data.targets],
  ...Object.entries(data.extras).map(([name, value]) => [`Extra "${name}"`, value] as const),
];

/** Count the samples of a data set. */
export const datasetSize = (data: NamedDataset): number => data.targets.shape[0] ?? 0;

/** A value that is NaN or infinite, and where it is. */
export interface NonFinite {
  /** Tensor, such as `Input "x"`. */
  readonly name: string;
  readonly value: number;
  readonly sample: number;
  /** Number of the value within its sample, row-major. */
  readonly feature: number;
}

/** Find the first value that is not finite, tensor by tensor. */
export const firstNonFinite = (data: NamedDataset): NonFinite | null => {
  const samples = datasetSize(data);
  for (const [name, value] of parts(data)) {
    const flat = toFlat(value);
    const features = flat.length / samples;
    for (let i = 0; i < flat.length; i++) {
      if (Number.isFinite(flat[i]!)) continue;
      return { name, value: flat[i]!, sample: Math.floor(i / features), feature: i % features };
    }
  }
  return null;
};

/**
 * Demand equal numbers of samples and finite values.
 *
 * @param what name of the data set for the message, such as "training data"
 * @throws ShapeError for unequal numbers, ValueError naming tensor, sample and feature of the first NaN or infinity
 */
export const checkDataset = (data: NamedDataset, what: string): void => {
  const samples = datasetSize(data);
  if (samples === 0) throw new ShapeError(`The ${what} have no samples; at least one is needed.`);
  for (const [name, value] of parts(data)) {
    if (value.shape[0] !== samples) {
      throw new ShapeError(
        `${name} of the ${what} has ${value.shape[0] ?? 'no'} samples; the targets have ${samples}.`,
      );
    }
  }
  const bad = firstNonFinite(data);
  if (bad === null) return;
  throw new ValueError(
    `${bad.name} of the ${what} is ${bad.value} in sample ${bad.sample}, feature ${bad.feature}; every value must be finite.`,
  );
};

/** Copy the rows of the given indices from `start` (inclusive) to `end` (exclusive). */
export const takeRows = (value: Tensor, indices: ArrayLike<number>, start: number, end: number): Tensor => {
  const source = toFlat(value);
  const width = source.length / (value.shape[0] ?? 1);
  const result =
    source instanceof Int32Array ? new Int32Array((end - start) * width) : new Float32Array((end - start) * width);
  for (let row = start; row < end; row++) {
    const from = indices[row]! * width;
    const to = (row - start) * width;
    for (let i = 0; i < width; i++) result[to + i] = source[from + i]!;
  }
  return tensor(result, [end - start, ...value.shape.slice(1)], value.dtype);
};

/** Copy the samples of the given indices from `start` (inclusive) to `end` (exclusive). */
export const takeSamples = (
  data: NamedDataset,
  indices: ArrayLike<number>,
  start: number,
  end: number,
): NamedDataset => {
  const take = (values: Readonly<Record<string, Tensor>>): Readonly<Record<string, Tensor>> =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, takeRows(value, indices, start, end)]));
  return { inputs: take(data.inputs), targets: takeRows(data.targets, indices, start, end), extras: take(data.extras) };
};

/**
 * Split a data set at random.
 *
 * @param fraction share of the second part, in (0, 1); both parts get at least one sample
 * @throws ValueError for another fraction or fewer than 2 samples
 */
export const splitDataset = (
  data: NamedDataset,
  fraction: number,
  stream: RandomStream,
): readonly [NamedDataset, NamedDataset] => {
  const samples = datasetSize(data);
  if (!(fraction > 0 && fraction < 1) || samples < 2) {
    throw new ValueError(
      `A share of ${fraction} of ${samples} samples cannot be set apart; it must be in (0, 1) of at least 2 samples.`,
    );
  }
  const order = stream.permutation(samples);
  const cut = samples - Math.min(Math.max(Math.round(samples * fraction), 1), samples - 1);
  return [takeSamples(data, order, 0, cut), takeSamples(data, order, cut, samples)];
};
