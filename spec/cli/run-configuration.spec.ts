import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readChanges, withChanges } from '../../src/cli/run-configuration.ts';
import { temporaryFolder } from './capture.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

const file = (name: string, text: string): string => {
  const path = join(folder.path, name);
  writeFileSync(path, text);
  return path;
};

describe('changes to a configuration', () => {
  it('reach into it and leave the rest', () => {
    const base = { seed: 1, student: { epochs: 6, batch: 256 }, list: [1, 2] };

    expect(withChanges(base, { student: { epochs: 20 }, list: [3] })).toEqual({
      seed: 1,
      student: { epochs: 20, batch: 256 },
      list: [3],
    });
    expect(withChanges(base, {})).toEqual(base);
    expect(withChanges(base, { new: { entry: 1 } })).toEqual({ ...base, new: { entry: 1 } });
  });

  it('are read from YAML and JSON, and from an empty file as none', async () => {
    expect(await readChanges(file('a.yaml', 'student:\n  epochs: 20\n'))).toEqual({ student: { epochs: 20 } });
    expect(await readChanges(file('b.json', '{"seed": "x"}'))).toEqual({ seed: 'x' });
    expect(await readChanges(file('c.yaml', ''))).toEqual({});
  });

  it.each([
    ['d.yaml', '[1, 2]', 'd.yaml holds no map of entries'],
    ['e.yaml', 'a: [1', 'e.yaml is not YAML:'],
  ])('refuse what is no map: %s', async (name, text, sentence) => {
    await expect(readChanges(file(name, text))).rejects.toThrow(sentence);
  });

  it('refuse a file that is not there', async () => {
    await expect(readChanges(join(folder.path, 'none.yaml'))).rejects.toThrow('none.yaml" cannot be read');
  });
});
