/** `synth` on an emitted folder: figures that add up, a report, and every way in which it can fail. */
import { spawn } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { lacks } from '../verification/tools.ts';
import { distillRtl, smallModel, temporaryFolder } from './capture.ts';

const folder = temporaryFolder();
const at = (name: string): string => join(folder.path, name);
const seconds = 120_000;

beforeAll(async () => {
  writeFileSync(at('small.json'), smallModel);
  const precision = ['--precision', 'ap_fixed<4,2>'];
  await distillRtl('compile', at('small.json'), '--no-tools', '--vectors', '4', ...precision, '--out', at('small'));
  for (const name of ['cut', 'bare', 'damaged', 'edited']) cpSync(at('small'), at(name), { recursive: true });
  const source = readFileSync(at('cut/src/little_fc1.v'), 'utf8');
  writeFileSync(at('cut/src/little_fc1.v'), source.slice(0, source.length / 2));
  writeFileSync(at('edited/src/little_fc1.v'), `${source}// edited\n`);
  rmSync(at('bare/manifest.json'));
  writeFileSync(at('damaged/manifest.json'), '{"part": ');
});
afterAll(folder.remove);

/** Tell whether a process has started the Yosys of npm. */
function isRunningYosys(pid: number): boolean {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    return children.some((child) => readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('runYosys'));
  } catch {
    return false;
  }
}

type Count = Readonly<Record<string, number>>;

describe.skipIf(lacks('yosys', 'synth'))('synth', () => {
  it(
    'counts layers that add up to their sum, beside an estimate that does so too',
    async () => {
      const { code, stdout, stderr } = await distillRtl('synth', at('small'), '--json', '--report', at('synth.html'));

      const { layers, sum, flattened, estimate, part, utilization, fits, tool } = JSON.parse(stdout);
      expect(code).toBe(0);
      expect(layers.map(({ layer }: { layer: string }) => layer)).toEqual(['fc1', 'relu1', 'fc2', '(top)']);
      const add = (side: 'yosys' | 'estimate', key: string): number =>
        layers.reduce((total: number, layer: Record<string, Count>) => total + layer[side]![key]!, 0);
      for (const key of ['lut', 'ff', 'dsp', 'bram']) {
        expect([key, add('yosys', key)]).toEqual([key, sum[key]]);
        expect([key, add('estimate', key)]).toEqual([key, estimate[key]]);
      }
      expect(add('yosys', 'carry4')).toBe(sum.carry4);
      expect(sum.carry8).toBeGreaterThanOrEqual(sum.carry4 / 2);
      expect(sum.depth).toBeGreaterThanOrEqual(Math.max(...layers.map(({ yosys }: { yosys: Count }) => yosys.depth)));
      // In the whole it shows which bits of the output registers are constant or equal.
      expect(flattened.ff).toBeGreaterThan(0);
      expect(flattened.ff).toBeLessThanOrEqual(sum.ff);
      expect(flattened.depth).toBeGreaterThan(0);
      expect(utilization.lut).toBe(flattened.lut / part.lut);
      expect({ fits, part: part.name }).toEqual({ fits: true, part: 'xcvu13p-flga2577-2-e' });
      expect(stderr.match(/^(layers|flattened|estimate) +\d+\.\d s {2}\d+ LUT/gm)).toHaveLength(3);
      const html = readFileSync(at('synth.html'), 'utf8');
      expect(html).toContain(`<b>${flattened.lut} LUT</b>`);
      expect(html).toContain(tool);
    },
    seconds,
  );

  it(
    'prints tables, for the half that is asked for and another part',
    async () => {
      const words = ['synth', at('small'), '--per-layer', '--part', 'xck26'];
      const { code, stdout } = await distillRtl(...words);

      expect(code).toBe(0);
      expect(stdout).toMatch(/^fc1 +dense +\d+ /m);
      expect(stdout).toMatch(/^xck26 +used +of +share \[%\]$/m);
      expect(stdout).not.toMatch(/^flattened/m);
      expect(stdout).toContain('not a vendor report');
    },
    seconds,
  );

  it(
    'runs the Yosys of npm where that is asked for, and counts edited sources without an estimate',
    async () => {
      const { code, stdout } = await distillRtl('synth', at('edited'), '--flatten', '--yosys', 'npm', '--json');

      const { estimate, notes, layers, flattened } = JSON.parse(stdout);
      expect(code).toBe(0);
      expect({ estimate, layers }).toEqual({ estimate: null, layers: [] });
      expect(flattened.lut).toBeGreaterThan(0);
      expect(notes).toEqual([
        expect.stringMatching(/estimate is left out: src\/little_fc1\.v in .* is not the Verilog/),
      ]);
    },
    seconds,
  );

  it("keeps Yosys' own words about broken Verilog", async () => {
    const before = readdirSync(folder.path);
    const { code, stdout, stderr } = await distillRtl('synth', at('cut'), '--report', at('cut.html'));

    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(
      /^distill-rtl: (yosys|yowasp-yosys) failed with exit code 1: .*little_fc1\.v:\d+: .*error/im,
    );
    expect(readdirSync(folder.path)).toEqual(before);
  });

  it('gives up when time is over', async () => {
    const { code, stderr } = await distillRtl('synth', at('small'), '--timeout', '1', '--yosys', 'npm');

    expect(code).toBe(1);
    expect(stderr).toMatch(/^distill-rtl: yowasp-yosys ran past its limit of 1 second/);
  });

  it.skipIf(!existsSync('/proc/self/task'))(
    'ends with 130 on Ctrl-C, without a report',
    async () => {
      const words = ['--import', 'tsx', 'src/cli/main.ts', 'synth', at('small'), '--report', at('stopped.html')];
      const child = spawn(process.execPath, [...words, '--yosys', 'npm'], { stdio: ['ignore', 'ignore', 'pipe'] });
      let stderr = '';
      child.stderr.on('data', (chunk) => (stderr += chunk));
      const timer = setInterval(() => {
        if (!isRunningYosys(child.pid!)) return;
        clearInterval(timer);
        child.kill('SIGINT');
      }, 50);

      const code = await new Promise((resolve) => child.on('close', resolve));

      expect(code).toBe(130);
      expect(stderr).toMatch(/distill-rtl: interrupted\n$/);
      expect(readdirSync(folder.path).filter((name) => name.startsWith('stopped'))).toEqual([]);
    },
    seconds,
  );
});

describe('synth without a tool', () => {
  it('says how to install it', async () => {
    vi.stubEnv('PATH', '/nowhere');
    const { code, stdout, stderr } = await distillRtl('synth', at('small'), '--yosys', 'system');
    vi.unstubAllEnvs();

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe('distill-rtl: yosys is not installed; install it with "apt-get install yosys".\n');
  });
});

describe('a mistake in what synth is given', () => {
  it.each([
    ['synth @/nowhere', /"[^"]*nowhere" is no emitted project: it has no manifest\.json/],
    ['synth @/small.json', /small\.json" is no emitted project/],
    ['synth @/bare', /no emitted project: it has no manifest\.json/],
    ['synth @/damaged', /manifest\.json of "[^"]*damaged" is not JSON/],
    ['synth @/small --part xc1', /"xc1" is not known.*xcvu13p.*xc7z020/],
    ['synth @/small --report @/new/x.html', /Report "[^"]*x\.html" cannot be written/],
    ['synth @/small --report @/small', /Report "[^"]*small" cannot be written: it is a folder/],
  ])('%s', async (words, sentence) => {
    const { code, stdout, stderr } = await distillRtl(
      ...words.split(' ').map((word) => word.replace('@', folder.path)),
    );

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(sentence);
    expect(stderr).toMatch(/^distill-rtl: [^\n]+\.\n$/);
  });

  it.each([
    ['synth x --per-layer --flatten', '--per-layer and --flatten are both given'],
    ['synth x --ice40 hx1k', '--ice40 is "hx1k"; it must be one of hx8k, up5k.'],
    ['synth x --yosys docker', '--yosys is "docker"; it must be one of system, npm.'],
    ['synth x --timeout 0', '--timeout is "0"; it must be a whole number of at least 1.'],
  ])('%s', async (words, sentence) => {
    const { code, stderr } = await distillRtl(...words.split(' '));

    expect(code).toBe(2);
    expect(stderr).toContain(`distill-rtl: ${sentence}`);
  });
});
