/** A worker that dies in the middle of a training: a clear error, and the last checkpoint file to go on from. */
import { mkdtempSync, rmSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import workerThreads from 'node:worker_threads';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WorkerError } from '../../src/errors.ts';
import { buildNetwork, hashNetwork } from '../../src/network/index.ts';
import { stream } from '../../src/random/index.ts';
import { tensor } from '../../src/tensor/index.ts';
import { readCheckpoint, writeCheckpoint } from '../../src/training/checkpoint-file.ts';
import { fit, meanSquaredError, type FitOptions } from '../../src/training/index.ts';

const Original = workerThreads.Worker;
const started: workerThreads.Worker[] = [];
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'distill-rtl-'));
  started.length = 0;
  // Threads are private to the training; this is how the test gets hold of them.
  workerThreads.Worker = class extends Original {
    constructor(...parameters: ConstructorParameters<typeof Original>) {
      super(...parameters);
      started.push(this);
    }
  };
  syncBuiltinESMExports();
});

afterEach(() => {
  workerThreads.Worker = Original;
  syncBuiltinESMExports();
  rmSync(folder, { recursive: true, force: true });
});

const network = buildNetwork(
  'n',
  [{ name: 'x', shape: [4] }],
  [{ kind: 'dense', attributes: { units: 8 } }, { kind: 'relu' }, { kind: 'dense', attributes: { units: 1 } }],
  stream('dying worker', 'start'),
);

const random = stream('dying worker', 'data');
const numbers = (count: number): Float32Array => Float32Array.from({ length: count }, () => random.uniform(-1, 1));
const data = { inputs: tensor(numbers(1200), [300, 4]), targets: tensor(numbers(300), [300, 1]) };

const options: FitOptions = {
  loss: (prediction, targets) => meanSquaredError(prediction, targets),
  epochs: 4,
  batchSize: 128,
  stream: stream('dying worker', 'fit'),
  workers: 2,
};

it('ends the training with an error that says so, and leaves the last checkpoint to resume from', async () => {
  const whole = await fit(network, data, options);
  const path = join(folder, 'training.json');
  started.length = 0;
  const interrupted = fit(network, data, {
    ...options,
    onCheckpoint: (checkpoint) => writeCheckpoint(path, checkpoint),
    onEpoch: async ({ epoch }) => {
      if (epoch === 2) await started[0]!.terminate();
    },
  });
  await expect(interrupted).rejects.toThrow(WorkerError);
  await expect(interrupted).rejects.toThrow(/^A worker of the plan ended: its thread exited with code \d+\.$/);
  const resumed = await fit(network, data, { ...options, resume: await readCheckpoint(path) });
  expect(hashNetwork(resumed.network)).toBe(hashNetwork(whole.network));
  expect(resumed.history).toEqual(whole.history);
});
