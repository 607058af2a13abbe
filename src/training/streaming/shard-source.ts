/**
 * Batches out of shards: windows are read ahead, in the order of the epoch, and cut into batches without a copy.
 *
 * Held are the window that is being trained on, those ahead, and what the reader works on: memory follows from the window
 * and `prefetch` and not from the size of the set. Reading itself is a function, so that it may happen in this thread or
 * in another one, from a disk or from elsewhere.
 */
import { FileError, FormatError, ValueError } from '../../errors.ts';
import { sha256 } from '../../network/index.ts';
import { tensor } from '../../tensor/index.ts';
import type { Tensor } from '../../tensor/index.ts';
import type { BatchSource, TensorSpec } from '../batch-source.ts';
import type { NamedDataset } from '../dataset.ts';
import { epochOrder } from './epoch-order.ts';
import { npyDictionary } from './npy-header.ts';
import { sampleBytes, sampleWidth, serializeShardIndex } from './shard-index.ts';
import type { ShardIndex, ShardRole, ShardTensor } from './shard-index.ts';
import type { BadValue, ReaderLayout, ReaderReply, WindowReader } from './window-reader.ts';

/** How a set is read; all integers. */
export interface ShardSourceOptions {
  /**
   * Samples that are shuffled among themselves, at least 1; rounded down to whole batches.
   *
   * @defaultValue 65,536, or as many as 64 MiB hold
   */
  readonly window?: number;
  /** Consecutive samples that stay together until they are in a window, at least 1. @defaultValue a 16th of the window */
  readonly piece?: number;
  /** Windows that are read ahead, at least 0. @defaultValue 2 */
  readonly prefetch?: number;
}

/** Batches of a set of shards. */
export interface ShardSource extends BatchSource {
  /**
   * Compare the sizes of all files with the index, and their times with those that they had before.
   *
   * @throws FileError or FormatError naming the file
   */
  check(): Promise<void>;
}

/** Work out how the files of a set are read. */
export const readerLayout = ({ tensors, shards }: ShardIndex, folder: string): ReaderLayout => ({
  folder,
  tensors: tensors.map(({ dtype, shape }) => ({ floats: dtype === 'f32', width: sampleWidth(shape) })),
  shards: shards.map(({ samples, files }) =>
    files.map((file, i) => ({
      ...file,
      start: file.bytes - 4 * samples * sampleWidth(tensors[i]!.shape),
      dictionary: npyDictionary(tensors[i]!.dtype, [samples, ...tensors[i]!.shape]),
    })),
  ),
});

/** Number of samples that windows and shards have by default: 65,536, or as many as 64 MiB hold. */
export const defaultSamples = (tensors: readonly Pick<ShardTensor, 'shape'>[]): number =>
  Math.max(1, Math.min(65_536, Math.floor(2 ** 26 / sampleBytes(tensors))));

/**
 * Supply the batches of a set.
 *
 * @param folder of the set, for messages
 * @param read made by `windowReader` over the files of the set
 * @throws ValueError for an option that is out of range
 */
export const shardSource = (
  index: ShardIndex,
  folder: string,
  read: WindowReader,
  options: ShardSourceOptions = {},
): ShardSource => {
  const window = integer('window', options.window ?? defaultSamples(index.tensors), 1);
  const piece = integer('piece', options.piece ?? Math.max(1, Math.floor(window / 16)), 1);
  const prefetch = integer('prefetch', options.prefetch ?? 2, 0);
  const named = (role: ShardRole): Readonly<Record<string, TensorSpec>> =>
    Object.fromEntries(
      index.tensors.filter((t) => t.role === role).map(({ name, shape, dtype }) => [name, { shape, dtype }]),
    );
  const check = async (): Promise<void> => void raise(await read({ kind: 'check' }));
  const { shape, dtype } = index.tensors.find(({ role }) => role === 'target')!;
  return {
    samples: index.samples,
    inputs: named('input'),
    targets: { shape, dtype },
    extras: named('extra'),
    identity: `shards ${sha256(serializeShardIndex(index)).slice(0, 16)} in windows of ${window} and pieces of ${piece}`,
    check,
    async *open({ epoch, batchSize, firstBatch, stream }) {
      const shards = index.shards.map(({ samples }) => samples);
      const order = epochOrder(shards, { window, piece }, batchSize, stream);
      await check();
      let next = Math.floor((firstBatch * batchSize) / order.windowRows);
      const ahead: Promise<ReaderReply>[] = [];
      for (let k = next; k < order.windows; k++) {
        for (; ahead.length <= prefetch && next < order.windows; next++) {
          const reply = read({ kind: 'read', ...order.window(next) });
          // A reply that nobody waits for any more may be an error unheard.
          reply.catch(() => undefined);
          ahead.push(reply);
        }
        const { words, bad } = raise(await ahead.shift()!);
        const start = k * order.windowRows;
        const end = Math.min(start + order.windowRows, index.samples);
        for (let first = Math.max(start, firstBatch * batchSize); first < end; first += batchSize) {
          const last = Math.min(first + batchSize, end);
          if (bad !== null && start + bad.position < last) {
            throw badValueError(index, folder, bad, { batch: Math.floor(first / batchSize), epoch });
          }
          yield batchOf(index, words, first - start, last - start);
        }
      }
    },
  };
};

const integer = (option: string, value: number, least: number): number => {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new ValueError(
    `Option "${option}" of a source of shards is ${value}; it must be an integer of at least ${least}.`,
  );
};

/** Cut places `first` (inclusive) to `end` (exclusive) out of a window, as views. */
const batchOf = (
  index: ShardIndex,
  words: readonly Int32Array<ArrayBuffer>[],
  first: number,
  end: number,
): NamedDataset => {
  const inputs: Record<string, Tensor> = {};
  const extras: Record<string, Tensor> = {};
  let targets: Tensor | null = null;
  for (const [i, { role, name, dtype, shape }] of index.tensors.entries()) {
    const width = sampleWidth(shape);
    const { buffer } = words[i]!;
    const [at, length] = [4 * first * width, (end - first) * width];
    const data = dtype === 'f32' ? new Float32Array(buffer, at, length) : new Int32Array(buffer, at, length);
    const value = tensor(data, [end - first, ...shape], dtype);
    if (role === 'target') targets = value;
    else (role === 'input' ? inputs : extras)[name] = value;
  }
  return { inputs, targets: targets!, extras };
};

/** Throw what the reader tells as data. */
const raise = (reply: ReaderReply): Exclude<ReaderReply, { readonly kind: 'fault' }> => {
  if (reply.kind !== 'fault') return reply;
  throw reply.fault === 'file' ? new FileError(reply.message) : new FormatError(reply.message);
};

const badValueError = (
  { tensors }: ShardIndex,
  folder: string,
  { tensor, value, file, sample, feature }: BadValue,
  at: { readonly batch: number; readonly epoch: number },
): ValueError => {
  const { role, name } = tensors[tensor]!;
  const what = role === 'target' ? 'Target' : `${role === 'input' ? 'Input' : 'Extra'} "${name}"`;
  return new ValueError(
    `${what} in shard file "${folder}/${file}" is ${value} in sample ${sample}, feature ${feature} (batch ${at.batch} of epoch ${at.epoch}); every value must be finite.`,
  );
};
