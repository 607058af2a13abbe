import { copyFileSync, readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openShards, writeShards } from '../../../src/training/streaming/index.ts';
import type { OpenShards, OpenShardsOptions } from '../../../src/training/streaming/index.ts';
import type { EpochRequest } from '../../../src/training/batch-source.ts';
import type { NamedDataset } from '../../../src/training/index.ts';
import { FileError, FormatError, ValueError } from '../../../src/errors.ts';
import { stream } from '../../../src/random/index.ts';
import { toFlat } from '../../../src/tensor/index.ts';
import { numbered, numberedBatches, spoil } from './sets.ts';

const samples = 130;

let parent: string;
let folder: string;
let opened: OpenShards[];

// Written once and copied, since writing waits for the disk.
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'open-shards-'));
  folder = join(parent, 'set');
  await writeShards(join(parent, 'original'), numberedBatches(samples), { shardSamples: 40 });
});

beforeEach(async () => {
  opened = [];
  await cp(join(parent, 'original'), folder, { recursive: true });
});

afterEach(async () => {
  await Promise.all(opened.map((source) => source.close()));
  await rm(folder, { recursive: true, force: true });
});

afterAll(async () => {
  await rm(parent, { recursive: true, force: true });
});

const open = async (options: OpenShardsOptions = {}): Promise<OpenShards> => {
  const source = await openShards(folder, { window: 32, piece: 6, ...options });
  opened.push(source);
  return source;
};

const collect = async (source: OpenShards, change: Partial<EpochRequest> = {}): Promise<readonly NamedDataset[]> => {
  const batches: NamedDataset[] = [];
  const request = { epoch: 0, batchSize: 8, firstBatch: 0, stream: stream('epoch'), ...change };
  for await (const batch of source.open(request)) batches.push(batch);
  return batches;
};

const ids = (batches: readonly NamedDataset[]): number[] =>
  batches.flatMap((batch) => Array.from(toFlat(batch.extras['id']!)));

describe('openShards', () => {
  it('tells what the set has', async () => {
    const source = await open();
    expect(source).toMatchObject({
      samples,
      inputs: { x: { shape: [2], dtype: 'f32' } },
      targets: { shape: [1], dtype: 'f32' },
      extras: { id: { shape: [], dtype: 'i32' } },
    });
  });

  it.each([true, false])('gives every sample once, its tensors together (worker: %s)', async (worker) => {
    const batches = await collect(await open({ worker }));
    expect(batches.map((batch) => batch.targets.shape[0])).toEqual([...Array<number>(16).fill(8), 2]);
    expect(ids(batches).toSorted((a, b) => a - b)).toEqual(Array.from({ length: samples }, (_unused, i) => i));
    const whole = numbered(0, samples);
    for (const batch of batches) {
      for (const [row, id] of toFlat(batch.extras['id']!).entries()) {
        const pair = (values: Float32Array | Int32Array, at: number): number[] =>
          Array.from(values.subarray(2 * at, 2 * at + 2));
        expect(pair(toFlat(batch.inputs['x']!), row)).toEqual(pair(toFlat(whole.inputs['x']!), id));
        expect(toFlat(batch.targets)[row]).toBe(toFlat(whole.targets)[id]);
      }
    }
  });

  it('gives the same batches with or without a worker, read ahead or not', async () => {
    const batches = await collect(await open());
    for (const options of [{ worker: false }, { prefetch: 0 }, { prefetch: 9 }]) {
      expect(await collect(await open(options))).toEqual(batches);
    }
  });

  it('gives other orders for other streams, and that of the files for none', async () => {
    const source = await open();
    const first = ids(await collect(source, { stream: stream('epoch', '0') }));
    expect(ids(await collect(source, { stream: stream('epoch', '1') }))).not.toEqual(first);
    expect(ids(await collect(source, { stream: null }))).toEqual(Array.from({ length: samples }, (_unused, i) => i));
  });

  it.each([0, 1, 3, 4, 5, 15, 16, 17])('starts at batch %i as an epoch that ran through', async (firstBatch) => {
    const source = await open();
    const all = await collect(source);
    expect(await collect(source, { firstBatch })).toEqual(all.slice(firstBatch));
  });

  it('serves epochs side by side, and one that is left early', async () => {
    const source = await open();
    const [all, other] = await Promise.all([collect(source), collect(source, { batchSize: 50 })]);
    expect(other).toHaveLength(3);
    for await (const batch of source.open({ epoch: 0, batchSize: 8, firstBatch: 0, stream: stream('epoch') })) {
      expect(batch).toEqual(all[0]);
      break;
    }
    expect(await collect(source)).toEqual(all);
  });

  it('has an identity that follows content and order', async () => {
    const { identity } = await open();
    expect((await open()).identity).toBe(identity);
    expect((await open({ piece: 5 })).identity).not.toBe(identity);
    spoil(folder, 'target-00000.npy', 0, 7);
    expect((await open()).identity).not.toBe(identity);
  });

  it.each([
    [{ window: 0 }, 'Option "window" of a source of shards is 0; it must be an integer of at least 1.'],
    [{ piece: 0.5 }, 'Option "piece" of a source of shards is 0.5; it must be an integer of at least 1.'],
    [{ prefetch: -1 }, 'Option "prefetch" of a source of shards is -1; it must be an integer of at least 0.'],
  ])('refuses %o', async (options, message) => {
    await expect(openShards(folder, options)).rejects.toThrow(new ValueError(message));
  });
});

describe.each([true, false])('a set that is not as it was written (worker: %s)', (worker) => {
  const pathOf = (name: string): string => join(folder, name);

  it('is refused without its index', async () => {
    rmSync(pathOf('index.json'));
    await expect(open({ worker })).rejects.toThrow(FileError);
    await expect(open({ worker })).rejects.toThrow(
      `The index "${pathOf('index.json')}" of a set of shards cannot be read: ENOENT`,
    );
  });

  it('is refused without one of its files', async () => {
    rmSync(pathOf('target-00002.npy'));
    await expect(open({ worker })).rejects.toThrow(FileError);
    await expect(open({ worker })).rejects.toThrow(
      `Shard file "${pathOf('target-00002.npy')}" of the index cannot be read: ENOENT`,
    );
  });

  it('is refused with a file that was cut', async () => {
    truncateSync(pathOf('input-x-00001.npy'), 300);
    await expect(open({ worker })).rejects.toThrow(
      new FormatError(`Shard file "${pathOf('input-x-00001.npy')}" has 300 bytes; its index says 448.`),
    );
  });

  it('stops at a file with other content', async () => {
    spoil(folder, 'target-00001.npy', 3, 7, false);
    const source = await open({ worker });
    await expect(collect(source)).rejects.toThrow(FormatError);
    await expect(collect(source)).rejects.toThrow(/"[^"]*target-00001\.npy" has SHA-256 \w{64}; its index says \w{64}/);
  });

  it('stops at a file of another dtype or shape', async () => {
    copyFileSync(pathOf('target-00001.npy'), pathOf('extra-id-00001.npy'));
    const source = await open({ worker });
    await expect(collect(source)).rejects.toThrow(FormatError);
    await expect(collect(source)).rejects.toThrow(
      /extra-id-00001\.npy" starts with ".*"; its index demands \.npy version 1 of {'descr': '<i4', 'fortran_order': False, 'shape': \(40,\), }\.$/,
    );
  });

  it('stops when a file changes between two epochs', async () => {
    const source = await open({ worker });
    const all = await collect(source);
    // The same bytes again, so only the time tells.
    writeFileSync(pathOf('target-00003.npy'), readFileSync(pathOf('target-00003.npy')));
    utimesSync(pathOf('target-00003.npy'), 1, 1);
    await expect(collect(source, { epoch: 1 })).rejects.toThrow(FileError);
    await expect(collect(source, { epoch: 1 })).rejects.toThrow(
      /target-00003\.npy" changed while it was in use: it had 168 bytes of .* and has 168 bytes of 1970-01-01T00:00:01\.000Z; a set must stay as it was written\.$/,
    );
    expect(await collect(await open({ worker }))).toEqual(all);
  });

  it('stops when a file vanishes within an epoch', async () => {
    const source = await open({ worker, prefetch: 0, window: 8 });
    const reading = async (): Promise<void> => {
      for await (const batch of source.open({ epoch: 0, batchSize: 8, firstBatch: 0, stream: null })) {
        expect(batch.targets.shape).toHaveLength(2);
        rmSync(pathOf('input-x-00003.npy'), { force: true });
      }
    };
    await expect(reading()).rejects.toThrow(FileError);
  });

  it('stops at the batch with a value that is no number, and names the place', async () => {
    const all = await collect(await open({ worker }));
    spoil(folder, 'input-x-00001.npy', 2 * 17 + 1, Number.NaN);
    spoil(folder, 'target-00002.npy', 5, Number.NEGATIVE_INFINITY);
    const batchOf = (id: number): number => all.findIndex((batch) => toFlat(batch.extras['id']!).includes(id));
    const [nan, infinity] = [batchOf(40 + 17), batchOf(80 + 5)];
    const seen: NamedDataset[] = [];
    const reading = async (): Promise<void> => {
      const source = await open({ worker });
      for await (const batch of source.open({ epoch: 4, batchSize: 8, firstBatch: 0, stream: stream('epoch') })) {
        seen.push(batch);
      }
    };
    const message =
      nan < infinity
        ? `Input "x" in shard file "${pathOf('input-x-00001.npy')}" is NaN in sample 17, feature 1`
        : `Target in shard file "${pathOf('target-00002.npy')}" is -Infinity in sample 5, feature 0`;
    await expect(reading()).rejects.toThrow(
      new ValueError(`${message} (batch ${Math.min(nan, infinity)} of epoch 4); every value must be finite.`),
    );
    expect(seen).toEqual(all.slice(0, Math.min(nan, infinity)));
  });
});
