/** What the verbs write and print when all is well: one JSON document, whole folders, the configuration obeyed. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readNpy } from '../../src/formats/index.ts';
import { distillRtl, smallModel, temporaryFolder } from './capture.ts';

const folder = temporaryFolder();
const at = (name: string): string => join(folder.path, name);
const json = (name: string): Record<string, unknown> => JSON.parse(readFileSync(at(name), 'utf8'));

beforeAll(() => {
  writeFileSync(at('small.json'), smallModel);
  writeFileSync(at('x.csv'), Array.from({ length: 8 }, (_, k) => [k, -k, k / 2, 31].join(',')).join('\n'));
  writeFileSync(
    at('hls4ml.yml'),
    [
      'KerasJson: small.json',
      'OutputDir: unused',
      'XilinxPart: xcku115-flvb2104-2-i',
      'ClockPeriod: 8',
      'Backend: Vivado',
      'HLSConfig:',
      '  Model: {Precision: "fixed<12,4>", ReuseFactor: 1, Strategy: Latency}',
      '  LayerName:',
      '    fc2: {Precision: {weight: "ap_fixed<6,2>", result: "ap_fixed<9,3>"}}',
    ].join('\n'),
  );
});
afterAll(folder.remove);

describe('help and version', () => {
  it.each(['run', 'compile', 'emulate', 'simulate', 'trace', 'synth'])('of %s shows an example', async (verb) => {
    const { code, stdout, stderr } = await distillRtl(verb, '--help');

    expect(code).toBe(0);
    expect(stderr).toBe('');
    expect(stdout).toMatch(new RegExp(`^Usage: distill-rtl ${verb} `));
    expect(stdout).toMatch(new RegExp(`\\nExamples?:\\n  distill-rtl ${verb} `));
    expect(stdout.split('\n').every((line) => line.length <= 120)).toBe(true);
  });

  it('names every verb and every exit code', async () => {
    const { code, stdout } = await distillRtl('--help');

    expect(code).toBe(0);
    for (const verb of ['run', 'compile', 'emulate', 'simulate', 'synth']) {
      expect(stdout).toContain(`\n  distill-rtl ${verb} `);
    }
    expect(stdout).toContain('3 verification mismatch');
  });

  it('prints the version of the package', async () => {
    const { stdout } = await distillRtl('--version');

    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('compile', () => {
  const compile = ['compile', at('small.json'), '--no-tools', '--vectors', '20', '--out'];

  it('prints one JSON document and nothing else on stdout, and says how long every step took on stderr', async () => {
    const { code, stdout, stderr } = await distillRtl(...compile, at('json'), '--json');

    const summary = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(summary.hardware.initiationInterval).toBe(1);
    expect(summary.layers.map((row: { layer: string }) => row.layer)).toEqual(['fc1', 'relu1', 'fc2']);
    expect(summary.checks.simulationVsEmulation).toEqual({ vectors: 20, mismatches: 0 });
    expect(summary.checks.verilatorVsSimulation).toBeNull();
    expect(summary.skipped).toHaveLength(2);
    expect(stderr.match(/^(compile|emulate|simulate|verilog) +\d+\.\d s {2}\S/gm)).toHaveLength(4);
  });

  it('prints a table with a row per layer and no double blank lines', async () => {
    const { stdout } = await distillRtl(...compile, at('table'));

    expect(stdout).toMatch(/^layer +kind +operations +LUT +FF +DSP +BRAM +stages$/m);
    expect(stdout).toMatch(/^fc1 +dense +\d+ /m);
    expect(stdout).not.toContain('\n\n\n');
    expect(stdout).toMatch(/[^\n]\n$/);
  });

  it('writes the same bytes for the same words, and leaves nothing beside', async () => {
    await distillRtl(...compile, at('first'));
    await distillRtl(...compile, at('second'));

    const files = (name: string): string[] => readdirSync(at(name), { recursive: true }).map(String).toSorted();
    const texts = (name: string): string[] =>
      files(name)
        .filter((file) => file.includes('.'))
        .map((file) => readFileSync(at(join(name, file)), 'utf8'));
    expect(files('second')).toEqual(files('first'));
    expect(texts('second')).toEqual(texts('first'));
    expect(readdirSync(folder.path).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('replaces its own earlier output', async () => {
    await distillRtl(...compile, at('again'), '--clock', '100');
    const { code } = await distillRtl(...compile, at('again'), '--clock', '250');

    expect(code).toBe(0);
    expect(readFileSync(at('again/manifest.json'), 'utf8')).toContain('"clockMHz": 250');
  });

  it('takes as many cycles as asked for, and its folder is simulated with them', async () => {
    const latency = (name: string): unknown =>
      (json(`${name}/manifest.json`) as { latencyCycles: number }).latencyCycles;
    await distillRtl(...compile, at('few'), '--clock', '400');
    const least = latency('few') as number;
    const more = String(least + 2);
    const { code } = await distillRtl(...compile, at('more'), '--clock', '400', '--latency', more);
    const simulated = await distillRtl('simulate', at('more'), '--json');

    expect(code).toBe(0);
    expect(latency('more')).toBe(least + 2);
    expect(simulated.code).toBe(0);
    expect(JSON.parse(simulated.stdout)).toMatchObject({ latencyCycles: least + 2, mismatches: 0 });
  });

  it('takes model, part, clock and precisions from an hls4ml configuration', async () => {
    const words = ['compile', '--config', at('hls4ml.yml'), '--no-tools', '--vectors', '20', '--out', at('hls')];
    const { code, stderr } = await distillRtl(...words);

    const { options } = json('hls/run.json') as { options: Record<string, unknown> };
    expect(code).toBe(0);
    expect(options).toMatchObject({ part: 'xcku115-flvb2104-2-i', clockMHz: 125, profile: 'hls4ml' });
    expect(options).toMatchObject({ precision: 'fixed<12,4>', model: 'little' });
    expect(readFileSync(at('hls/README.txt'), 'utf8')).toContain('ap_fixed<9,3>');
    expect(stderr).toContain('also has Backend, without effect here.');
  });

  it('lets options win over the configuration', async () => {
    const words = ['compile', at('small.json'), '--config', at('hls4ml.yml'), '--no-tools', '--vectors', '20'];
    const own = ['--clock', '100', '--part', 'xcvu9p', '--profile', 'exact', '--precision', 'ap_fixed<10,5>'];
    const { code } = await distillRtl(...words, ...own, '--out', at('own'));

    const { options } = json('own/run.json') as { options: Record<string, unknown> };
    expect(code).toBe(0);
    expect(options).toMatchObject({ part: 'xcvu9p', clockMHz: 100, profile: 'exact', precision: 'ap_fixed<10,5>' });
  });

  it('says which parameters and sums do not fit their formats', async () => {
    const hls4ml = ['--profile', 'hls4ml', '--precision', 'ap_fixed<6,1>'];
    const { stderr } = await distillRtl(...compile, at('narrow'), ...hls4ml, '--inputs', at('x.csv'));
    const wide = await distillRtl(...compile, at('wide'), '--precision', 'ap_fixed<24,12>');

    expect(stderr).toMatch(/^note: Results of layer "fc1" wrap around on \d of 8 samples/m);
    expect(wide.stderr).not.toContain('note:');
  });
});

describe('emulate and simulate', () => {
  it('give the same outputs for values and for raw codes', async () => {
    const words = ['emulate', at('small.json'), '--inputs', at('x.csv'), '--json'];
    const values = await distillRtl(...words, '--out', at('y.npy'));
    const raw = await distillRtl(...words, '--out', at('raw.npy'), '--raw');

    const [y, codes] = ['y.npy', 'raw.npy'].map((name) => readNpy(readFileSync(at(name)), name));
    expect([values.code, raw.code]).toEqual([0, 0]);
    expect(JSON.parse(values.stdout)).toMatchObject({ samples: 8, outputs: 2 });
    expect(y!.shape).toEqual([8, 2]);
    const numbers = Array.from(codes!.data as ArrayLike<number | bigint>, Number);
    const ratios = numbers.map((code, k) => code / Number(y!.data[k])).filter(Number.isFinite);
    expect(new Set(ratios).size).toBe(1);
  });

  it('simulate what compile wrote, and refuse what was edited since', async () => {
    await distillRtl('compile', at('small.json'), '--no-tools', '--vectors', '4', '--out', at('sim'));
    const good = await distillRtl('simulate', at('sim'), '--json', '--vcd', at('sim.vcd'));
    const source = at('sim/src/little.v');
    writeFileSync(source, readFileSync(source, 'utf8').replace('endmodule', '// edited\nendmodule'));
    const edited = await distillRtl('simulate', at('sim'));

    expect(good.code).toBe(0);
    expect(JSON.parse(good.stdout)).toMatchObject({ vectors: 64, mismatches: 0, initiationInterval: 1 });
    expect(existsSync(at('sim.vcd'))).toBe(true);
    expect(edited.code).toBe(3);
    expect(edited.stderr).toContain('src/little.v');
  });
});
