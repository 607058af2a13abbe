/** A page of our own in headless Chromium: bundled as an application would, served from here, and what it reports. */
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { build, type Plugin } from 'vite';
import { runProcess } from '../../src/verification/process.ts';

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

const chromium = ['chromium', 'chromium-browser', 'google-chrome']
  .flatMap((name) => (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name)))
  .find(isProgram);

/** Whether Chromium is absent; says so on the terminal. */
export function lacksChromium(what: string): boolean {
  if (chromium !== undefined) return false;
  process.stderr.write(`skipped: ${what}; chromium is not installed; install it with "apt-get install chromium".\n`);
  return true;
}

/** Vite would put an empty module in the place of Node's; other bundlers refuse. */
const refuseNode: Plugin = {
  name: 'refuse-node',
  enforce: 'pre',
  resolveId(source, importer) {
    if (source.startsWith('node:')) throw new Error(`"${importer}" imports "${source}", which no page has.`);
  },
};

/**
 * Bundle and minify a script with all that it imports, none of it Node's.
 *
 * @param entry path of a TypeScript file
 */
export async function bundle(entry: string): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'silent',
    plugins: [refuseNode],
    build: {
      write: false,
      minify: true,
      target: 'es2023',
      rollupOptions: { input: resolve(entry), output: { codeSplitting: false } },
    },
  });
  const [output] = [result].flat();
  if (output === undefined || !('output' in output)) throw new Error(`"${entry}" was not bundled.`);
  return output.output[0].code;
}

/** Headers with which a page may share memory between threads. */
export const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
} as const;

export interface PageOptions {
  /** Headers of every answer of the server. */
  readonly headers: Readonly<Record<string, string>>;
  /** Wall-clock limit of the browser. */
  readonly timeoutSeconds: number;
}

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // The console of the page, for the error where it reports nothing.
  '--enable-logging=stderr',
];

/**
 * Let Chromium run a script, served as `/page.js`, in an empty page.
 *
 * @returns the JSON value that the page posts to `/report`
 * @throws Error with the last words of the page or of Chromium if it leaves or runs out of time before
 */
export async function reportOfPage(script: string, { headers, timeoutSeconds }: PageOptions): Promise<unknown> {
  const stop = new AbortController();
  let report: string | undefined;
  const server = createServer((request, response) => {
    if (request.method === 'POST') {
      let body = '';
      request.setEncoding('utf8').on('data', (part: string) => (body += part));
      request.on('end', () => {
        report = body;
        response.writeHead(204, headers).end();
        stop.abort();
      });
      return;
    }
    const [type, text] =
      request.url === '/page.js'
        ? ['text/javascript', script]
        : ['text/html', '<!doctype html><script type="module" src="/page.js"></script>'];
    response.writeHead(200, { ...headers, 'Content-Type': type }).end(text);
  });
  const profile = await mkdtemp(join(tmpdir(), 'distill-rtl-browser-'));
  try {
    const address = await listen(server);
    const { killed, code, stderr } = await runProcess(
      chromium!,
      [...flags, `--user-data-dir=${join(profile, 'user')}`, address],
      { cwd: profile, timeoutSeconds, signal: stop.signal },
    );
    if (report !== undefined) return JSON.parse(report);
    const how = killed === 'time-out' ? `within ${timeoutSeconds} s` : `before it left with code ${code}`;
    throw new Error(`Chromium gave no report ${how}: ${lastWords(stderr)}`);
  } finally {
    server.close();
    server.closeAllConnections();
    // Helpers of a browser that was killed may still write for a moment.
    await rm(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

/** What the page said on the console; what Chromium itself said if it did not get that far. */
const lastWords = (stderr: string): string => {
  const lines = stderr.trim().split('\n');
  const said = lines.filter((line) => line.includes(':CONSOLE'));
  return (said.length > 0 ? said : lines).slice(-5).join(' | ');
};

/** Listen on a free port of this machine; gives the address. */
const listen = (server: Server): Promise<string> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`));
  });
