/** `simulate` on a folder of streams: every pattern of stalls, one alone, a waveform, and folders that are not of one piece. */
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildStreams, readEmittedStreams } from '../../src/systems/index.ts';
import { printNetlist } from '../../src/verilog/index.ts';
import { distillRtl, smallImageModel, smallModel, temporaryFolder } from './capture.ts';

const folder = temporaryFolder();
const at = (name: string): string => join(folder.path, name);

interface Fifo {
  readonly depth: number;
  readonly seen: number;
}

beforeAll(async () => {
  writeFileSync(at('tiny.json'), smallImageModel);
  writeFileSync(at('small.json'), smallModel);
  const common = ['--precision', 'ap_fixed<6,3>', '--no-tools', '--vectors', '2'];
  const streams = ['--io-type', 'io_stream', '--reuse-factor', '2'];
  await distillRtl('compile', at('tiny.json'), ...common, ...streams, '--out', at('tiny'));
  await distillRtl('compile', at('small.json'), ...common, '--out', at('pipeline'));
  for (const name of ['edited', 'deep', 'damaged']) cpSync(at('tiny'), at(name), { recursive: true });
});
afterAll(folder.remove);

/** Write the depth of all FIFOs into the schedules of a folder. */
function writeDepth(name: string, fifoDepth: unknown): void {
  const path = at(`${name}/model/schedules.json`);
  writeFileSync(path, JSON.stringify({ ...(JSON.parse(readFileSync(path, 'utf8')) as object), fifoDepth }));
}

describe('simulate a folder of streams', () => {
  it('runs every pattern of stalls and agrees with what compile measured', async () => {
    const manifest = JSON.parse(readFileSync(at('tiny/manifest.json'), 'utf8'));

    const { code, stdout } = await distillRtl('simulate', at('tiny'), '--vectors', '20', '--json');

    const { scenarios, fifos, ...summary } = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(summary).toMatchObject({
      model: 'tiny',
      vectors: 20,
      mismatches: 0,
      latencyCycles: manifest.latencyCycles,
      latencyNs: manifest.latencyCycles * 5,
      initiationInterval: manifest.initiationInterval,
    });
    expect(scenarios.map(({ name, samples }: { name: string; samples: number }) => [name, samples])).toEqual([
      ['full rate', 20],
      ['stalls on both sides', 7],
      ['slow reader', 7],
      ['slow writer', 7],
    ]);
    expect(scenarios[3].initiationInterval.minimum).toBeGreaterThan(manifest.initiationInterval);
    expect(fifos.map(({ from, to }: { from: string; to: string }) => [from, to])).toEqual([
      ['act', 'fc'],
      ['fc', 'output'],
    ]);
    for (const { depth, seen } of fifos as Fifo[]) expect(seen).toBeLessThanOrEqual(depth);
    expect(Math.max(...(fifos as Fifo[]).map(({ seen }) => seen))).toBeGreaterThan(0);
  });

  it('prints tables, and runs one pattern alone with the samples of a file and its waveform', async () => {
    const row = Array.from({ length: 25 }, (_, k) => (k % 5) / 4 - 0.5).join(',');
    writeFileSync(at('x.csv'), `${row}\n${row}\n`);
    const words = ['--scenario', 'slow reader', '--inputs', at('x.csv'), '--vcd', at('wave.vcd')];

    const { code, stdout } = await distillRtl('simulate', at('tiny'), ...words);

    expect(code).toBe(0);
    expect(stdout).toMatch(/^slow reader +2 +\d+ /m);
    expect(stdout).not.toMatch(/^full rate/m);
    expect(stdout).toMatch(/^fifo_0_fc +act +fc +\d+ +\d+ +\d+$/m);
    expect(stdout).toMatch(/^2 vectors in \d+ cycles, 0 differ from emulation$/m);
    const cycles = Number(/^2 vectors in (\d+) cycles/m.exec(stdout)![1]);
    const wave = readFileSync(at('wave.vcd'), 'utf8');
    expect(wave).toContain('$scope module tiny $end');
    expect(wave.match(/^#\d+$/gm)!.length).toBeGreaterThanOrEqual(2 * cycles);
  });

  it('says that edited Verilog is not that of the streams', async () => {
    const path = at('edited/src/tiny_act.v');
    writeFileSync(path, `${readFileSync(path, 'utf8')}// edited\n`);

    const { code, stderr } = await distillRtl('simulate', at('edited'));

    expect(code).toBe(3);
    expect(stderr).toMatch(
      /src\/tiny_act\.v in ".*edited" is not the Verilog of model\/streams\.json; compile the model again\.\n$/,
    );
  });

  it('takes the depth of FIFOs from the schedules, as part of what determines the Verilog', async () => {
    writeDepth('deep', 5);

    const before = await distillRtl('simulate', at('deep'));
    const { graph, target, fifoDepth } = await readEmittedStreams(at('deep'));
    for (const { path, text } of printNetlist(buildStreams(graph, target, fifoDepth).design.netlist)) {
      writeFileSync(at(`deep/${path}`), text);
    }
    const after = await distillRtl('simulate', at('deep'), '--vectors', '2', '--json');

    expect({ fifoDepth, code: before.code }).toEqual({ fifoDepth: 5, code: 3 });
    expect(before.stderr).toContain('is not the Verilog of model/streams.json');
    expect(after.code).toBe(0);
    expect(JSON.parse(after.stdout).fifos.map(({ depth }: Fifo) => depth)).toEqual([5, 5]);
  });

  it.each([0, 1.5, 'many'])('refuses a depth of %s', async (depth) => {
    writeDepth('damaged', depth);

    const { code, stderr } = await distillRtl('simulate', at('damaged'));

    expect(code).toBe(2);
    expect(stderr).toBe(
      `distill-rtl: model/schedules.json of "${at('damaged')}" has fifoDepth ${JSON.stringify(depth)}; it must be a whole number of at least 1.\n`,
    );
  });

  it('has no patterns of stalls for a pipeline', async () => {
    const words = ['--scenario', 'slow reader', '--vcd', at('none.vcd')];
    const { code, stdout, stderr } = await distillRtl('simulate', at('pipeline'), ...words);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/--scenario is for stream designs; ".*pipeline" holds a pipeline/);
    expect(existsSync(at('none.vcd'))).toBe(false);
  });
});
