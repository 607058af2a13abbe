/** Training in a browser has the bits of training in Node; without isolation of the page it does with one worker. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setComputeBackend } from '../../src/tensor/index.ts';
import { bundle, isolation, lacksChromium, reportOfPage } from './chromium.ts';
import { trained } from './trained.ts';

const contentPolicy = 'Content-Security-Policy';
/** A page takes some five seconds. */
const limits = { timeoutSeconds: 50 } as const;

describe.skipIf(lacksChromium('training in a browser'))('training in Chromium', () => {
  let script = '';
  let hash = '';
  beforeAll(async () => {
    script = await bundle('spec/browser/page.ts');
    hash = await trained('js', 1);
  });
  afterAll(() => {
    setComputeBackend('wasm');
  });

  it('gives the hash of Node on both backends, with one and two workers, on the page and in a Web Worker', async () => {
    const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:";

    const report = await reportOfPage(script, { ...limits, headers: { ...isolation, [contentPolicy]: policy } });

    expect(report).toEqual({ js: hash, wasm: hash, twoWorkers: hash, twoWorkersInWorker: hash });
  });

  it('refuses several workers where the page is not isolated, and trains with one', async () => {
    const report = await reportOfPage(script, { ...limits, headers: {} });

    const refusal = expect.stringMatching(
      /^UnsupportedError: Training with 2 workers needs shared memory, .*require-corp/,
    );
    expect(report).toEqual({ js: hash, wasm: hash, twoWorkers: refusal, twoWorkersInWorker: refusal });
  });

  it('says what a policy must allow that forbids the workers', async () => {
    const policy = "script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'";

    const report = await reportOfPage(script, { ...limits, headers: { ...isolation, [contentPolicy]: policy } });

    const refusal = expect.stringMatching(/^WorkerError: .* must allow "worker-src blob:"\.$/);
    expect(report).toEqual({ js: hash, wasm: hash, twoWorkers: refusal, twoWorkersInWorker: refusal });
  });
});
