/** Verbs that need no clock on a folder of streams: they answer as for the model that it was compiled from, or refuse. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { distillRtl, smallImageModel, temporaryFolder } from './capture.ts';

const folder = temporaryFolder();
const at = (...names: string[]): string => join(folder.path, ...names);
const precision = ['--precision', 'ap_fixed<7,3>'];

beforeAll(async () => {
  writeFileSync(at('tiny.json'), smallImageModel);
  const rows = Array.from({ length: 3 }, (_, row) =>
    Array.from({ length: 25 }, (__, k) => Math.sin(k + 7 * row)).join(','),
  );
  writeFileSync(at('x.csv'), `${rows.join('\n')}\n`);
  const common = [...precision, '--no-tools', '--vectors', '2'];
  await distillRtl('compile', at('tiny.json'), ...common, '--io-type', 'io_stream', '--out', at('streams'));
  await distillRtl('compile', at('tiny.json'), ...common, '--out', at('pipeline'));
});
afterAll(folder.remove);

describe('emulate', () => {
  it('gives from folders of streams and of pipelines what it gives from their model', async () => {
    const words = ['--inputs', at('x.csv'), '--json', '--out'];

    const model = await distillRtl('emulate', at('tiny.json'), ...precision, ...words, at('model.csv'));
    const streams = await distillRtl('emulate', at('streams'), ...words, at('streams.csv'));
    const pipeline = await distillRtl('emulate', at('pipeline'), ...words, at('pipeline.csv'));

    expect([model, streams, pipeline].map(({ code }) => code)).toEqual([0, 0, 0]);
    expect([model, streams, pipeline].map(({ stdout }) => JSON.parse(stdout).path)).toEqual([
      'webassembly',
      'streams',
      'webassembly',
    ]);
    const values = readFileSync(at('model.csv'), 'utf8');
    expect(values.trim().split('\n')).toHaveLength(4);
    expect(readFileSync(at('streams.csv'), 'utf8')).toBe(values);
    expect(readFileSync(at('pipeline.csv'), 'utf8')).toBe(values);
  });

  it('takes no compiler options beside a folder', async () => {
    const words = [...precision, '--inputs', at('x.csv'), '--out', at('none.csv')];

    const { code, stdout, stderr } = await distillRtl('emulate', at('streams'), ...words);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('--precision is for model files, and <model> is a folder');
    expect(existsSync(at('none.csv'))).toBe(false);
  });
});

describe('export', () => {
  it('writes the program of the model, which does not depend on schedules', async () => {
    const words = ['--target', 'c99', '--out'];

    const { code } = await distillRtl('export', at('streams'), ...words, at('from-streams'));
    await distillRtl('export', at('tiny.json'), ...precision, ...words, at('from-model'));

    expect(code).toBe(0);
    const names = readdirSync(at('from-model')).filter((name) => name !== 'run.json');
    expect(names.length).toBeGreaterThan(2);
    for (const name of names) {
      expect(readFileSync(at('from-streams', name), 'utf8')).toBe(readFileSync(at('from-model', name), 'utf8'));
    }
    const { inputs } = JSON.parse(readFileSync(at('from-streams', 'run.json'), 'utf8'));
    expect(JSON.stringify(inputs)).toMatch(/network\.json.*compile\.json/);
  });
});

describe('trace', () => {
  it('refuses streams as --rtl', async () => {
    const words = [...precision, '--rtl', at('streams')];

    const { code, stdout, stderr } = await distillRtl('trace', at('tiny.json'), ...words);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/holds a stream design, .* --rtl traces pipelines; "simulate" compares its outputs/);
  });
});
