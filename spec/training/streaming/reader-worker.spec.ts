import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { writeShards } from '../../../src/training/streaming/index.ts';
import { readerWorker } from '../../../src/training/streaming/reader-worker.ts';
import type { ReaderWorker } from '../../../src/training/streaming/reader-worker.ts';
import { readerLayout, shardSource } from '../../../src/training/streaming/shard-source.ts';
import type { ShardSource } from '../../../src/training/streaming/shard-source.ts';
import { readCheckpoint, writeCheckpoint } from '../../../src/training/checkpoint-file.ts';
import { fit, meanSquaredError } from '../../../src/training/index.ts';
import type { FitOptions } from '../../../src/training/index.ts';
import { FileError } from '../../../src/errors.ts';
import { buildNetwork, hashNetwork } from '../../../src/network/index.ts';
import type { Network } from '../../../src/network/index.ts';
import { stream } from '../../../src/random/index.ts';
import { numberedBatches, readIndex } from './sets.ts';

let parent: string;
let folder: string;
let workers: ReaderWorker[] = [];

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'reader-worker-'));
  folder = join(parent, 'set');
  await writeShards(folder, numberedBatches(100), { shardSamples: 30 });
});

afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.close()));
  workers = [];
});

afterAll(async () => {
  await rm(parent, { recursive: true, force: true });
});

const start = (program?: string): ReaderWorker => {
  const worker = readerWorker(readerLayout(readIndex(folder), folder), program);
  workers.push(worker);
  return worker;
};

const sourceOf = (run: ReaderWorker['run']): ShardSource =>
  shardSource(readIndex(folder), folder, run, { window: 20, piece: 4, prefetch: 1 });

const network = (): Network =>
  buildNetwork('n', [{ name: 'x', shape: [2] }], [{ kind: 'dense', attributes: { units: 1 } }], stream(1));

const options: FitOptions = {
  loss: (y, t) => meanSquaredError(y, t),
  epochs: 3,
  batchSize: 10,
  stream: stream('fit'),
};

/** Serve so many tasks as they should be, then die. */
const dyingAfter = (tasks: number, death: string): ReaderWorker['run'] => {
  const alive = start();
  const dying = start(`require('node:worker_threads').parentPort.on('message', () => { ${death} });`);
  let count = 0;
  return (task) => (count++ < tasks ? alive : dying).run(task);
};

describe('readerWorker', () => {
  it.each([
    ['process.exit(3)', 'ended with exit code 3'],
    ['throw new Error("out of luck")', 'died: out of luck'],
  ])('tells that the thread died by %s', async (death, reason) => {
    const worker = start(`require('node:worker_threads').parentPort.on('message', () => { ${death} });`);
    const [first, second] = [worker.run({ kind: 'check' }), worker.run({ kind: 'check' })];
    const message = `The worker that reads the shards in "${folder}" ${reason}; go on from the last checkpoint.`;
    await expect(first).rejects.toThrow(new FileError(message));
    await expect(second).rejects.toThrow(new FileError(message));
  });

  it('starts anew after it was closed, and rejects what was under way', async () => {
    const worker = start();
    expect(await worker.run({ kind: 'check' })).toMatchObject({ kind: 'done' });
    const running = worker.run({ kind: 'check' });
    const rejected = expect(running).rejects.toThrow('was closed while it read');
    await worker.close();
    await rejected;
    expect(await worker.run({ kind: 'check' })).toMatchObject({ kind: 'done' });
  });
});

describe('training from shards', () => {
  it('ends with a clear error when the worker dies, the last checkpoint being whole, and goes on from there', async () => {
    const path = join(parent, 'training.json');
    const whole = await fit(network(), sourceOf(start().run), options);
    const texts: string[] = [];
    const dying = fit(network(), sourceOf(dyingAfter(10, 'process.exit(1)')), {
      ...options,
      checkpointBatches: 1,
      onCheckpoint: async (checkpoint) => {
        await writeCheckpoint(path, checkpoint);
        texts.push(await readFile(path, 'utf8'));
      },
    });
    await expect(dying).rejects.toThrow(FileError);
    await expect(dying).rejects.toThrow('ended with exit code 1; go on from the last checkpoint.');
    expect(texts.length).toBeGreaterThan(10);
    expect(await readFile(path, 'utf8')).toBe(texts.at(-1));
    const resume = await readCheckpoint(path);
    const rest = await fit(network(), sourceOf(start().run), { ...options, resume });
    expect(hashNetwork(rest.network)).toBe(hashNetwork(whole.network));
    expect(rest.history).toEqual(whole.history);
  });

  it('has the same bits again, and refuses a checkpoint of another order', async () => {
    const first = await fit(network(), sourceOf(start().run), options);
    const second = await fit(network(), sourceOf(start().run), options);
    expect(hashNetwork(second.network)).toBe(hashNetwork(first.network));
    const other = shardSource(readIndex(folder), folder, start().run, { window: 30, piece: 4 });
    await expect(fit(network(), other, { ...options, epochs: 4, resume: first.checkpoint })).rejects.toThrow(
      /^The checkpoint was made with shards \w{16} in windows of 20 and pieces of 4, this training has shards \w{16} in windows of 30 and pieces of 4; they must be equal\.$/,
    );
  });

  it('refuses a network with other inputs', async () => {
    const other = buildNetwork(
      'n',
      [{ name: 'features', shape: [2] }],
      [{ kind: 'dense', attributes: { units: 1 } }],
      stream(1),
    );
    await expect(fit(other, sourceOf(start().run), options)).rejects.toThrow(
      'The source of the training data has inputs x; the network has inputs features.',
    );
  });
});
