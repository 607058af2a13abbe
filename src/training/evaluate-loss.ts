/** The loss over a whole data set or source, at inference and in chunks. */
import { constant } from '../autograd/index.ts';
import type { Variable } from '../autograd/index.ts';
import { forward, openPredictor } from '../network/index.ts';
import type { Network, Predictor, Transform } from '../network/index.ts';
import { item } from '../tensor/index.ts';
import type { Tensor } from '../tensor/index.ts';
import { isBatchSource, memorySource } from './batch-source.ts';
import type { BatchSource } from './batch-source.ts';
import { datasetSize, nameInputs, takeSamples } from './dataset.ts';
import type { Dataset, NamedDataset } from './dataset.ts';

/** Samples whose losses are averaged before they are added up. */
const CHUNK = 4096;

/**
 * A loss as training calls it: the mean over the samples of a batch, one number.
 *
 * @param prediction only output of the network, [batch, …]
 * @param targets rows of `Dataset.targets`
 * @param extras rows of `Dataset.extras`
 */
export type LossFunction = (
  prediction: Variable,
  targets: Tensor,
  extras: Readonly<Record<string, Tensor>>,
) => Variable;

/**
 * Compute the mean loss over a data set: chunks are weighted by their number of samples.
 *
 * @param options `transform` of the forward pass; `chunk` samples at a time, default 4096
 */
export const evaluateLoss = (
  network: Network,
  data: Dataset,
  loss: LossFunction,
  options: { readonly transform?: Transform; readonly chunk?: number } = {},
): number => {
  const named = nameInputs(
    data,
    network.inputs.map((input) => input.name),
  );
  const samples = datasetSize(named);
  const chunk = options.chunk ?? CHUNK;
  const order = Int32Array.from({ length: samples }, (_unused, i) => i);
  let sum = 0;
  for (let start = 0; start < samples; start += chunk) {
    const end = Math.min(start + chunk, samples);
    sum += lossSum(network, takeSamples(named, order, start, end), loss, options.transform);
  }
  return sum / samples;
};

/**
 * Compute the mean loss over a source, batch by batch in the order in which its samples are stored.
 *
 * @param options `transform` of the forward pass; `batchSize`, default 4096; `epoch` for messages
 */
export const evaluateSource = async (
  network: Network,
  source: BatchSource,
  loss: LossFunction,
  options: { readonly transform?: Transform; readonly batchSize?: number; readonly epoch?: number } = {},
): Promise<number> => {
  const { transform, batchSize = CHUNK, epoch = 0 } = options;
  let sum = 0;
  for await (const batch of source.open({ epoch, batchSize, firstBatch: 0, stream: null })) {
    sum += lossSum(network, batch, loss, transform);
  }
  return sum / source.samples;
};

/** Evaluates the loss of a network in training again and again. Stateful: it keeps the plan of the forward pass. */
export interface LossEvaluator {
  /**
   * Compute the mean loss over data, or over a source batch by batch in the order in which its samples are stored; the
   * bits are those of `evaluateLoss`.
   *
   * @param transform of the forward pass, which is planned anew for another one
   * @param epoch for messages of the source
   */
  readonly evaluate: (
    network: Network,
    data: NamedDataset | BatchSource,
    transform: Transform,
    epoch: number,
  ) => Promise<number>;
  /** End its threads. */
  readonly close: () => Promise<void>;
}

/** Samples that a plan computes at a time; a part of `CHUNK`. */
const BLOCK = 1024;

/**
 * Make an evaluator.
 *
 * @param workers threads that share a forward pass, the calling one included
 */
export const lossEvaluator = (loss: LossFunction, workers: number): LossEvaluator => {
  let open: { readonly predictor: Predictor; readonly transform: Transform } | null = null;
  const close = async (): Promise<void> => {
    await open?.predictor.close();
    open = null;
  };
  return {
    evaluate: async (network, data, transform, epoch) => {
      const source = isBatchSource(data) ? data : memorySource(data);
      if (open?.transform !== transform) {
        await close();
        const batch = Math.min(BLOCK, source.samples);
        open = { transform, predictor: await openPredictor(network, { batch, workers, transform, loads: true }) };
      }
      const { predictor } = open!;
      predictor.load(network);
      let sum = 0;
      for await (const part of source.open({ epoch, batchSize: CHUNK, firstBatch: 0, stream: null })) {
        const prediction = constant(predictor.predict(part.inputs));
        sum += item(loss(prediction, part.targets, part.extras).value) * datasetSize(part);
      }
      return sum / source.samples;
    },
    close,
  };
};

/** Loss of a part times its number of samples. */
const lossSum = (
  network: Network,
  part: NamedDataset,
  loss: LossFunction,
  transform: Transform | undefined,
): number => {
  const prediction = forward(network, part.inputs, transform === undefined ? {} : { transform });
  return item(loss(prediction, part.targets, part.extras).value) * datasetSize(part);
};
