/** The option --backend: what is chosen, recorded and refused. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { chooseBackend } from '../../src/cli/backend.ts';
import { writeRunRecord } from '../../src/cli/run-record.ts';
import { computeBackend, describeGpu } from '../../src/tensor/index.ts';
import { distillRtl, temporaryFolder } from './capture.ts';

const installed = await import('gpu.js').then(
  () => true,
  () => false,
);

const folder = temporaryFolder();
afterAll(folder.remove);
afterEach(() => {
  vi.restoreAllMocks();
  vi.doUnmock('gpu.js');
  vi.resetModules();
});

const run = (...words: string[]) =>
  distillRtl('run', 'distillnet', '--quick', '--out', join(folder.path, 'out'), ...words);

/** What run.json says of a run on this backend. */
async function recorded(backend: Awaited<ReturnType<typeof chooseBackend>>): Promise<Record<string, unknown>> {
  await writeRunRecord(folder.path, {
    verb: 'run',
    options: {},
    seed: 1,
    inputs: [],
    backend: backend.record(),
  });
  return JSON.parse(readFileSync(join(folder.path, 'run.json'), 'utf8')) as Record<string, unknown>;
}

describe('--backend', () => {
  it.each(['js', 'wasm'] as const)('%s computes until it is released, and is recorded', async (name) => {
    const before = computeBackend();

    const backend = await chooseBackend(name);

    expect(computeBackend()).toBe(name);
    expect(backend).toMatchObject({ inference: 'current', note: '' });
    expect(await recorded(backend)).toMatchObject({ backend: name });
    expect(await recorded(backend)).not.toHaveProperty('gpu');
    await backend.release();
    expect(computeBackend()).toBe(before);
  });

  it.skipIf(!installed)('gpu trains on wasm, says its mode and records it (skipped without gpu.js)', async () => {
    const backend = await chooseBackend('gpu');

    const mode = describeGpu()!.mode;
    expect(computeBackend()).toBe('wasm');
    expect(backend.inference).toBe('gpu');
    expect(backend.note).toMatch(
      new RegExp(`^backend gpu: gpu\\.js computes in its mode ${mode}.*; training runs on wasm$`),
    );
    expect(await recorded(backend)).toMatchObject({ backend: 'gpu', gpu: { mode, fallbackReason: null } });
    await backend.release();
    expect(describeGpu()).toBeNull();
  });

  it('is explained in the help of run', async () => {
    const { stdout } = await distillRtl('run', '--help');

    expect(stdout.replace(/\s+/g, ' ')).toContain(
      'or gpu, where gpu.js runs trained networks and wasm trains them (js or wasm or gpu; default: wasm)',
    );
  });

  it('refuses an unknown value with the known ones', async () => {
    const { code, stdout, stderr } = await run('--backend', 'cuda');

    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toBe(
      'distill-rtl: --backend is "cuda"; it must be one of js, wasm, gpu.\nRun "distill-rtl run --help" for its options and an example.\n',
    );
  });

  it.each([['--backend', 'wasm'], [], ['--backend', 'gpu']])(
    'refuses an engine without vector instructions (%s %s)',
    async (...words) => {
      vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);

      const { code, stdout, stderr } = await run(...words);

      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toBe(
        `distill-rtl: --backend ${words[1] ?? 'wasm'} needs WebAssembly with vector instructions (SIMD), which this engine does not have; choose --backend js, which gives the bits of wasm.\n`,
      );
      expect(existsSync(join(folder.path, 'out'))).toBe(false);
    },
  );

  it('names the line that installs gpu.js, and what else there is', async () => {
    vi.doMock('gpu.js', () => {
      throw new Error("Cannot find package 'gpu.js'");
    });

    const { code, stdout, stderr } = await run('--backend', 'gpu');

    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toBe(
      'distill-rtl: The gpu backend needs the package gpu.js: install it with `npm install gpu.js@2.24.1`, or choose the backend js or wasm.\n',
    );
    expect(existsSync(join(folder.path, 'out'))).toBe(false);
  });
});
