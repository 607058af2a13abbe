import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileError } from '../../src/errors.ts';
import { withOutputFolder } from '../../src/verilog/index.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'distill-rtl-output-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const fillWith =
  (content: string) =>
  async (staging: string): Promise<string> => {
    await writeFile(join(staging, 'run.json'), `{"versions":{"distill-rtl":"${content}"}}`);
    return staging;
  };

describe('withOutputFolder', () => {
  it('puts the folder in place when it is full, and leaves nothing beside it', async () => {
    const target = join(root, 'deep/out');
    const staging = await withOutputFolder(target, fillWith('1'));
    expect(await readdir(target)).toEqual(['run.json']);
    expect(await readdir(join(root, 'deep'))).toEqual(['out']);
    expect(staging).not.toBe(target);
  });

  it('keeps the earlier output when filling fails', async () => {
    const target = join(root, 'out');
    await withOutputFolder(target, fillWith('first'));
    const failing = withOutputFolder(target, async (staging) => {
      await fillWith('second')(staging);
      throw new Error('broken half-way');
    });
    await expect(failing).rejects.toThrow('broken half-way');
    expect(await readFile(join(target, 'run.json'), 'utf8')).toContain('first');
    expect(await readdir(root)).toEqual(['out']);
  });

  it('replaces an earlier output and refuses a folder of somebody else', async () => {
    const target = join(root, 'out');
    await withOutputFolder(target, fillWith('first'));
    await withOutputFolder(target, fillWith('second'));
    expect(await readFile(join(target, 'run.json'), 'utf8')).toContain('second');
    const foreign = join(root, 'foreign');
    await mkdir(foreign);
    await writeFile(join(foreign, 'run.json'), '{"mine": true}');
    await expect(withOutputFolder(foreign, fillWith('third'))).rejects.toThrow(/holds other files \(run\.json\)/);
    expect(await readFile(join(foreign, 'run.json'), 'utf8')).toBe('{"mine": true}');
  });

  it('says in one sentence that a folder below a file cannot be written', async () => {
    await writeFile(join(root, 'file'), '');
    const writing = withOutputFolder(join(root, 'file/out'), fillWith('1'));
    await expect(writing).rejects.toThrow(FileError);
    await expect(withOutputFolder(join(root, 'file/out'), fillWith('1'))).rejects.toThrow(
      /cannot be written: a part of the path is a file\.$/,
    );
  });

  it('leaves the target and the folders above it alone when there is nothing to keep', async () => {
    const target = join(root, 'kept');
    await withOutputFolder(target, fillWith('first'));

    const kept = await withOutputFolder(target, async () => null);
    const absent = await withOutputFolder(join(root, 'new/deep/out'), async () => null);

    expect([kept, absent]).toEqual([null, null]);
    expect(existsSync(join(target, 'run.json'))).toBe(true);
    expect(existsSync(join(root, 'new'))).toBe(false);
  });

  it.skipIf(!existsSync('/proc/self'))('returns where a folder takes no new entries', async () => {
    await expect(withOutputFolder('/proc/out', fillWith('1'))).rejects.toThrow(/"\/proc\/out" cannot be written/);
  });
});
