import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readCheckpoint, writeCheckpoint } from '../../src/training/checkpoint-file.ts';
import { fit, meanSquaredError } from '../../src/training/index.ts';
import type { Checkpoint } from '../../src/training/index.ts';
import { FileError } from '../../src/errors.ts';
import { buildNetwork } from '../../src/network/index.ts';
import { stream } from '../../src/random/index.ts';
import { tensor } from '../../src/tensor/index.ts';

const trained = async (epochs: number): Promise<Checkpoint> => {
  const network = buildNetwork(
    'n',
    [{ name: 'x', shape: [2] }],
    [{ kind: 'dense', attributes: { units: 1 } }],
    stream(1),
  );
  const data = { inputs: tensor(new Float32Array(8).fill(1), [4, 2]), targets: tensor(new Float32Array(4), [4, 1]) };
  return (await fit(network, data, { loss: (y, t) => meanSquaredError(y, t), epochs, stream: stream(2) })).checkpoint;
};

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'checkpoint-file-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('writeCheckpoint', () => {
  it('replaces the one before and leaves nothing beside', async () => {
    const path = join(folder, 'training.json');
    await writeCheckpoint(path, await trained(1));
    const second = await trained(2);
    await writeCheckpoint(path, second);
    expect(await readCheckpoint(path)).toEqual(second);
    expect(await readdir(folder)).toEqual(['training.json']);
  });

  // A device that is always full stands for a full disk.
  it.runIf(existsSync('/dev/full'))('leaves the one before intact when the disk is full', async () => {
    const path = join(folder, 'training.json');
    await writeCheckpoint(path, await trained(1));
    const before = await readFile(path, 'utf8');
    await symlink('/dev/full', `${path}.partial`);
    const writing = writeCheckpoint(path, await trained(2));
    await expect(writing).rejects.toThrow(FileError);
    await expect(writing).rejects.toThrow(`Checkpoint "${path}" cannot be written: ENOSPC`);
    expect(await readFile(path, 'utf8')).toBe(before);
    expect(await readdir(folder)).toEqual(['training.json']);
  });

  it('tells that the folder has vanished', async () => {
    const path = join(folder, 'training.json');
    await writeCheckpoint(path, await trained(1));
    await rm(folder, { recursive: true });
    const writing = writeCheckpoint(path, await trained(2));
    await expect(writing).rejects.toThrow(FileError);
    await expect(writing).rejects.toThrow(`Checkpoint "${path}" cannot be written: ENOENT`);
  });

  it('does not replace by what cannot be written as text', async () => {
    const path = join(folder, 'training.json');
    await writeCheckpoint(path, await trained(1));
    const before = await readFile(path, 'utf8');
    await expect(writeCheckpoint(path, { ...(await trained(2)), stream: 1n })).rejects.toThrow(TypeError);
    expect(await readFile(path, 'utf8')).toBe(before);
  });
});
