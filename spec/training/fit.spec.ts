import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  eraseState,
  fit,
  evaluateLoss,
  huber,
  meanSquaredError,
  parseCheckpoint,
  serializeCheckpoint,
} from '../../src/training/index.ts';
import type { Checkpoint, Dataset, FitOptions, FitResult, TrainingTransform } from '../../src/training/index.ts';
import { readCheckpoint, writeCheckpoint } from '../../src/training/checkpoint-file.ts';
import * as ag from '../../src/autograd/index.ts';
import { FileError, FormatError, ShapeError, ValueError } from '../../src/errors.ts';
import { buildNetwork, hashNetwork, predict, withParameters } from '../../src/network/index.ts';
import type { Network } from '../../src/network/index.ts';
import { stream } from '../../src/random/index.ts';
import { tensor, toFlat, toFloats } from '../../src/tensor/index.ts';

/** Dense, batch normalisation, dropout: everything with a state or randomness of its own. */
const student = (): Network =>
  buildNetwork(
    'student',
    [{ name: 'x', shape: [3] }],
    [
      { kind: 'dense', name: 'fc', attributes: { units: 8 } },
      { kind: 'batchNormalization', name: 'bn', attributes: { momentum: 0.9 } },
      { kind: 'relu' },
      { kind: 'dropout', attributes: { rate: 0.1 } },
      { kind: 'dense', name: 'out', attributes: { units: 1 } },
    ],
    stream(5),
  );

/** Targets |x₀| − x₁ of `n` samples. */
const samples = (n: number): Dataset => {
  const random = stream('fit', 'data');
  const x = Float32Array.from({ length: 3 * n }, () => random.normal());
  const y = Float32Array.from({ length: n }, (_unused, i) => Math.abs(x[3 * i]!) - x[3 * i + 1]!);
  return { inputs: tensor(x, [n, 3]), targets: tensor(y, [n, 1]) };
};

const base: FitOptions = {
  loss: (y, t) => meanSquaredError(y, t),
  epochs: 4,
  batchSize: 20,
  learningRate: 0.01,
  stream: stream('fit'),
};

describe('fit', () => {
  it('learns', async () => {
    const data = samples(400);
    const result = await fit(student(), data, { ...base, epochs: 30, validation: 0.25 });
    expect(result.status).toBe('finished');
    expect(result.history).toHaveLength(30);
    expect(result.history[0]!.validationLoss).toBeGreaterThan(0.8);
    expect(result.history[result.epoch]!.validationLoss).toBeLessThan(0.15);
  });

  it('gives the same bits for the same seed and others for another', async () => {
    const data = samples(90);
    const run = async (seed: string): Promise<string> =>
      hashNetwork((await fit(student(), data, { ...base, stream: stream(seed) })).network);
    expect(await run('a')).toBe(await run('a'));
    expect(await run('a')).not.toBe(await run('b'));
  });

  it('does not change the network it is given', async () => {
    const network = student();
    const before = hashNetwork(network);
    await fit(network, samples(50), base);
    expect(hashNetwork(network)).toBe(before);
  });

  it('sees every sample once per epoch, the last batch being smaller', async () => {
    const n = 50;
    const data: Dataset = {
      ...samples(n),
      extras: {
        id: tensor(
          Float32Array.from({ length: n }, (_unused, i) => i),
          [n, 1],
        ),
      },
    };
    const seen: number[][] = [];
    await fit(student(), data, {
      ...base,
      epochs: 2,
      loss: (y, t, extras) => {
        seen.push(Array.from(toFlat(extras['id']!)));
        return meanSquaredError(y, t);
      },
    });
    expect(seen.map((batch) => batch.length)).toEqual([20, 20, 10, 20, 20, 10]);
    const [first, second] = [seen.slice(0, 3).flat(), seen.slice(3).flat()];
    const all = Array.from({ length: n }, (_unused, i) => i);
    expect(first.toSorted((a, b) => a - b)).toEqual(all);
    expect(second.toSorted((a, b) => a - b)).toEqual(all);
    expect(first).not.toEqual(second);
  });

  it('follows running statistics of batch normalisation', async () => {
    const { network } = await fit(student(), samples(60), { ...base, epochs: 20 });
    const { movingMean, movingVariance } = network.layers[1]!.parameters;
    expect(toFlat(movingMean!).some((value) => value !== 0)).toBe(true);
    expect(toFlat(movingVariance!).every((value) => value > 0 && value !== 1)).toBe(true);
  });

  it('reports the mean loss over samples, whatever the sizes of batches', async () => {
    const data = samples(50);
    const network = buildNetwork(
      'n',
      [{ name: 'x', shape: [3] }],
      [{ kind: 'dense', attributes: { units: 1 } }],
      stream(1),
    );
    const { history } = await fit(network, data, { ...base, epochs: 1, learningRate: 0, batchSize: 15 });
    expect(history[0]!.loss).toBeCloseTo(evaluateLoss(network, data, base.loss), 5);
  });

  it('reports every batch and epoch', async () => {
    const batches: string[] = [];
    const epochs: number[] = [];
    await fit(student(), samples(50), {
      ...base,
      epochs: 2,
      learningRate: { kind: 'step', learningRate: 1, stepSize: 3, gamma: 0.5 },
      optimizer: { kind: 'sgd' },
      clipNorm: 0.01,
      onBatch: (record) => batches.push(`${record.epoch}.${record.batch}/${record.batches} ${record.learningRate}`),
      onEpoch: (record) => void epochs.push(record.epoch),
    });
    expect(batches).toEqual(['0.0/3 1', '0.1/3 1', '0.2/3 1', '1.0/3 0.5', '1.1/3 0.5', '1.2/3 0.5']);
    expect(epochs).toEqual([0, 1]);
  });

  it('stops when the validation loss no longer falls, and gives back the best epoch', async () => {
    const data = samples(40);
    // A rate that throws the parameters about: some epoch before the last is best.
    const result = await fit(student(), data, {
      ...base,
      epochs: 60,
      learningRate: 0.2,
      validation: 0.25,
      earlyStopping: { patience: 3 },
    });
    const losses = result.history.map((record) => record.validationLoss!);
    expect(result.status).toBe('stopped early');
    expect(result.epoch).toBe(losses.indexOf(Math.min(...losses)));
    expect(losses).toHaveLength(result.epoch + 1 + 3);
    expect(result.checkpoint.best!.loss).toBe(Math.min(...losses));
    expect(hashNetwork(result.network)).toBe(hashNetwork(result.checkpoint.best!.network));
  });

  it('lowers the rate on a plateau', async () => {
    const result = await fit(student(), samples(40), {
      ...base,
      epochs: 12,
      learningRate: { kind: 'plateau', learningRate: 1e-9, patience: 1, factor: 0.5 },
    });
    // The smallest change that torch makes is 1e-8, so this rate stays; a larger one falls.
    expect(result.history.at(-1)!.learningRate).toBe(1e-9);
    const falling = await fit(student(), samples(40), {
      ...base,
      epochs: 12,
      optimizer: { kind: 'sgd' },
      learningRate: { kind: 'plateau', learningRate: 1e-5, patience: 1, factor: 0.5, threshold: 0.5 },
    });
    expect(falling.history.at(-1)!.learningRate).toBeLessThan(1e-5);
  });
});

describe('a resumed training', () => {
  /** Counts batches in its state, and doubles the output bias from the third on, to prove that state is carried. */
  const counter: TrainingTransform<{ readonly count: number }> = {
    name: 'counter',
    initial: () => ({ count: 0 }),
    update: ({ count }) => ({ count: count + 1 }),
    transform:
      ({ count }) =>
      (value, { layer, role }) =>
        layer === 'out' && role === 'bias' && count >= 3 ? ag.multiply(value, 2) : value,
  };

  const options: FitOptions = {
    ...base,
    epochs: 3,
    validation: 0.2,
    optimizer: { kind: 'adam', amsgrad: true },
    learningRate: { kind: 'oneCycle', maximum: 0.02, totalSteps: 12 },
    earlyStopping: { patience: 2 },
    transforms: [eraseState(counter)],
    loss: (y, t) => huber(y, t),
  };

  const stopAfter = async (batches: number): Promise<FitResult> => {
    const controller = new AbortController();
    let seen = 0;
    return fit(student(), samples(100), {
      ...options,
      signal: controller.signal,
      onBatch: () => {
        seen += 1;
        if (seen === batches) controller.abort();
      },
    });
  };

  const bits = (result: FitResult): unknown => ({
    network: hashNetwork(result.network),
    raw: hashNetwork(result.checkpoint.network),
    history: result.history,
    optimizer: result.checkpoint.optimizer,
    epoch: result.epoch,
    status: result.status,
    transforms: result.checkpoint.transforms,
  });

  it.each([1, 2, 4, 5, 7, 8, 11])(
    'has the same bits as one that ran through, stopped after %i batches',
    async (batches) => {
      const whole = await fit(student(), samples(100), options);
      const part = await stopAfter(batches);
      expect(part.status).toBe('aborted');
      // Through text, as from a file.
      const resume = parseCheckpoint(serializeCheckpoint(part.checkpoint));
      expect(resume).toEqual(part.checkpoint);
      // The stream and the values of the network are those of the checkpoint, whatever the call says.
      const other = withParameters(student(), { out: { bias: tensor([7]) } });
      const rest = await fit(other, samples(100), { ...options, stream: stream('other'), resume });
      expect(bits(rest)).toEqual(bits(whole));
      expect(whole.checkpoint.transforms).toEqual({ counter: { count: 12 } });
    },
  );

  it('continues from any checkpoint that was written on the way', async () => {
    const checkpoints: Checkpoint[] = [];
    const whole = await fit(student(), samples(100), {
      ...options,
      checkpointBatches: 3,
      onCheckpoint: (checkpoint) => void checkpoints.push(checkpoint),
    });
    expect(checkpoints.map(({ epoch, batch }) => `${epoch}.${batch}`)).toEqual([
      '0.3',
      '1.0',
      '1.3',
      '2.0',
      '2.3',
      '3.0',
    ]);
    for (const resume of checkpoints) {
      expect(bits(await fit(student(), samples(100), { ...options, resume }))).toEqual(bits(whole));
    }
  });

  it('does not start when the signal was given before, and hears one given in a timer', async () => {
    const before = await fit(student(), samples(100), { ...options, signal: AbortSignal.abort() });
    expect(before.checkpoint.optimizer.step).toBe(0);
    const later = await fit(student(), samples(100), {
      ...base,
      epochs: 100_000,
      signal: AbortSignal.timeout(30),
      yieldBatches: 1,
    });
    expect(later.status).toBe('aborted');
  });

  it('refuses a checkpoint of other data', async () => {
    const { checkpoint } = await stopAfter(2);
    await expect(fit(student(), samples(101), { ...options, resume: checkpoint })).rejects.toThrow(
      'The checkpoint was made with 80 samples in batches of 20, this training has 81 in batches of 20; they must be equal.',
    );
    const other = eraseState({ ...counter, name: 'other' });
    await expect(fit(student(), samples(100), { ...options, transforms: [other], resume: checkpoint })).rejects.toThrow(
      'The checkpoint has no state of transform "other"; it has counter.',
    );
  });

  it('keeps checkpoints in whole files', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'checkpoint-'));
    try {
      const path = join(folder, 'training.json');
      const { checkpoint } = await stopAfter(3);
      await writeCheckpoint(path, checkpoint);
      await writeCheckpoint(path, checkpoint);
      expect(await readdir(folder)).toEqual(['training.json']);
      expect(await readCheckpoint(path)).toEqual(checkpoint);
      await expect(readCheckpoint(join(folder, 'none.json'))).rejects.toThrow(FileError);
      await expect(writeCheckpoint(join(folder, 'none', 'a.json'), checkpoint)).rejects.toThrow(FileError);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it.each(['', '{}', '{"format":"distill-rtl/checkpoint/1"}'])('refuses the text %s', (text) => {
    expect(() => parseCheckpoint(text)).toThrow(FormatError);
  });
});

describe('bad data', () => {
  const spoil = (value: number, at: number): Dataset => {
    const data = samples(30);
    const x = Float32Array.from(toFlat(data.inputs as never));
    x[at] = value;
    return { ...data, inputs: tensor(x, [30, 3]) };
  };

  it.each([Number.NaN, Number.NEGATIVE_INFINITY])('is named by sample and feature: %s', async (value) => {
    await expect(fit(student(), spoil(value, 3 * 7 + 2), base)).rejects.toThrow(
      new ValueError(`Input "x" of the training data is ${value} in sample 7, feature 2; every value must be finite.`),
    );
  });

  it('is named when numbers of samples differ', async () => {
    const data = { ...samples(30), targets: samples(29).targets };
    await expect(fit(student(), data, base)).rejects.toThrow(
      new ShapeError('Input "x" of the training data has 30 samples; the targets have 29.'),
    );
  });

  it('names the batch in which the loss stops being a number', async () => {
    const network = student();
    const kernel = tensor(new Float32Array(8).fill(3e38), [8, 1]);
    const wild = withParameters(network, { out: { kernel } });
    await expect(fit(wild, samples(30), base)).rejects.toThrow(
      /^The loss is (Infinity|NaN) in batch 0 of epoch 0; lower the learning rate 0\.01 or set clipNorm\.$/,
    );
  });

  it.each([
    [{ epochs: 0 }, 'Option "epochs" of fit is 0; it must be an integer of at least 1.'],
    [{ batchSize: 1.5 }, 'Option "batchSize" of fit is 1.5; it must be an integer of at least 1.'],
    [{ validation: 1 }, 'A share of 1 of 30 samples cannot be set apart; it must be in (0, 1) of at least 2 samples.'],
  ])('refuses %o', async (change, message) => {
    await expect(fit(student(), samples(30), { ...base, ...change })).rejects.toThrow(message);
  });
});

describe('evaluateLoss', () => {
  it('is the mean over samples for any chunk', () => {
    const data = samples(50);
    const network = student();
    const y = toFloats(predict(network, data.inputs as never));
    const t = toFloats(data.targets);
    const mean = y.reduce((sum, value, i) => sum + (value - t[i]!) ** 2, 0) / 50;
    for (const chunk of [1, 7, 50]) {
      expect(evaluateLoss(network, data, base.loss, { chunk })).toBeCloseTo(mean, 5);
    }
  });
});
