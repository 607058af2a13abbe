/** The verb `generate`: events into files, generated or recorded, in one file or several. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { generateEvents, puppi } from '../../src/physics/index.ts';
import { eventFeatures, readEvents } from '../../src/systems/distillnet/index.ts';
import { distillRtl, temporaryFolder } from './capture.ts';

const folder = temporaryFolder();
const at = (...names: string[]): string => join(folder.path, ...names);
afterAll(folder.remove);

const small = ['--events', '5', '--pileup', '4', '--seed', 'spec'];

describe('generate', () => {
  it('writes the events of the seed with their PUPPI weights', async () => {
    const { code, stdout, stderr } = await distillRtl('generate', at('five.npz'), ...small, '--puppi-radius', '0.4');

    const { generated, puppiWeights, inputWeights } = await readEvents(at('five.npz'));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^5 events in .*five\.npz \(\d+\.\d s\)\n$/);
    expect(stderr).toMatch(/^events .* particles, at most \d+ in one event\n$/);
    expect(generated).toHaveLength(5);
    generateEvents({ meanPileup: 4 }, 'spec', 5).forEach((event, e) => {
      const { weights, uncut } = puppi(event.particles, event.pileupVertices, { radius: 0.4 });
      const { pt } = generated![e]!.particles;
      expect(pt).toHaveLength(event.particles.count);
      pt.forEach((value, i) => expect(value / event.particles.pt[i]!).toBeCloseTo(1, 6));
      expect(puppiWeights[e]).toEqual(Float64Array.from(weights, (w) => Math.min(1, Math.fround(w))));
      expect(inputWeights[e]).toEqual(Float64Array.from(uncut, (w) => Math.min(1, Math.fround(w))));
      expect(generated![e]!.missing).toEqual(event.missing);
    });
  });

  it('writes the same events as several files, and says what it did as JSON', async () => {
    mkdirSync(at('set'));
    const { code, stdout } = await distillRtl('generate', at('set', 'x.npz'), ...small, '--shard', '2', '--json');
    await distillRtl('generate', at('whole.npz'), ...small);

    const summary: unknown = JSON.parse(stdout);
    const names = ['x-0001.npz', 'x-0002.npz', 'x-0003.npz'];
    const { generated: whole } = await readEvents(at('whole.npz'));
    const parts = await Promise.all(names.map((name) => readEvents(at('set', name))));
    expect(code).toBe(0);
    expect(readdirSync(at('set'))).toEqual(names);
    expect(parts.flatMap(({ generated }) => generated!)).toEqual(whole);
    expect(summary).toEqual({
      process: 'wjets',
      pileup: 4,
      seed: 'spec',
      events: 5,
      puppiRadius: 0.2,
      particles: whole!.reduce((sum, { particles }) => sum + particles.count, 0),
      largest: Math.max(...whole!.map(({ particles }) => particles.count)),
      files: names.map((name) => at('set', name)),
      seconds: expect.any(Number) as number,
    });
    const shorter = await distillRtl('generate', at('set', 'x.npz'), '--events', '2', '--shard', '2');
    expect(shorter.code).toBe(2);
    expect(shorter.stderr).toMatch(/x-0002\.npz" is left from a longer set of events; remove it, or choose another/);
  });

  it('generates top pairs', async () => {
    await distillRtl(
      'generate',
      at('tops.npz'),
      '--process',
      'ttbar',
      '--events',
      '1',
      '--pileup',
      '1',
      '--seed',
      'top',
    );

    const [event] = generateEvents({ process: 'ttbar', meanPileup: 1 }, 'top', 1);
    const { generated } = await readEvents(at('tops.npz'));
    expect(generated![0]!.invisible).toEqual(event!.invisible);
  });

  it('reconstructs recorded collisions, each time anew', async () => {
    const photons = Array.from({ length: 12 }, (_, k) => `${3 + k} 4 0 ${Math.hypot(3 + k, 4).toFixed(10)}`).join('\n');
    writeFileSync(at('two.dat'), `#SUBSTART\n${photons}\n#SUBSTART\n-3 -4 0 5\n#END\n`);

    const { code } = await distillRtl('generate', at('real.npz'), '--from', at('two.dat'), '--events', '2');

    const { generated, inputWeights } = await readEvents(at('real.npz'));
    expect(code).toBe(0);
    expect(generated!.map(({ pileupVertices }) => pileupVertices)).toEqual([1, 1]);
    expect(generated![0]!.generated).toEqual(generated![1]!.generated);
    expect(generated![0]!.generated.count).toBe(12);
    expect(generated![0]!.particles.energy).not.toEqual(generated![1]!.particles.energy);
    expect(eventFeatures(generated![0]!, inputWeights[0]!, 1).every(Number.isFinite)).toBe(true);
  });

  it.each([
    [['x.h5'], 'x.h5" is of no known kind; it must end in .npz'],
    [['x.npz', '--events', '0'], '--events is "0"; it must be a whole number of at least 1'],
    [['x.npz', '--pileup=-1'], '--pileup is "-1"; it must be a number of at least 0'],
    [['x.npz', '--pileup', '2000'], 'meanPileup is 2000; it must be from 0 to '],
    [['x.npz', '--process', 'higgs'], '--process is "higgs"; it must be one of wjets, ttbar'],
    [['x.npz', '--puppi-radius', '4'], 'The PUPPI cone is 0.01 < ΔR < 4'],
    [['x.npz', '--from', '@none.dat'], 'none.dat" cannot be read: it does not exist'],
    [['x.npz', '--from', '@two.dat', '--pileup', '9'], '--pileup and --from are both given'],
    [['x.npz', '--from', '@two.dat', '--process', 'ttbar'], '--process and --from are both given'],
    [['x.npz', '--from', '@five.npz'], 'five.npz, line 1 is "PK'],
    [['nowhere/x.npz'], 'cannot be written: the folder that should hold it does not exist'],
  ])('refuses %j', async ([file, ...words], message) => {
    const { code, stdout, stderr } = await distillRtl(
      'generate',
      at(file!),
      ...words.map((word) => word.replace('@', `${folder.path}/`)),
    );

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(readdirSync(folder.path).filter((name) => name.startsWith('x'))).toEqual([]);
  });

  it('that gets SIGINT ends with 130 and leaves whole files alone', async () => {
    const out = at('stop');
    mkdirSync(out);
    const words = ['generate', join(out, 'x.npz'), '--events', '1000', '--pileup', '10', '--shard', '2'];
    const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', ...words], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (chunk) => (stderr += chunk));
    const timer = setInterval(() => {
      if (!existsSync(join(out, 'x-0001.npz'))) return;
      clearInterval(timer);
      child.kill('SIGINT');
    }, 20);

    const code = await new Promise((resolve) => child.on('close', resolve));

    const names = readdirSync(out);
    expect(code).toBe(130);
    expect(stderr).toContain(
      `distill-rtl: interrupted; ${names.length} of 500 files are written, each of them whole\n`,
    );
    expect(names.filter((name) => !/^x-\d{4}\.npz$/.test(name))).toEqual([]);
    for (const name of names) expect((await readEvents(join(out, name))).events).toHaveLength(2);
  });
});
