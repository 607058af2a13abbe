/** The option --workers: its default, what refuses it, where it goes, and what is said of steps without a plan. */
import { mkdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DistillNetRunOptions } from '../../src/systems/distillnet/index.ts';
import { distillRtl, temporaryFolder } from './capture.ts';

const seen = vi.hoisted(() => ({ options: undefined as unknown }));
// A run would take a minute; what it is given is enough.
vi.mock('../../src/systems/distillnet/index.ts', async (original) => ({
  ...(await original<object>()),
  runDistillNet: async (options: DistillNetRunOptions) => {
    seen.options = options;
    mkdirSync(options.directory, { recursive: true });
    await options.finish?.(options.directory, {} as never);
    options.onEager?.('A step looks at values.');
    options.onEager?.('Another one does.');
    return null;
  },
}));

const folder = temporaryFolder();
afterAll(folder.remove);
beforeEach(() => {
  seen.options = undefined;
});

const run = (...words: string[]) => distillRtl('run', 'distillnet', '--out', join(folder.path, 'out'), ...words);
const recorded = (): Record<string, unknown> =>
  JSON.parse(readFileSync(join(folder.path, 'out', 'run.json'), 'utf8')) as Record<string, unknown>;

describe('--workers', () => {
  it.each([
    [[], Math.min(4, availableParallelism())],
    [['--workers', '3'], 3],
    [['--workers', '3', '--backend', 'js'], 1],
  ])('%j is %i workers, in the run and in run.json', async (words, workers) => {
    await run(...words);

    expect(seen.options).toMatchObject({ workers });
    expect(recorded()).toMatchObject({ workers });
    expect(recorded()['options']).not.toHaveProperty('workers');
  });

  it.each(['0', '-1', '1.5', 'two', ''])('refuses "%s"', async (value) => {
    const { code, stdout, stderr } = await run(`--workers=${value}`);

    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toBe(
      `distill-rtl: --workers is "${value}"; it must be a whole number of at least 1.\nRun "distill-rtl run --help" for its options and an example.\n`,
    );
    expect(seen.options).toBeUndefined();
  });

  it('is explained in the help of run, in words that do not depend on the machine', async () => {
    const { stdout } = await distillRtl('run', '--help');

    expect(stdout.replace(/\s+/g, ' ')).toContain(
      '--workers <n> threads that share a training step where wasm trains; the results are the same (default: one per processor, at most 4)',
    );
  });

  it('has a note on stderr, once, where training is not planned', async () => {
    const { stdout, stderr } = await run();

    expect(stdout).toBe('');
    expect(stderr.split('\n')[0]).toBe('training runs without plans, to the same results: A step looks at values.');
    expect(stderr).not.toContain('Another one');
  });
});
