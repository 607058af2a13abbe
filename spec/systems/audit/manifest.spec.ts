/** The files of a folder are those of its manifest, or the first that is not is named in one sentence. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DistillError } from '../../../src/errors.ts';
import { checkManifest } from '../../../src/systems/index.ts';
import { change, emit, type Emitted } from './emitted.ts';

let emitted: Emitted;
beforeAll(async () => {
  emitted = await emit();
});
afterAll(() => emitted.remove());

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The sentence of an error that leaves with exit code 2. */
async function complaint(folder: string): Promise<string> {
  const error: unknown = await checkManifest(folder).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DistillError);
  expect((error as DistillError).exitCode).toBe(2);
  expect((error as Error).message).not.toContain('\n');
  return (error as Error).message;
}

describe('checkManifest', () => {
  it('gives the facts of a folder whose files are as emitted', async () => {
    const manifest = await checkManifest(emitted.folder);

    expect(manifest).toMatchObject({ model: 'tiny', top: 'tiny', part: 'xcvu13p-flga2577-2-e', clockMHz: 200 });
    expect(manifest).toMatchObject({ initiationInterval: 1, vectors: 12 });
    expect(manifest.latencyCycles).toBeGreaterThan(0);
    expect(Object.keys(manifest.sha256)).toEqual(
      expect.arrayContaining(['model/circuit.json', 'model/compile.json', 'model/network.json', 'src/tiny.v']),
    );
    expect(Object.keys(manifest.sha256).some((path) => path.endsWith('.mem') && path.startsWith('src/'))).toBe(true);
  });

  it('takes what simulation leaves behind', async () => {
    const folder = emitted.copy();
    writeFileSync(join(folder, 'tiny.vcd'), '');
    writeFileSync(join(folder, 'tb/outputs.txt'), '');
    writeFileSync(join(folder, 'src/notes.txt'), '');
    await expect(checkManifest(folder)).resolves.toBeDefined();
  });

  it('names a changed file and both hashes', async () => {
    const folder = emitted.copy();
    const text = readFileSync(join(folder, 'src/tiny.v'), 'utf8');
    change(folder, 'src/tiny.v', () => `${text} `);
    expect(await complaint(folder)).toBe(
      `src/tiny.v in "${folder}" is not the file that manifest.json lists: its SHA-256 is ${sha256(`${text} `)} instead of ${sha256(text)}.`,
    );
  });

  it('names the first of several', async () => {
    const folder = emitted.copy();
    change(folder, 'tb/vectors/valid_in.mem', () => '');
    change(folder, 'model/circuit.json', () => '');
    rmSync(join(folder, 'src/tiny.v'));
    expect(await complaint(folder)).toMatch(/^model\/circuit\.json in /);
  });

  it('names a missing file', async () => {
    const folder = emitted.copy();
    rmSync(join(folder, 'src/tiny.v'));
    expect(await complaint(folder)).toBe(`src/tiny.v in "${folder}" is missing.`);
    rmSync(join(folder, 'src'), { recursive: true });
    expect(await complaint(folder)).toMatch(/^src\/\S+ in ".*" is missing\.$/);
  });

  it.each(['src/extra.v', 'src/deeper/extra.vh', 'src/memfiles/extra.mem', 'model/extra.json'])(
    'names %s, which is not listed',
    async (path) => {
      const folder = emitted.copy();
      mkdirSync(join(folder, 'src/deeper'));
      writeFileSync(join(folder, path), '');
      expect(await complaint(folder)).toBe(`${path} in "${folder}" is not listed in manifest.json.`);
    },
  );

  it('names a file that cannot be read', async () => {
    const folder = emitted.copy();
    rmSync(join(folder, 'src/tiny.v'));
    mkdirSync(join(folder, 'src/tiny.v'));
    expect(await complaint(folder)).toBe(`src/tiny.v in "${folder}" cannot be read: it is a folder.`);
  });

  it('refuses a top module without a source', async () => {
    const folder = emitted.copy();
    change(folder, 'manifest.json', (text) => text.replace('"top": "tiny"', '"top": "other"'));
    expect(await complaint(folder)).toBe(
      `manifest.json in "${folder}" names the top module "other" and lists no src/other.v.`,
    );
  });

  it('refuses what is no folder, and a folder without a manifest', async () => {
    expect(await complaint(join(emitted.root, 'nowhere'))).toBe(
      `Folder "${join(emitted.root, 'nowhere')}" does not exist.`,
    );
    const file = join(emitted.folder, 'manifest.json');
    expect(await complaint(file)).toBe(`"${file}" is a file; it must be a folder that "distill-rtl compile" wrote.`);
    expect(await complaint(emitted.root)).toBe(
      `Folder "${emitted.root}" is no emitted project: it has no manifest.json.`,
    );
  });

  it.each([
    ['', /^manifest\.json in ".*" is empty\.$/],
    ['{"model": "ti', /^manifest\.json in ".*" is damaged: The manifest is not JSON: /],
    ['[]', /is damaged: The manifest is malformed at its top level: /],
    ['{"generator": "x", "model": 3}', /is damaged: The manifest is malformed at model: /],
  ])('refuses the manifest %j', async (text, message) => {
    const folder = emitted.copy();
    change(folder, 'manifest.json', () => text);
    expect(await complaint(folder)).toMatch(message);
  });

  it.each(['/etc/hostname', '../x', 'src/../../x', 'src//x', '.', 'a\\b', ''])(
    'refuses to look at "%s", which is no path within the folder',
    async (path) => {
      const folder = emitted.copy();
      change(folder, 'manifest.json', (text) => text.replace('"src/tiny.v"', JSON.stringify(path)));
      expect(await complaint(folder)).toMatch(/is damaged: The manifest is malformed at sha256/);
    },
  );

  it('refuses a manifest whose file cannot be read', async () => {
    const folder = emitted.copy();
    rmSync(join(folder, 'manifest.json'));
    mkdirSync(join(folder, 'manifest.json'));
    expect(await complaint(folder)).toBe(`manifest.json in "${folder}" cannot be read: it is a folder.`);
  });
});
