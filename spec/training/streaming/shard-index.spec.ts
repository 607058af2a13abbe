import { describe, expect, it } from 'vitest';
import { parseShardIndex, serializeShardIndex } from '../../../src/training/streaming/shard-index.ts';
import type { ShardIndex } from '../../../src/training/streaming/shard-index.ts';
import { FormatError } from '../../../src/errors.ts';

const file = (name: string, bytes: number) => ({ name, bytes, sha256: '0'.repeat(64) });

const index: ShardIndex = {
  samples: 5,
  tensors: [
    { role: 'input', name: 'x', dtype: 'f32', shape: [2, 3] },
    { role: 'target', name: 'targets', dtype: 'i32', shape: [] },
  ],
  shards: [
    { samples: 3, files: [file('input-x-00000.npy', 200), file('target-00000.npy', 140)] },
    { samples: 2, files: [file('input-x-00001.npy', 176), file('target-00001.npy', 136)] },
  ],
};

const [first, second] = index.shards;

describe('an index of shards', () => {
  it('is read as it was written', () => {
    const text = serializeShardIndex(index);
    expect(parseShardIndex(text, 'Index')).toEqual(index);
    expect(text.split('\n')).toHaveLength(13);
  });

  it.each([
    ['', /^The index is not valid JSON: /],
    ['null', 'The index has format none; this version reads "distill-rtl/shards/1".'],
    ['{"format": "other"}', 'The index has format "other"; this version reads "distill-rtl/shards/1".'],
  ])('is refused as %s', (text, message) => {
    expect(() => parseShardIndex(text, 'The index')).toThrow(FormatError);
    expect(() => parseShardIndex(text, 'The index')).toThrow(message);
  });

  it.each([
    [{ tensors: [index.tensors[0]!] }, /^Field "tensors" of it is not valid; it must be a list of inputs, one target/],
    [{ tensors: [...index.tensors, index.tensors[0]!] }, /^Field "tensors" of it .* without two of one name\.$/],
    [{ tensors: [{ ...index.tensors[0]!, shape: [0] }, index.tensors[1]!] }, /^Tensor 0 of it is not valid/],
    [{ tensors: [{ ...index.tensors[0]!, dtype: 'f64' as never }, index.tensors[1]!] }, /^Tensor 0 of it/],
    [{ samples: 6 }, 'Field "samples" of it is not valid; it must be the 5 samples of its shards.'],
    [{ shards: [first!, { ...second!, files: second!.files.slice(1) }] }, /^Shard 1 of it is not valid/],
    [{ shards: [{ ...first!, files: [file('../x.npy', 200), file('t.npy', 140)] }, second!] }, /^Shard 0 of it/],
    [{ shards: [{ ...first!, files: [file('x.npy', 80), file('t.npy', 140)] }, second!] }, /^Shard 0 of it/],
    [{ shards: [{ ...first!, samples: 0 }, second!] }, /^Shard 0 of it/],
  ])('is refused with %o', (change, message) => {
    const text = serializeShardIndex({ ...index, ...change });
    expect(() => parseShardIndex(text, 'it')).toThrow(FormatError);
    expect(() => parseShardIndex(text, 'it')).toThrow(message);
  });
});
