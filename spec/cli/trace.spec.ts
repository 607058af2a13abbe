/** The verb trace: what it prints and writes, and how it refuses. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { distillRtl, smallModel, temporaryFolder } from './capture.ts';

const folder = temporaryFolder();
const at = (name: string): string => join(folder.path, name);
const words = (text: string): string[] => text.split(' ').map((word) => word.replace('@', folder.path));
const coarse = ['--precision', 'ap_fixed<8,3>', '--profile', 'hls4ml'];

beforeAll(async () => {
  writeFileSync(at('small.json'), smallModel);
  writeFileSync(at('renamed.json'), smallModel.replace(/"name": ?"[^"]*"/, '"name":"renamed"'));
  writeFileSync(at('x.csv'), Array.from({ length: 8 }, (_, k) => [k, -k, k / 2, 31].join(',')).join('\n'));
  writeFileSync(at('narrow.csv'), '1,2,3\n4,5,6\n');
  const { code } = await distillRtl(
    'compile',
    at('small.json'),
    ...coarse,
    '--no-tools',
    '--vectors',
    '4',
    '--out',
    at('rtl'),
  );
  expect(code).toBe(0);
});
afterAll(folder.remove);

describe('trace', () => {
  it('prints a row per layer and the flags, and ends well although values overflow', async () => {
    const { code, stdout } = await distillRtl('trace', at('small.json'), ...coarse, '--inputs', at('x.csv'));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^layer +kind +format/);
    expect(stdout).toMatch(/\nFlags:\n {2}overflow +\S+: \d+ of 4 elements overflow ap_fixed<8,3> in 8 of 8 samples/);
  });

  it('prints one sample value by value beside the RTL of an emitted folder', async () => {
    const { code, stdout } = await distillRtl(
      'trace',
      at('small.json'),
      ...coarse,
      ...words('--inputs @/x.csv --sample 2 --layer fc2 --rtl @/rtl'),
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^fc2 \(dense\): .*, stage \d+\nelement +float +before cast +fixed +code +RTL +difference +off by \[LSB\] +flags/,
    );
    expect(stdout).toMatch(/RTL: latency \d+ cycles, \d+ values compared in their cycles\./);
  });

  it('writes report, JSON and CSV, the same bytes each time', async () => {
    const line = ['trace', at('small.json'), ...coarse, '--vectors', '12', '--simulate', '--values', '--json'];
    const { code, stdout } = await distillRtl(...line, '--out', at('first'));
    await distillRtl(...line, '--out', at('second'));

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual(JSON.parse(readFileSync(join(at('first'), 'trace.json'), 'utf8')));
    expect(JSON.parse(stdout)).toMatchObject({ profile: 'hls4ml', samples: 12 });
    expect(readdirSync(at('first')).toSorted()).toEqual([
      'layers.csv',
      'run.json',
      'trace.html',
      'trace.json',
      'values.csv',
    ]);
    for (const name of ['layers.csv', 'trace.html', 'trace.json', 'values.csv']) {
      expect(readFileSync(join(at('second'), name), 'utf8')).toBe(readFileSync(join(at('first'), name), 'utf8'));
    }
  });

  it.each([
    ['small.json --inputs @/narrow.csv', 'narrow.csv has samples of 3 numbers'],
    ['small.json --inputs @/x.csv --sample 8', 'has samples 0 to 7; there is no sample 8.'],
    ['small.json --inputs @/x.csv --vectors 3 --sample 3', 'has samples 0 to 2; there is no sample 3.'],
    ['small.json --sample -1', 'whole number of at least 0'],
    ['small.json --layer fc2', '--layer chooses what --sample prints'],
    ['small.json --sample 0 --layer fc9', 'There is no layer "fc9" in the hardware; there are '],
    ['small.json --rtl @/rtl --simulate', '--rtl and --simulate are both given'],
    ['small.json --values', '--values needs --out.'],
    ['small.json --rtl @/nowhere', 'is no emitted project: it has no model/circuit.json.'],
    ['small.json --rtl @/rtl', 'differing'],
    ['renamed.json --rtl @/rtl', 'the model to trace is "renamed".'],
  ])('refuses "%s" in one sentence with exit code 2', async (line, message) => {
    const { code, stdout, stderr } = await distillRtl('trace', ...words(`@/${line}`));
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
  });

  it('ends with exit code 3 where the Verilog of the folder was changed', async () => {
    const path = join(at('rtl'), 'src');
    const file = join(
      path,
      readdirSync(path).find((name) => name.endsWith('.v'))!,
    );
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, `${text}// changed\n`);
    const { code, stderr } = await distillRtl('trace', at('small.json'), ...coarse, '--rtl', at('rtl'));
    writeFileSync(file, text);
    expect(code).toBe(3);
    expect(stderr).toContain('is not the Verilog of model/circuit.json');
  });
});
