/** `distill-rtl export`: from a model and from an emitted folder, whole folders or nothing. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serializeGraph } from '../../src/circuit/index.ts';
import { compileNetwork } from '../../src/compile/index.ts';
import { distillRtl, smallModel, smallNetwork, temporaryFolder } from './capture.ts';

const folder = temporaryFolder();
const at = (...names: string[]): string => join(folder.path, ...names);
const circuits = serializeGraph(compileNetwork(smallNetwork, { precision: 'ap_fixed<12,5>', profile: 'hls4ml' }));
const common = ['--precision', 'ap_fixed<12,5>', '--profile', 'hls4ml'];

beforeAll(() => writeFileSync(at('small.json'), smallModel));
afterAll(folder.remove);

describe('export', () => {
  it.each([
    ['js', ['README.md', 'little.mjs', 'run.json', 'self-test.mjs']],
    ['wasm', ['README.md', 'little.mjs', 'run.json', 'self-test.mjs']],
    ['c99', ['Makefile', 'README.md', 'little.c', 'little.h', 'run.json', 'self_test.c']],
  ])('to %s writes a folder, again over its own', async (target, files) => {
    const words = ['export', at('small.json'), ...common, '--target', target, '--out', at(target), '--json'];

    await distillRtl(...words);
    const { code, stdout, stderr } = await distillRtl(...words);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ model: 'little', target });
    expect(JSON.parse(stdout).codeBytes).toBeLessThan(8192);
    expect(readdirSync(at(target)).toSorted()).toEqual(files);
  });

  it('carries the hash of the circuits that compile writes', async () => {
    await distillRtl('export', at('small.json'), ...common, '--target', 'js', '--out', at('hash'));
    const { hash } = (await import(/* @vite-ignore */ pathToFileURL(at('hash', 'little.mjs')).href)) as {
      hash: string;
    };

    expect(hash).toBe(createHash('sha256').update(circuits).digest('hex'));
  });

  it('gives the same from the folder that compile wrote', async () => {
    const compiled = ['compile', at('small.json'), ...common, '--no-tools', '--vectors', '4', '--out', at('project')];
    expect((await distillRtl(...compiled)).code).toBe(0);
    await distillRtl('export', at('small.json'), ...common, '--target', 'c99', '--out', at('direct'));

    const { code } = await distillRtl('export', at('project'), '--target', 'c99', '--out', at('from-folder'));

    expect(code).toBe(0);
    for (const name of ['little.c', 'little.h', 'self_test.c']) {
      expect(readFileSync(at('from-folder', name), 'utf8')).toBe(readFileSync(at('direct', name), 'utf8'));
    }
  });

  it.each([
    [['--target', 'rust', '--out', at('no')], '--target is "rust"; it must be one of wasm, js, c99.'],
    [['--out', at('no')], '--target <name> is missing'],
    [['--target', 'js', '--vectors', '0', '--out', at('no')], '--vectors is "0"'],
    [
      ['--target', 'js', '--precision', 'ap_fixed<40,6>', '--profile', 'hls4ml', '--out', at('no')],
      'The input "in" of "little" has the format ap_fixed<40,6>',
    ],
  ])('refuses %j', async (words, message) => {
    const { code, stdout, stderr } = await distillRtl('export', at('small.json'), ...words);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(existsSync(at('no'))).toBe(false);
  });

  it('refuses a folder without circuits', async () => {
    const { code, stderr } = await distillRtl('export', folder.path, '--target', 'js', '--out', at('no'));

    expect(code).toBe(2);
    expect(stderr).toBe(
      `distill-rtl: Folder "${folder.path}" is no emitted project, model/circuit.json: it does not exist.\n`,
    );
  });
});
