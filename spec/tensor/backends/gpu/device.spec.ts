/** Choosing a mode of gpu.js, and what is said when it cannot be had. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ToolError, UnsupportedError } from '../../../../src/errors.ts';
import type * as Tensors from '../../../../src/tensor/index.ts';

const installed = await import('gpu.js').then(
  () => true,
  () => false,
);

/** The package as if it were just loaded, so that mocks of gpu.js count. */
let t: typeof Tensors;
beforeEach(async () => {
  vi.resetModules();
  t = await import('../../../../src/tensor/index.ts');
});
afterEach(async () => {
  await t.closeGpu();
  vi.doUnmock('gpu.js');
  vi.unstubAllGlobals();
});

const [a, b] = [
  [2, 3],
  [5, 7],
] as const;
const product = async (): Promise<unknown> => t.toNested(await t.gpuMatmul(t.tensor(a, [1, 2]), t.tensor(b, [2, 1])));

/** What gpu.js would be with these kernels, and none where the mode throws. */
function mockGpuJs(kernel: (mode: string) => (...values: readonly unknown[]) => Promise<unknown>): {
  opened: string[];
} {
  const log = { opened: [] as string[] };
  class GPU {
    readonly mode: string;
    constructor({ mode }: { readonly mode: string }) {
      log.opened.push(mode);
      this.mode = mode;
    }
    createKernel(): unknown {
      const run = kernel(this.mode);
      return Object.assign(run, { setOutput: () => undefined, destroy: () => undefined, kernel: run });
    }
    async destroy(): Promise<void> {
      log.opened.push(`${this.mode} closed`);
    }
  }
  vi.doMock('gpu.js', () => ({ default: { GPU }, GPU }));
  return log;
}

describe('choosing a mode', () => {
  it.skipIf(!installed)('finds one that computes in any engine (skipped without gpu.js)', async () => {
    const { mode, fallbackReason } = await t.openGpu();

    expect(t.gpuModes).toContain(mode);
    expect(fallbackReason).toBeNull();
    expect(await product()).toEqual([[31]]);
  });

  it.skipIf(!installed)('opens at the first use, and again after it was closed (skipped without gpu.js)', async () => {
    expect(t.describeGpu()).toBeNull();
    expect(await Promise.all([product(), product()])).toEqual([[[31]], [[31]]]);
    expect(t.describeGpu()).not.toBeNull();

    await t.closeGpu();

    expect(t.describeGpu()).toBeNull();
    expect(await product()).toEqual([[31]]);
  });

  it.skipIf(!installed)('refuses a mode that is not there by name and reason (skipped without gpu.js)', async () => {
    await expect(t.openGpu({ mode: 'webgl2' })).rejects.toThrow(
      'Mode "webgl2" of gpu.js does not answer here (this engine does not offer it); leave the choice to gpu.js, or choose one of webgpu, headlessgl, webgl, webasm, cpu.',
    );
    await expect(t.openGpu({ mode: 'cuda' as 'cpu' })).rejects.toThrow(
      'gpu.js has no mode "cuda"; it must be one of webgpu, headlessgl, webgl2, webgl, webasm, cpu.',
    );
    expect(t.describeGpu()).toBeNull();
  });

  it('takes WebGPU only with an adapter, and one in software only by name', async () => {
    const log = mockGpuJs(() => async () => [Float32Array.of(-12.5, 17.25)]);
    vi.stubGlobal('navigator', {});
    await expect(t.openGpu({ mode: 'webgpu' })).rejects.toThrow('(navigator.gpu is missing)');
    vi.stubGlobal('navigator', { gpu: { requestAdapter: async () => null } });
    await expect(t.openGpu({ mode: 'webgpu' })).rejects.toThrow('(no WebGPU adapter answers)');
    expect(log.opened).toEqual([]);

    vi.stubGlobal('navigator', { gpu: { requestAdapter: async () => ({ info: { isFallbackAdapter: true } }) } });
    expect((await t.openGpu()).mode).toBe('headlessgl');
    expect((await t.openGpu({ mode: 'webgpu' })).mode).toBe('webgpu');

    vi.stubGlobal('navigator', { gpu: { requestAdapter: async () => ({ info: {} }) } });
    expect((await t.openGpu()).mode).toBe('webgpu');
    expect(log.opened).toEqual(['headlessgl', 'headlessgl closed', 'webgpu', 'webgpu closed', 'webgpu']);
  });

  it('passes over modes that fail or compute wrongly', async () => {
    vi.stubGlobal('navigator', {});
    const log = mockGpuJs((mode) => async () => {
      if (mode === 'headlessgl') throw new Error('the driver is asleep');
      return [mode === 'webasm' ? Float32Array.of(-12.5, 17.25) : Float32Array.of(1, 2)];
    });

    expect(await t.openGpu()).toEqual({ mode: 'webasm', fallbackReason: null });
    expect(log.opened).toContain('headlessgl closed');
    await expect(t.openGpu({ mode: 'headlessgl' })).rejects.toThrow('does not answer here (the driver is asleep)');
    await expect(t.openGpu({ mode: 'cpu' })).rejects.toThrow('(it computes a small product wrongly)');
  });

  it('reports that gpu.js fell back to its mode cpu, and why', async () => {
    mockGpuJs(() =>
      Object.assign(async () => [Float32Array.of(-12.5, 17.25)], { fallbackReason: 'no float textures' }),
    );

    expect(await t.openGpu({ mode: 'webasm' })).toEqual({ mode: 'cpu', fallbackReason: 'no float textures' });
  });

  it('says what is missing when nothing answers', async () => {
    vi.stubGlobal('navigator', {});
    mockGpuJs(() => async () => [new Float32Array(2)]);

    const refusal = t.openGpu();

    await expect(refusal).rejects.toMatchObject({ name: UnsupportedError.name });
    await expect(refusal).rejects.toThrow(
      /^No mode of gpu\.js answers here \(webgpu: navigator\.gpu is missing; .*cpu: it computes a small product wrongly\); choose the backend js or wasm\.$/,
    );
  });

  it('names the line that installs gpu.js', async () => {
    vi.doMock('gpu.js', () => {
      throw new Error("Cannot find package 'gpu.js'");
    });

    const refusal = product();

    await expect(refusal).rejects.toMatchObject({ name: ToolError.name });
    await expect(refusal).rejects.toThrow(
      'The gpu backend needs the package gpu.js: install it with `npm install gpu.js@2.24.1`, or choose the backend js or wasm.',
    );
  });
});
