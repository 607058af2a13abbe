import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeShards } from '../../../src/training/streaming/index.ts';
import type { SampleBatch } from '../../../src/training/streaming/index.ts';
import { FileError, ShapeError, ValueError } from '../../../src/errors.ts';
import { readNpy } from '../../../src/formats/index.ts';
import { tensor, toFlat } from '../../../src/tensor/index.ts';
import { numbered, numberedBatches, readIndex } from './sets.ts';

let parent: string;
let folder: string;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'write-shards-'));
  folder = join(parent, 'set');
});

afterEach(async () => {
  await rm(parent, { recursive: true, force: true });
});

describe('writeShards', () => {
  it('writes the samples in their order, whatever the sizes of batches, as arrays that NumPy reads', async () => {
    const shards: string[] = [];
    const index = await writeShards(folder, numberedBatches(50), {
      shardSamples: 20,
      onShard: (shard, samples) => shards.push(`${shard.samples} ${samples}`),
    });
    expect(shards).toEqual(['20 20', '20 40', '10 50']);
    expect(readIndex(folder)).toEqual(index);
    expect(index.samples).toBe(50);
    const whole = numbered(0, 50);
    for (const [k, first] of [0, 20, 40].entries()) {
      const read = async (stem: string) =>
        readNpy(await readFile(join(folder, `${stem}-0000${k}.npy`)), `${stem} of shard ${k}`);
      const count = Math.min(20, 50 - first);
      expect(await read('input-x')).toEqual({
        type: 'f4',
        shape: [count, 2],
        data: toFlat(whole.inputs['x']!).slice(2 * first, 2 * (first + count)),
      });
      expect(await read('target')).toMatchObject({ type: 'f4', shape: [count, 1] });
      expect(await read('extra-id')).toEqual({
        type: 'i4',
        shape: [count],
        data: Int32Array.from({ length: count }, (_unused, i) => first + i),
      });
    }
    expect(await readdir(parent)).toEqual(['set']);
  });

  it('takes batches that come with time, and names with any characters', async () => {
    async function* batches(): AsyncGenerator<SampleBatch> {
      for (const { inputs, targets } of numberedBatches(30)) {
        await Promise.resolve();
        yield { inputs: { 'a/b': inputs['x']!, 'a b': inputs['x']! }, targets };
      }
    }
    const index = await writeShards(folder, batches());
    expect(index.shards[0]!.files.map(({ name }) => name)).toEqual([
      'input-a_b-00000.npy',
      'input-a_b-1-00000.npy',
      'target-00000.npy',
    ]);
  });

  it('replaces what an interrupted writing left, but no set', async () => {
    await mkdir(`${folder}.partial`);
    await writeFile(join(`${folder}.partial`, 'rest'), '');
    await writeShards(folder, numberedBatches(5));
    expect(await readdir(folder)).not.toContain('rest');
    await expect(writeShards(folder, numberedBatches(5))).rejects.toThrow(
      new FileError(`The set "${folder}" cannot be written: there is such a file or folder already.`),
    );
  });

  it('leaves nothing when the supply of batches fails', async () => {
    function* batches(): Generator<SampleBatch> {
      yield* numberedBatches(50);
      throw new Error('no more');
    }
    await expect(writeShards(folder, batches(), { shardSamples: 10 })).rejects.toThrow('no more');
    expect(await readdir(parent)).toEqual([]);
  });

  it('tells when the folder cannot be made', async () => {
    await writeFile(join(parent, 'file'), '');
    const writing = writeShards(join(parent, 'file', 'set'), numberedBatches(5));
    await expect(writing).rejects.toThrow(FileError);
    await expect(writing).rejects.toThrow(/cannot be written: ENOTDIR/);
  });

  const good = numbered(0, 4);
  it.each([
    ['no batch', [], new ShapeError('The set has no samples; at least one is needed.')],
    [
      'another shape',
      [good, { ...good, inputs: { x: tensor(new Float32Array(12), [4, 3]) } }],
      new ShapeError(
        'The batch at sample 4 of the set has input "x" f32 [3], target "targets" f32 [1], extra "id" i32 []; those before have input "x" f32 [2], target "targets" f32 [1], extra "id" i32 [].',
      ),
    ],
    [
      'another number of samples',
      [{ ...good, inputs: { x: tensor(new Float32Array(6), [3, 2]) } }],
      new ShapeError('Input "x" at sample 0 of the set has 3 samples; the targets have 4.'),
    ],
    [
      'a value that is no number',
      [good, { ...good, inputs: { x: tensor([0, 0, 0, 0, 0, Number.NaN, 0, 0], [4, 2]) } }],
      new ValueError('Input "x" of the set is NaN in sample 6, feature 1; every value must be finite.'),
    ],
  ])('refuses %s', async (_what, batches, error) => {
    await expect(writeShards(folder, batches)).rejects.toThrow(error);
    expect(existsSync(folder)).toBe(false);
  });

  it('refuses a size of shards that is no positive integer', async () => {
    await expect(writeShards(folder, [good], { shardSamples: 0 })).rejects.toThrow(
      new ValueError('Option "shardSamples" of writeShards is 0; it must be an integer of at least 1.'),
    );
  });
});
