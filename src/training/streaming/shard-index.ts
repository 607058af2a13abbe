/**
 * The index of a data set in shards: which tensors it has, and which files hold which samples of them.
 *
 * A set is a folder with this index (`index.json`) and, per shard and tensor, one `.npy` file [samples, …sample] that
 * NumPy loads as well. Size and SHA-256 of every file stand in the index, so that a set that was changed is noticed.
 */
import { FormatError } from '../../errors.ts';
import type { Dtype } from '../../tensor/index.ts';

/** What a tensor is to training. */
export type ShardRole = 'input' | 'target' | 'extra';

/** A tensor of the set, cut along its first axis into shards. */
export interface ShardTensor {
  readonly role: ShardRole;
  /** Name of the input or extra tensor; that of the target is "targets". */
  readonly name: string;
  readonly dtype: Dtype;
  /** Shape of one sample. */
  readonly shape: readonly number[];
}

/** A file that holds one tensor of one shard. */
export interface ShardFile {
  /** Name in the folder. */
  readonly name: string;
  readonly bytes: number;
  /** 64 hexadecimal digits. */
  readonly sha256: string;
}

/** Consecutive samples of the set. */
export interface Shard {
  readonly samples: number;
  /** One per tensor, in their order. */
  readonly files: readonly ShardFile[];
}

export interface ShardIndex {
  readonly samples: number;
  readonly tensors: readonly ShardTensor[];
  readonly shards: readonly Shard[];
}

/** First field of the text of an index. */
export const shardsFormat = 'distill-rtl/shards/1';

/** Name of the index in the folder of a set. */
export const indexName = 'index.json';

/** Count the numbers of one sample of a tensor. */
export const sampleWidth = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** Count the bytes of one sample in all tensors. */
export const sampleBytes = (tensors: readonly Pick<ShardTensor, 'shape'>[]): number =>
  tensors.reduce((sum, { shape }) => sum + 4 * sampleWidth(shape), 0);

/** Write an index as JSON text: a line per tensor and shard, since sets may have thousands. */
export const serializeShardIndex = ({ samples, tensors, shards }: ShardIndex): string => {
  const lines = (values: readonly unknown[]): string =>
    `[\n  ${values.map((value) => JSON.stringify(value)).join(',\n  ')}\n ]`;
  const fields = [
    `"format": ${JSON.stringify(shardsFormat)}`,
    `"samples": ${samples}`,
    `"tensors": ${lines(tensors)}`,
    `"shards": ${lines(shards)}`,
  ];
  return `{\n ${fields.join(',\n ')}\n}\n`;
};

/**
 * Read an index from its JSON text.
 *
 * @param source name of the file, for messages
 * @throws FormatError when the text is no JSON, has another tag, or a field is missing, of the wrong type or contradictory
 */
export const parseShardIndex = (text: string, source: string): ShardIndex => {
  let raw: Readonly<Record<string, unknown>> | null;
  try {
    raw = JSON.parse(text) as Readonly<Record<string, unknown>> | null;
  } catch (error) {
    throw new FormatError(`${source} is not valid JSON: ${(error as Error).message}.`);
  }
  if (raw?.['format'] !== shardsFormat) {
    throw new FormatError(
      `${source} has format ${JSON.stringify(raw?.['format']) ?? 'none'}; this version reads "${shardsFormat}".`,
    );
  }
  const demand = (holds: boolean, what: string, wanted: string): void => {
    if (!holds) throw new FormatError(`${what} of ${source} is not valid; it must be ${wanted}.`);
  };
  demand(isList(raw['tensors']), 'Field "tensors"', 'a list');
  demand(isList(raw['shards']), 'Field "shards"', 'a list');
  const index = raw as unknown as ShardIndex;
  index.tensors.forEach((tensor, i) => demand(isTensor(tensor), `Tensor ${i}`, tensorRule));
  const names = index.tensors.map(({ role, name }) => `${role} ${name}`);
  demand(new Set(names).size === names.length, 'Field "tensors"', 'a list without two of one name');
  const count = (role: ShardRole): number => index.tensors.filter((tensor) => tensor.role === role).length;
  demand(count('input') >= 1 && count('target') === 1, 'Field "tensors"', 'a list of inputs, one target and extras');
  index.shards.forEach((shard, i) => demand(isShard(shard, index.tensors), `Shard ${i}`, shardRule));
  const sum = index.shards.reduce((total, shard) => total + shard.samples, 0);
  demand(sum >= 1 && index.samples === sum, 'Field "samples"', `the ${sum} samples of its shards`);
  const { samples, tensors, shards } = index;
  return { samples, tensors, shards };
};

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

const isCount = (value: unknown, least: number): value is number =>
  Number.isSafeInteger(value) && Number(value) >= least;

const tensorRule = '{role: input, target or extra, name, dtype: f32 or i32, shape: integers of at least 1}';

const isTensor = (value: unknown): value is ShardTensor => {
  const tensor = value as Partial<Record<keyof ShardTensor, unknown>> | null;
  return (
    ['input', 'target', 'extra'].includes(tensor?.role as string) &&
    typeof tensor?.name === 'string' &&
    (tensor.dtype === 'f32' || tensor.dtype === 'i32') &&
    isList(tensor.shape) &&
    tensor.shape.every((extent) => isCount(extent, 1))
  );
};

const shardRule =
  '{samples: at least 1, files: one per tensor with a plain name, the bytes of its samples and their header, sha256}';

const isShard = (value: unknown, tensors: readonly ShardTensor[]): value is Shard => {
  const shard = value as Partial<Record<keyof Shard, unknown>> | null;
  if (!isCount(shard?.samples, 1) || !isList(shard?.files) || shard.files.length !== tensors.length) return false;
  const { samples } = shard;
  return shard.files.every((item, i) => {
    const file = item as Partial<Record<keyof ShardFile, unknown>> | null;
    return (
      typeof file?.name === 'string' &&
      // A name with a slash could lead out of the folder.
      /^[\w-][\w.-]*$/.test(file.name) &&
      isCount(file.bytes, 4 * samples * sampleWidth(tensors[i]!.shape) + 11) &&
      /^[0-9a-f]{64}$/.test(String(file.sha256))
    );
  });
};
