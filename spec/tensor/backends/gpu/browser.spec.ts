/**
 * The gpu backend in a browser, where WebGL and WebGPU are: built and minified as an application would, run in Chromium
 * on its software renderer.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { build } from 'vite';
import { describe, expect, it } from 'vitest';
import type { ModeReport } from './browser-page.ts';

const chromium = ['chromium', 'chromium-browser', 'google-chrome']
  .flatMap((name) => (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name)))
  .find((path) => existsSync(path));

const software = ['--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist'];
const webgpu = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

/** The page's script in one file. */
async function bundle(): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      minify: true,
      target: 'es2023',
      rollupOptions: {
        input: resolve('spec/tensor/backends/gpu/browser-page.ts'),
        output: { codeSplitting: false },
      },
    },
  });
  const [output] = [result].flat();
  if (output === undefined || !('output' in output)) throw new Error('The page was not built.');
  return output.output[0].code;
}

/** Let Chromium run the page; gives what it reports. */
async function runPage(script: string): Promise<readonly ModeReport[]> {
  const profile = mkdtempSync(join(tmpdir(), 'distill-rtl-browser-'));
  let received: (reports: readonly ModeReport[]) => void;
  const reports = new Promise<readonly ModeReport[]>((resolve) => (received = resolve));
  const server = createServer((request, response) => {
    // Shared memory, and with it the workers of gpu.js, needs an isolated page.
    const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };
    if (request.method === 'POST') {
      let body = '';
      request.on('data', (part) => (body += String(part)));
      request.on('end', () => received(JSON.parse(body) as readonly ModeReport[]));
      response.writeHead(204, headers).end();
    } else if (request.url === '/page.js') {
      response.writeHead(200, { ...headers, 'Content-Type': 'text/javascript' }).end(script);
    } else {
      response
        .writeHead(200, { ...headers, 'Content-Type': 'text/html' })
        .end('<!doctype html><script type="module" src="/page.js"></script>');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const flags = ['--headless=new', '--no-sandbox', '--disable-dev-shm-usage', `--user-data-dir=${profile}`];
  const browser = spawn(chromium!, [...flags, ...software, ...webgpu, address], { stdio: 'ignore' });
  const gone = new Promise<never>((_, reject) =>
    browser.on('exit', (code) => reject(new Error(`Chromium left with ${code}.`))),
  );
  try {
    return await Promise.race([reports, gone]);
  } finally {
    const left = gone.catch(() => undefined);
    browser.kill();
    await left;
    server.close();
    server.closeAllConnections();
    await removeFolder(profile);
  }
}

/** Remove a folder into which the helpers of a browser that has left may still write for a moment. */
async function removeFolder(path: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return rmSync(path, { recursive: true, force: true });
    } catch (error) {
      if (attempt === 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

describe('the gpu backend in a browser', () => {
  it.skipIf(chromium === undefined)(
    'computes rightly in every mode that Chromium has (skipped where no Chromium is installed)',
    { timeout: 240_000 },
    async () => {
      const reports = await runPage(await bundle());

      const byMode = new Map(reports.map((report) => [report.mode, report]));
      const answered = reports.filter((report) => report.refused === null).map((report) => report.mode);
      expect(answered).toEqual(expect.arrayContaining(['automatic', 'webgl2', 'webasm', 'cpu']));
      expect(byMode.get('headlessgl')!.refused).toContain('Mode "headlessgl" of gpu.js does not answer here');
      for (const { mode, errors, description } of reports.filter((report) => report.refused === null)) {
        expect([mode, Object.entries(errors).filter(([, error]) => !(error <= 1))]).toEqual([mode, []]);
        // Software is passed over when nobody asks for it.
        expect(description).toEqual({ mode: mode === 'automatic' ? 'webasm' : mode, fallbackReason: null });
      }
    },
  );
});
