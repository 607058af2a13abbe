/**
 * Writes a data set in shards (Node only), from batches that come one after the other.
 *
 * Held is one shard at a time. All files are written into a folder beside, flushed to the disk and renamed together at
 * the end, so that a set is whole or not there at all.
 */
import { createHash } from 'node:crypto';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { DistillError, FileError, ShapeError, ValueError } from '../../errors.ts';
import { toFlat } from '../../tensor/index.ts';
import type { Tensor } from '../../tensor/index.ts';
import { firstNonFinite } from '../dataset.ts';
import { flushFolder, writeFlushed } from '../whole-file.ts';
import { npyHeader } from './npy-header.ts';
import { indexName, sampleWidth, serializeShardIndex } from './shard-index.ts';
import type { Shard, ShardFile, ShardIndex, ShardRole, ShardTensor } from './shard-index.ts';
import { defaultSamples } from './shard-source.ts';

/** Some samples of a set, of any number; all tensors by name. */
export interface SampleBatch {
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly targets: Tensor;
  readonly extras?: Readonly<Record<string, Tensor>>;
}

export interface WriteShardsOptions {
  /** Samples per shard, an integer of at least 1. @defaultValue 65,536, or as many as 64 MiB hold */
  readonly shardSamples?: number;
  /** Hears of progress after each shard. */
  readonly onShard?: (shard: Shard, samples: number) => void;
}

/**
 * Write a set.
 *
 * @param folder that is made; it must not exist
 * @param batches samples in the order in which they are stored; all with the same tensors
 * @returns the index that was written
 * @throws FileError when the folder exists or cannot be written; ShapeError when batches differ or there is no sample;
 *   ValueError for a value that is not finite or an option that is out of range
 */
export const writeShards = async (
  folder: string,
  batches: AsyncIterable<SampleBatch> | Iterable<SampleBatch>,
  options: WriteShardsOptions = {},
): Promise<ShardIndex> => {
  const { shardSamples } = options;
  if (shardSamples !== undefined && !(Number.isSafeInteger(shardSamples) && shardSamples >= 1)) {
    throw new ValueError(
      `Option "shardSamples" of writeShards is ${shardSamples}; it must be an integer of at least 1.`,
    );
  }
  if (await stat(folder).catch(() => null)) {
    throw new FileError(`The set "${folder}" cannot be written: there is such a file or folder already.`);
  }
  const beside = `${folder}.partial`;
  try {
    await rm(beside, { recursive: true, force: true });
    await mkdir(beside, { recursive: true });
    const index = await writeInto(beside, batches, options);
    await writeFlushed(join(beside, indexName), [serializeShardIndex(index)]);
    await flushFolder(beside);
    await rename(beside, folder);
    await flushFolder(dirname(resolve(folder)));
    return index;
  } catch (error) {
    await rm(beside, { recursive: true, force: true }).catch(() => undefined);
    if (error instanceof DistillError || (error as NodeJS.ErrnoException).code === undefined) throw error;
    throw new FileError(`The set "${folder}" cannot be written: ${(error as Error).message}.`);
  }
};

/** The tensors of a set with the samples of the shard that is being filled. */
interface Filling {
  readonly tensors: readonly ShardTensor[];
  readonly stems: readonly string[];
  readonly buffers: readonly (Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>)[];
  /** Samples that the buffers hold at most. */
  readonly room: number;
}

const writeInto = async (
  folder: string,
  batches: AsyncIterable<SampleBatch> | Iterable<SampleBatch>,
  { shardSamples, onShard }: WriteShardsOptions,
): Promise<ShardIndex> => {
  const shards: Shard[] = [];
  let filling: Filling | null = null;
  let filled = 0;
  let samples = 0;
  const finishShard = async ({ tensors, stems, buffers }: Filling): Promise<void> => {
    const files: ShardFile[] = [];
    for (const [i, { dtype, shape }] of tensors.entries()) {
      const name = `${stems[i]}-${String(shards.length).padStart(5, '0')}.npy`;
      const header = npyHeader(dtype, [filled, ...shape]);
      const data = new Uint8Array(buffers[i]!.buffer, 0, 4 * filled * sampleWidth(shape));
      await writeFlushed(join(folder, name), [header, data]);
      const sha256 = createHash('sha256').update(header).update(data).digest('hex');
      files.push({ name, bytes: header.length + data.length, sha256 });
    }
    shards.push({ samples: filled, files });
    filled = 0;
    onShard?.(shards.at(-1)!, samples);
  };

  for await (const batch of batches) {
    const values = tensorsOf(batch);
    filling ??= startFilling(values, shardSamples);
    const rows = checkBatch(batch, values, filling.tensors, samples);
    const flats = values.map(({ value }) => toFlat(value));
    for (let row = 0; row < rows;) {
      const count = Math.min(rows - row, filling.room - filled);
      for (const [i, { shape }] of filling.tensors.entries()) {
        const width = sampleWidth(shape);
        filling.buffers[i]!.set(flats[i]!.subarray(row * width, (row + count) * width), filled * width);
      }
      row += count;
      filled += count;
      samples += count;
      if (filled === filling.room) await finishShard(filling);
    }
  }
  if (filling === null || samples === 0) throw new ShapeError('The set has no samples; at least one is needed.');
  if (filled > 0) await finishShard(filling);
  return { samples, tensors: filling.tensors, shards };
};

interface NamedTensor {
  readonly role: ShardRole;
  readonly name: string;
  readonly value: Tensor;
}

const tensorsOf = ({ inputs, targets, extras }: SampleBatch): readonly NamedTensor[] => [
  ...Object.entries(inputs).map(([name, value]) => ({ role: 'input', name, value }) as const),
  { role: 'target', name: 'targets', value: targets },
  ...Object.entries(extras ?? {}).map(([name, value]) => ({ role: 'extra', name, value }) as const),
];

const startFilling = (values: readonly NamedTensor[], shardSamples: number | undefined): Filling => {
  const tensors = values.map(({ role, name, value }) => ({
    role,
    name,
    dtype: value.dtype,
    shape: value.shape.slice(1),
  }));
  const room = shardSamples ?? defaultSamples(tensors);
  const stems = tensors.map(({ role, name }) =>
    role === 'target' ? 'target' : `${role}-${name.replaceAll(/\W+/g, '_')}`,
  );
  return {
    tensors,
    // Names that differ in their special characters only are told apart by number.
    stems: stems.map((stem, i) => (stems.indexOf(stem) === i ? stem : `${stem}-${i}`)),
    buffers: tensors.map(({ dtype, shape }) => {
      const length = room * sampleWidth(shape);
      return dtype === 'f32' ? new Float32Array(length) : new Int32Array(length);
    }),
    room,
  };
};

/** Demand the tensors of the first batch, equal numbers of samples and finite values; give the number of samples. */
const checkBatch = (
  batch: SampleBatch,
  values: readonly NamedTensor[],
  tensors: readonly ShardTensor[],
  before: number,
): number => {
  const text = ({ role, name, dtype, shape }: ShardTensor): string =>
    `${role} "${name}" ${dtype} [${shape.join(', ')}]`;
  const found = values.map(({ value, ...rest }) => text({ ...rest, dtype: value.dtype, shape: value.shape.slice(1) }));
  const wanted = tensors.map(text);
  if (found.join() !== wanted.join()) {
    throw new ShapeError(
      `The batch at sample ${before} of the set has ${found.join(', ')}; those before have ${wanted.join(', ')}.`,
    );
  }
  const rows = batch.targets.shape[0] ?? 0;
  const other = values.find(({ value }) => value.shape[0] !== rows);
  if (other !== undefined) {
    throw new ShapeError(
      `${other.role === 'input' ? 'Input' : 'Extra'} "${other.name}" at sample ${before} of the set has ${other.value.shape[0]} samples; the targets have ${rows}.`,
    );
  }
  const bad = firstNonFinite({ ...batch, extras: batch.extras ?? {} });
  if (bad === null) return rows;
  throw new ValueError(
    `${bad.name} of the set is ${bad.value} in sample ${before + bad.sample}, feature ${bad.feature}; every value must be finite.`,
  );
};
