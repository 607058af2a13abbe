import { createHash } from 'node:crypto';
import { chmod, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileError } from '../../src/errors.ts';
import { generator, projectFiles, projectManifest, writeProject } from '../../src/verilog/index.ts';
import { smallDesign } from './small-design.ts';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'distill-rtl-spec-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const files = projectFiles(smallDesign());
const text = (path: string): string => files.find((file) => file.path === path)?.text ?? '';

describe('projectFiles', () => {
  it('has every part of the folder', () => {
    expect(files.map(({ path }) => path).toSorted()).toEqual([
      'Makefile',
      'README.txt',
      'build_vivado.tcl',
      'build_yosys.ys',
      'constraints/adder.xdc',
      'src/adder.v',
      'tb/adder_tb.v',
      'tb/icarus.f',
      'tb/vectors/golden_cycle.mem',
      'tb/vectors/in_x.mem',
      'tb/vectors/out_y.mem',
      'tb/vectors/valid_in.mem',
    ]);
  });

  it('states clock, part and that Vivado has not been run', () => {
    expect(text('constraints/adder.xdc')).toContain('create_clock -name clk -period 4.167 [get_ports clk]');
    expect(text('build_vivado.tcl').split('\n')[0]).toMatch(/^# NOT RUN/);
    expect(text('build_vivado.tcl')).toContain('set part xcvu13p-flga2577-2-e');
  });

  it('explains ports and timing', () => {
    const readme = text('README.txt');
    expect(readme).toMatch(/^ {2}x {10}in {3}8 {5}2 × ap_ufixed<4,4>$/m);
    expect(readme).toContain('  inputs     ABC..\n');
    expect(readme).toContain('  outputs    .ABC.\n');
    expect(readme).toContain('1 cycles (4.2 ns');
  });

  it('names its maker as package.json does', async () => {
    const { name, version } = JSON.parse(await readFile('package.json', 'utf8')) as { name: string; version: string };
    expect(generator).toBe(`${name} ${version}`);
  });
});

describe('writeProject', () => {
  it('writes every file and their hashes, and replaces its own earlier output', async () => {
    const directory = join(root, 'new/deep');
    await writeProject(directory, [...files, { path: 'src/stale.v', text: '' }]);
    const manifest = await writeProject(directory, files, projectManifest(smallDesign()));
    const onDisk = JSON.parse(await readFile(join(directory, 'manifest.json'), 'utf8')) as unknown;
    const adder = await readFile(join(directory, 'src/adder.v'));
    expect(onDisk).toEqual(manifest);
    expect(manifest).toMatchObject({ latencyCycles: 1, initiationInterval: 1, clockMHz: 240, generator });
    expect(manifest.sha256['src/adder.v']).toBe(createHash('sha256').update(adder).digest('hex'));
    expect(await readdir(join(directory, 'src'))).toEqual(['adder.v']);
    expect(await readdir(join(root, 'new'))).toEqual(['deep']);
  });

  it('refuses a folder with other files and leaves it alone', async () => {
    await writeFile(join(root, 'mine.txt'), 'mine');
    await expect(writeProject(root, files)).rejects.toThrow(FileError);
    await expect(writeProject(root, files)).rejects.toThrow(/holds other files/);
    expect(await readFile(join(root, 'mine.txt'), 'utf8')).toBe('mine');
  });

  it('says what cannot be written and leaves nothing behind', async () => {
    const file = join(root, 'file');
    await writeFile(file, '');
    await expect(writeProject(join(file, 'out'), files)).rejects.toThrow(
      /cannot be written: a part of the path is a file/,
    );
    await expect(writeProject(file, files)).rejects.toThrow(FileError);
    expect((await readdir(root)).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it.skipIf(process.getuid?.() === 0)('reports a folder without permission', async () => {
    const locked = await mkdtemp(join(root, 'locked-'));
    await chmod(locked, 0o500);
    await expect(writeProject(join(locked, 'out'), files)).rejects.toThrow(/EACCES/);
  });
});
