/** Small sets of shards in temporary folders, and ways to spoil them, for the specs beside. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseShardIndex, serializeShardIndex } from '../../../src/training/streaming/shard-index.ts';
import type { Shard, ShardIndex } from '../../../src/training/streaming/shard-index.ts';
import type { SampleBatch } from '../../../src/training/streaming/index.ts';
import { stream } from '../../../src/random/index.ts';
import { tensor } from '../../../src/tensor/index.ts';

/** Samples numbered from `from`: two normal inputs, their difference, and the number itself as "id". */
export const numbered = (from: number, count: number): SampleBatch => {
  const x = new Float32Array(2 * count);
  for (let i = 0; i < count; i++) {
    const random = stream('sets', String(from + i));
    x.set([random.normal(), random.normal()], 2 * i);
  }
  const y = Float32Array.from({ length: count }, (_unused, i) => x[2 * i]! - x[2 * i + 1]!);
  const id = Int32Array.from({ length: count }, (_unused, i) => from + i);
  return { inputs: { x: tensor(x, [count, 2]) }, targets: tensor(y, [count, 1]), extras: { id: tensor(id, [count]) } };
};

/** Batches of those, of changing sizes. */
export const numberedBatches = (samples: number): SampleBatch[] => {
  const batches: SampleBatch[] = [];
  for (let from = 0; from < samples;) {
    const count = Math.min(1 + (from % 13), samples - from);
    batches.push(numbered(from, count));
    from += count;
  }
  return batches;
};

export const readIndex = (folder: string): ShardIndex =>
  parseShardIndex(readFileSync(join(folder, 'index.json'), 'utf8'), 'The index');

/** Write one float into a file of a set; by default with the hash in the index, as if it had always been there. */
export const spoil = (folder: string, name: string, element: number, value: number, hash = true): void => {
  const index = readIndex(folder);
  const bytes = readFileSync(join(folder, name));
  bytes.writeFloatLE(value, 128 + 4 * element);
  writeFileSync(join(folder, name), bytes);
  if (!hash) return;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const shards = index.shards.map((shard): Shard => ({
    ...shard,
    files: shard.files.map((file) => (file.name === name ? { ...file, sha256 } : file)),
  }));
  writeFileSync(join(folder, 'index.json'), serializeShardIndex({ ...index, shards }));
};
