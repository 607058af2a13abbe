import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checkWritable, writeWhole } from '../../src/cli/write-file.ts';
import { FileError } from '../../src/errors.ts';
import { temporaryFolder } from './capture.ts';

const folder = temporaryFolder();
const at = (name: string): string => join(folder.path, name);
afterAll(folder.remove);

describe('writeWhole', () => {
  it('replaces a file and leaves nothing beside it', async () => {
    writeFileSync(at('a.txt'), 'old');
    await writeWhole(at('a.txt'), 'new', 'Report');

    expect(readFileSync(at('a.txt'), 'utf8')).toBe('new');
    expect(readdirSync(folder.path)).toEqual(['a.txt']);
  });

  it.skipIf(!existsSync('/dev/full'))('writes to a device as it is, and says when that is full', async () => {
    await writeWhole('/dev/null', 'text', 'Report');

    await expect(writeWhole('/dev/full', 'text', 'Report')).rejects.toThrow(
      'Report "/dev/full" cannot be written: no space is left on the device.',
    );
    expect(readdirSync('/dev').filter((name) => name.endsWith('.partial'))).toEqual([]);
  });
});

describe('checkWritable', () => {
  it('leaves no trace', async () => {
    const before = readdirSync(folder.path);
    await checkWritable(at('b.html'), 'Report');
    await checkWritable(at('a.txt'), 'Report');

    expect(readdirSync(folder.path)).toEqual(before);
    expect(readFileSync(at('a.txt'), 'utf8')).toBe('new');
  });

  it('refuses a folder and what cannot be made', async () => {
    mkdirSync(at('folder'));

    await expect(checkWritable(at('folder'), 'Report')).rejects.toThrow(/cannot be written: it is a folder/);
    await expect(checkWritable(at('no/where'), 'Report')).rejects.toThrow(FileError);
    await expect(checkWritable(at('a.txt/b'), 'Report')).rejects.toThrow(/a part of the path is a file/);
  });
});
