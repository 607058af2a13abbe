/**
 * Where training takes its batches from: data in memory, or a source that streams them from elsewhere.
 *
 * A source gives each epoch anew, in an order that follows from the stream of that epoch alone, and can start at any
 * batch of it: so a resumed training sees the batches that an uninterrupted one would have seen.
 */
import { ShapeError } from '../errors.ts';
import type { RandomStream } from '../random/index.ts';
import type { Dtype, Tensor } from '../tensor/index.ts';
import { datasetSize, takeSamples } from './dataset.ts';
import type { Dataset, NamedDataset } from './dataset.ts';

/** What is known of a tensor before its samples are read. */
export interface TensorSpec {
  /** Shape of one sample, without the batch axis. */
  readonly shape: readonly number[];
  readonly dtype: Dtype;
}

/** Which batches of which epoch are wanted. */
export interface EpochRequest {
  /** Counts from 0; for messages, the order follows from `stream`. */
  readonly epoch: number;
  /** Samples per batch; the last batch of an epoch may be smaller. */
  readonly batchSize: number;
  /** Number of the first batch that is wanted, from 0; those before are skipped. */
  readonly firstBatch: number;
  /** Stream that the order of this epoch is drawn from; null gives the samples as they are stored. */
  readonly stream: RandomStream | null;
}

/** A supply of batches. */
export interface BatchSource {
  readonly samples: number;
  /** Inputs by name, as those of the network. */
  readonly inputs: Readonly<Record<string, TensorSpec>>;
  readonly targets: TensorSpec;
  readonly extras: Readonly<Record<string, TensorSpec>>;
  /**
   * What content and order depend on besides the stream, to notice other data when a training is resumed.
   *
   * @defaultValue nothing is compared
   */
  readonly identity?: string;
  /**
   * Start an epoch: every sample comes exactly once. Leaving a `for await` loop early, or `return()`, stops reading.
   *
   * A batch is the consumer's to keep; it must not be written to.
   */
  open(request: EpochRequest): AsyncIterableIterator<NamedDataset>;
}

/** Tell a source from data in memory. */
export const isBatchSource = (data: Dataset | BatchSource): data is BatchSource =>
  'open' in data && typeof data.open === 'function';

/** Count the samples of a batch. */
export const rowsOfBatch = (samples: number, batchSize: number, batch: number): number =>
  Math.max(0, Math.min(batchSize, samples - batch * batchSize));

const specOf = (value: Tensor): TensorSpec => ({ shape: value.shape.slice(1), dtype: value.dtype });

const specsOf = (values: Readonly<Record<string, Tensor>>): Readonly<Record<string, TensorSpec>> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, specOf(value)]));

/** Supply data in memory: an epoch is one permutation of all samples, of which each batch copies its rows. */
export const memorySource = (data: NamedDataset): BatchSource => {
  const samples = datasetSize(data);
  const asStored = (): Int32Array => Int32Array.from({ length: samples }, (_unused, i) => i);
  return {
    samples,
    inputs: specsOf(data.inputs),
    targets: specOf(data.targets),
    extras: specsOf(data.extras),
    async *open({ batchSize, firstBatch, stream }) {
      const order = stream === null ? asStored() : stream.permutation(samples);
      for (let first = firstBatch * batchSize; first < samples; first += batchSize) {
        yield takeSamples(data, order, first, Math.min(first + batchSize, samples));
      }
    },
  };
};

/**
 * Demand that a source has the inputs of a network.
 *
 * @param what name of the source for the message, such as "training data"
 * @throws ShapeError naming the inputs, or the input and both shapes
 */
export const checkSource = (
  source: BatchSource,
  inputs: readonly { readonly name: string; readonly shape: readonly number[] }[],
  what: string,
): void => {
  if (!(Number.isSafeInteger(source.samples) && source.samples > 0)) {
    throw new ShapeError(`The source of the ${what} has ${source.samples} samples; at least one is needed.`);
  }
  const names = Object.keys(source.inputs);
  const wanted = inputs.map((input) => input.name);
  if (names.toSorted().join('\n') !== wanted.toSorted().join('\n')) {
    throw new ShapeError(
      `The source of the ${what} has inputs ${names.join(', ') || 'none'}; the network has inputs ${wanted.join(', ')}.`,
    );
  }
  for (const { name, shape } of inputs) {
    const given = source.inputs[name]!.shape;
    if (given.join() === shape.join()) continue;
    throw new ShapeError(
      `Input "${name}" of the ${what} has samples of shape [${given.join(', ')}]; the network takes [${shape.join(', ')}].`,
    );
  }
};
