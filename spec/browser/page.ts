/** What the browser runs, on the page and in a Web Worker that the page starts: the results go back to the server. */
import { UnsupportedError, WorkerError } from '../../src/errors.ts';
import { trained } from './trained.ts';

/** A hash, or the kind and the sentence of an error. */
type Outcome = string;

/** What came of each way to train. */
export interface PageReport {
  readonly js: Outcome;
  readonly wasm: Outcome;
  /** Two workers, one of them the main thread of the page. */
  readonly twoWorkers: Outcome;
  /** Two workers, one of them a Web Worker. */
  readonly twoWorkersInWorker: Outcome;
}

async function outcome(run: () => Promise<string>): Promise<Outcome> {
  try {
    return await run();
  } catch (error) {
    // A minifier renames classes, and `error.name` with them.
    const kinds = { UnsupportedError, WorkerError };
    const kind = Object.entries(kinds).find(([, type]) => error instanceof type)?.[0] ?? 'Error';
    return `${kind}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Run this script in a Web Worker and take what it sends. */
const inWorker = (): Promise<string> =>
  new Promise((resolve, reject) => {
    const worker = new Worker('/page.js', { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<Outcome>) => resolve(data));
    worker.addEventListener('error', ({ message }) => reject(new Error(`The Web Worker failed: ${message}`)));
  });

if (typeof document === 'undefined') {
  postMessage(await outcome(() => trained('wasm', 2)));
} else {
  const report: PageReport = {
    js: await outcome(() => trained('js', 1)),
    wasm: await outcome(() => trained('wasm', 1)),
    twoWorkers: await outcome(() => trained('wasm', 2)),
    twoWorkersInWorker: await outcome(inWorker),
  };
  await fetch('/report', { method: 'POST', body: JSON.stringify(report) });
}
