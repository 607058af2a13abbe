import { describe, expect, it } from 'vitest';
import { memorySource } from '../../src/training/batch-source.ts';
import type { BatchSource, EpochRequest } from '../../src/training/batch-source.ts';
import { takeSamples } from '../../src/training/dataset.ts';
import type { NamedDataset } from '../../src/training/dataset.ts';
import { evaluateLoss, evaluateSource, lossEvaluator } from '../../src/training/evaluate-loss.ts';
import { fit, meanSquaredError, parseCheckpoint, serializeCheckpoint } from '../../src/training/index.ts';
import type { Checkpoint, FitOptions } from '../../src/training/index.ts';
import { ShapeError, UnsupportedError, ValueError } from '../../src/errors.ts';
import { buildNetwork, composeTransforms, hashNetwork } from '../../src/network/index.ts';
import type { Network } from '../../src/network/index.ts';
import { stream } from '../../src/random/index.ts';
import { tensor, toFlat } from '../../src/tensor/index.ts';

const network = (): Network =>
  buildNetwork(
    'n',
    [{ name: 'x', shape: [2] }],
    [{ kind: 'dense', attributes: { units: 4 } }, { kind: 'relu' }, { kind: 'dense', attributes: { units: 1 } }],
    stream(1),
  );

const samples = (n: number): NamedDataset => {
  const random = stream('batch source');
  const x = Float32Array.from({ length: 2 * n }, () => random.normal());
  const y = Float32Array.from({ length: n }, (_unused, i) => x[2 * i]! - x[2 * i + 1]!);
  return { inputs: { x: tensor(x, [n, 2]) }, targets: tensor(y, [n, 1]), extras: {} };
};

const options: FitOptions = {
  loss: (y, t) => meanSquaredError(y, t),
  epochs: 2,
  batchSize: 16,
  stream: stream('fit'),
};

const request: EpochRequest = { epoch: 0, batchSize: 16, firstBatch: 0, stream: null };

const collect = async (source: BatchSource, change: Partial<EpochRequest>): Promise<readonly NamedDataset[]> => {
  const batches: NamedDataset[] = [];
  for await (const batch of source.open({ ...request, ...change })) batches.push(batch);
  return batches;
};

/** A source of `count` batches that counts how often it was opened and left. */
const countingSource = (
  data: NamedDataset,
  count: number,
  change: Partial<BatchSource> = {},
): { readonly source: BatchSource; readonly calls: string[] } => {
  const calls: string[] = [];
  const inner = memorySource(data);
  const source: BatchSource = {
    ...inner,
    async *open(wanted) {
      calls.push(`open ${wanted.epoch}.${wanted.firstBatch}`);
      try {
        let given = 0;
        for await (const batch of inner.open(wanted)) {
          if (given++ === count) return;
          yield batch;
        }
      } finally {
        calls.push('left');
      }
    },
    ...change,
  };
  return { source, calls };
};

describe('memorySource', () => {
  it('cuts a permutation of the samples into batches, the last one smaller', async () => {
    const data = samples(40);
    const order = stream('order').permutation(40);
    const batches = await collect(memorySource(data), { stream: stream('order') });
    expect(batches).toEqual([0, 16, 32].map((first) => takeSamples(data, order, first, Math.min(first + 16, 40))));
  });

  it('starts at any batch, and keeps the order of the data without a stream', async () => {
    const source = memorySource(samples(40));
    const all = await collect(source, { stream: stream('order') });
    expect(await collect(source, { stream: stream('order'), firstBatch: 2 })).toEqual(all.slice(2));
    const stored = await collect(source, {});
    expect(stored.flatMap((batch) => Array.from(toFlat(batch.targets)))).toEqual(
      Array.from(toFlat(samples(40).targets)),
    );
  });
});

describe('training from a source', () => {
  it('has the same bits as from the data in memory', async () => {
    const fromData = await fit(network(), samples(50), options);
    const fromSource = await fit(network(), memorySource(samples(50)), options);
    expect(hashNetwork(fromSource.network)).toBe(hashNetwork(fromData.network));
    expect(fromSource.history).toEqual(fromData.history);
  });

  it('opens each epoch once, leaves it, and skips the batches that a checkpoint has seen', async () => {
    const { source, calls } = countingSource(samples(50), 9);
    const checkpoints: Checkpoint[] = [];
    const whole = await fit(network(), source, {
      ...options,
      checkpointBatches: 3,
      onCheckpoint: (checkpoint) => void checkpoints.push(checkpoint),
    });
    expect(calls).toEqual(['open 0.0', 'left', 'open 1.0', 'left']);
    calls.length = 0;
    const resume = parseCheckpoint(serializeCheckpoint(checkpoints[0]!));
    const rest = await fit(network(), source, { ...options, resume });
    expect(calls).toEqual(['open 0.3', 'left', 'open 1.0', 'left']);
    expect(hashNetwork(rest.network)).toBe(hashNetwork(whole.network));
  });

  it('leaves the source when it is stopped or fails', async () => {
    const { source, calls } = countingSource(samples(50), 9);
    const controller = new AbortController();
    await fit(network(), source, { ...options, signal: controller.signal, onBatch: () => controller.abort() });
    const failing = fit(network(), source, { ...options, onBatch: () => expect.unreachable() });
    await expect(failing).rejects.toThrow();
    expect(calls).toEqual(['open 0.0', 'left', 'open 0.0', 'left']);
  });

  it('validates with a source, batch by batch', async () => {
    const validation = samples(5000);
    const fromData = await fit(network(), samples(50), { ...options, validation });
    const fromSource = await fit(network(), samples(50), { ...options, validation: memorySource(validation) });
    expect(fromSource.history).toEqual(fromData.history);
    expect(await evaluateSource(network(), memorySource(validation), options.loss)).toBe(
      evaluateLoss(network(), validation, options.loss),
    );
    const evaluator = lossEvaluator(options.loss, 2);
    const transform = composeTransforms();
    for (const [state, data] of [
      [network(), memorySource(validation)],
      [fromData.network, { ...validation, extras: {} }],
    ] as const) {
      expect(await evaluator.evaluate(state, data, transform, 0)).toBe(evaluateLoss(state, validation, options.loss));
    }
    await evaluator.close();
  });

  it('sets no share of it apart', async () => {
    await expect(fit(network(), memorySource(samples(50)), { ...options, validation: 0.2 })).rejects.toThrow(
      new UnsupportedError(
        'Option "validation" of fit is the share 0.2, which cannot be cut out of a source of batches; give validation data, or a second source.',
      ),
    );
  });

  it.each([
    [
      { inputs: { y: { shape: [2], dtype: 'f32' } } },
      'The source of the training data has inputs y; the network has inputs x.',
    ],
    [
      { inputs: { x: { shape: [3], dtype: 'f32' } } },
      'Input "x" of the training data has samples of shape [3]; the network takes [2].',
    ],
    [{ samples: 0 }, 'The source of the training data has 0 samples; at least one is needed.'],
    [{ samples: 51 }, 'The source of the training data gives 2 samples for batch 3 of epoch 0; it must give 3.'],
    [{ samples: 66 }, 'The source of the training data gives 2 samples for batch 3 of epoch 0; it must give 16.'],
  ] as const)('refuses one with %o', async (change, message) => {
    const { source } = countingSource(samples(50), 9, change);
    await expect(fit(network(), source, options)).rejects.toThrow(new ShapeError(message));
  });

  it('refuses an epoch that ends early', async () => {
    const { source } = countingSource(samples(50), 2);
    await expect(fit(network(), source, options)).rejects.toThrow(
      new ShapeError('The source of the training data ends epoch 0 after 2 batches; it must give 4.'),
    );
  });

  it('blames a value that is no number for a loss that is none', async () => {
    const data = samples(50);
    const { source } = countingSource(data, 9);
    const order = options.stream.split('shuffle').split('0').permutation(50);
    toFlat(data.inputs['x']!)[2 * order[16 + 5]! + 1] = Number.NaN;
    await expect(fit(network(), source, options)).rejects.toThrow(
      new ValueError(
        'The loss is NaN in batch 1 of epoch 0: input "x" is NaN in sample 5 of the batch, feature 1; every value must be finite.',
      ),
    );
  });
});
