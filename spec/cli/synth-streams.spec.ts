/** `synth` on a folder of streams: a row per stage and one for the FIFOs, beside our estimate and our delay model. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { device } from '../../src/estimation/index.ts';
import { estimateFolder } from '../../src/systems/synthesis/estimate-folder.ts';
import { lacks } from '../verification/tools.ts';
import { distillRtl, smallImageModel, temporaryFolder } from './capture.ts';

const folder = temporaryFolder();
const at = (name: string): string => join(folder.path, name);
const part = device('xcvu13p');

beforeAll(async () => {
  writeFileSync(at('tiny.json'), smallImageModel);
  const words = ['--precision', 'ap_fixed<4,2>', '--io-type', 'io_stream', '--no-tools', '--vectors', '2'];
  await distillRtl('compile', at('tiny.json'), ...words, '--out', at('tiny'));
  cpSync(at('tiny'), at('edited'), { recursive: true });
  const source = readFileSync(at('edited/src/tiny_act.v'), 'utf8');
  writeFileSync(at('edited/src/tiny_act.v'), `${source}// edited\n`);
});
afterAll(folder.remove);

type Count = Readonly<Record<'lut' | 'ff' | 'dsp' | 'bram', number>>;

interface Row {
  readonly layer: string;
  readonly kind: string | null;
  readonly yosys: Count;
  readonly estimate: Count;
  readonly slowestNs: number;
}

describe('the estimate of a folder of streams', () => {
  it('is divided among stages, FIFOs and the top module, and timed', async () => {
    const { estimate } = await estimateFolder(at('tiny'), part);

    const { instances, own, total, path } = estimate!;
    expect(instances.map(({ instance, computes }) => [instance, computes?.kind])).toEqual([
      ['fifo_0_fc', undefined],
      ['fifo_1_fc', undefined],
      ['u_act', 'conv2d'],
      ['u_fc', 'dense'],
    ]);
    for (const key of ['lut', 'ff', 'dsp', 'bram'] as const) {
      expect(instances.reduce((sum, { count }) => sum + count[key], own.count[key])).toBe(total[key]);
    }
    expect(path.delayNs).toBe(Math.max(own.slowestNs, ...instances.map(({ slowestNs }) => slowestNs)));
    expect(path.delayNs).toBeGreaterThan(0);
  });

  it('is left out where the Verilog has been edited', async () => {
    const { estimate, reason } = await estimateFolder(at('edited'), part);

    expect(estimate).toBeNull();
    expect(reason).toMatch(/^src\/tiny_act\.v in ".*edited" is not the Verilog of model\/streams\.json/);
  });
});

describe.skipIf(lacks('yosys', 'synth of streams'))('synth', () => {
  it('counts stages and FIFOs that add up to their sum', async () => {
    const { code, stdout } = await distillRtl('synth', at('tiny'), '--per-layer', '--json');

    const { layers, sum, estimate, timing, builtAs } = JSON.parse(stdout) as {
      layers: readonly Row[];
      sum: Count;
      estimate: Count;
      timing: { criticalNs: number; periodNs: number };
      builtAs: string;
    };
    expect({ code, builtAs }).toEqual({ code: 0, builtAs: 'streams' });
    expect(layers.map(({ layer, kind }) => [layer, kind])).toEqual([
      ['act', 'conv2d'],
      ['fc', 'dense'],
      ['2 FIFOs', 'fifo'],
      ['(top)', null],
    ]);
    for (const key of ['lut', 'ff', 'dsp', 'bram'] as const) {
      expect([key, layers.reduce((total, row) => total + row.yosys[key], 0)]).toEqual([key, sum[key]]);
      expect([key, layers.reduce((total, row) => total + row.estimate[key], 0)]).toEqual([key, estimate[key]]);
    }
    expect(timing).toMatchObject({ periodNs: 5, criticalNs: Math.max(...layers.map(({ slowestNs }) => slowestNs)) });
  }, 120_000);
});
