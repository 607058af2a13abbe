/**
 * The threads that share the steps of plans with the calling thread.
 *
 * They outlive plans: a thread serves one plan at a time and sleeps between steps; to serve another it is told to leave
 * and sent the next one. The program of a thread is a text made of the driver, so no file has to be found at run time:
 * worker threads in Node, Web Workers from a blob in a browser.
 */
import type * as nodeThreads from 'node:worker_threads';
import { UnsupportedError, ValueError, WorkerError } from '../../errors.ts';
import { planDriver, type DriverPlan } from './driver.ts';

/** A plan as a thread gets it. */
export interface ServedPlan {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly plan: DriverPlan;
  /** Address of the area of worker 0, and bytes of an area. */
  readonly areas: number;
  readonly areaBytes: number;
}

/** Threads that wait for plans. Stateful; hold them until the last plan is done. */
export interface PlanThreads {
  /** Workers of a step, the calling thread included. */
  readonly workers: number;
  /** Have the threads serve a plan from now on; returns when all are ready. */
  readonly serve: (served: ServedPlan) => void;
  /** Why a thread ended by itself; null while all live. */
  readonly failure: () => string | null;
  /** End the threads. */
  readonly close: () => Promise<void>;
}

/** What a thread does: wait for a step, do its part, wait again, until it is told to leave. */
const program = `
// Loaders that keep the names of functions call this in the driver's text.
const __name = (named) => named;
const planDriver = ${planDriver.toString()};
const serve = ({ module, memory, plan, areas, areaBytes }, index) => {
  const control = new Int32Array(memory.buffer, 0, 256);
  const { exports } = new WebAssembly.Instance(module, { plan: { memory } });
  const step = planDriver(exports, control, plan, index, areas + index * areaBytes, true);
  let done = Atomics.load(control, 0);
  Atomics.add(control, 5, 1);
  Atomics.notify(control, 5);
  for (;;) {
    let spins = 0;
    while (Atomics.load(control, 0) === done) {
      spins += 1;
      if (spins > 20000) Atomics.wait(control, 0, done, 1000);
    }
    done += 1;
    if (Atomics.load(control, 4) !== 0) return;
    try {
      step();
    } catch (error) {
      Atomics.store(control, 3, 1);
      return;
    }
  }
};`;

const nodeProgram = `${program}
const { parentPort, workerData } = require('node:worker_threads');
parentPort.on('message', (served) => serve(served, workerData));
parentPort.postMessage('ready');`;

const browserProgram = `${program}
let index;
onmessage = ({ data }) => {
  if (typeof data === 'number') {
    index = data;
    postMessage('ready');
  } else serve(data, index);
};`;

/** Words at the start of a plan's memory; see driver.ts. */
const STEP = 0;
const LEAVE = 4;
const READY = 5;

/**
 * Start threads.
 *
 * @param workers of a step, the calling thread included; an integer of at least 1
 * @throws UnsupportedError if there are to be several on a page that may not share memory
 */
export async function planThreads(workers: number): Promise<PlanThreads> {
  if (!Number.isSafeInteger(workers) || workers < 1)
    throw new ValueError(`The number of workers is ${workers}; it must be an integer of at least 1.`);
  // Without it memory can be made, but not sent to another thread.
  if (workers > 1 && typeof SharedArrayBuffer === 'undefined')
    throw new UnsupportedError(
      `Training with ${workers} workers needs shared memory, which this page may not have: serve it with the headers "Cross-Origin-Opener-Policy: same-origin" and "Cross-Origin-Embedder-Policy: require-corp", or train with 1 worker.`,
    );
  const state = { failure: null as string | null, closed: false };
  const died = (why: string): void => {
    if (!state.closed) state.failure ??= why;
  };
  const starting = Array.from({ length: workers - 1 }, (_, k) => startThread(k + 1, died));
  const threads = await Promise.all(starting).catch(async (error: unknown) => {
    state.closed = true;
    await Promise.allSettled(starting.map(async (thread) => (await thread).end()));
    throw error;
  });
  let current: Int32Array | null = null;
  const leave = (): void => {
    if (current === null) return;
    Atomics.store(current, LEAVE, 1);
    Atomics.add(current, STEP, 1);
    Atomics.notify(current, STEP);
    current = null;
  };
  return {
    workers,
    failure: () => state.failure ?? (state.closed ? 'the threads were closed' : null),
    serve: (served) => {
      leave();
      if (workers === 1) return;
      const control = new Int32Array(served.memory.buffer, 0, 256);
      Atomics.store(control, LEAVE, 0);
      Atomics.store(control, READY, 0);
      for (const thread of threads) thread.post(served);
      const started = Date.now();
      while (Atomics.load(control, READY) < workers - 1) {
        if (canSleep()) Atomics.wait(control, READY, Atomics.load(control, READY), 20);
        if (Date.now() - started > served.plan.patience) {
          died(`it did not start within ${served.plan.patience / 1000} s`);
          return;
        }
      }
      current = control;
    },
    close: async () => {
      state.closed = true;
      leave();
      await Promise.all(threads.map((thread) => thread.end()));
    },
  };
}

/** Whether this thread may wait; the main thread of a browser may not. */
export const canSleep = (): boolean => typeof document === 'undefined';

interface Thread {
  post(served: ServedPlan): void;
  end(): Promise<void>;
}

/** Start a thread and wait until it listens. */
async function startThread(index: number, died: (why: string) => void): Promise<Thread> {
  if (globalThis.process?.versions?.node !== undefined) {
    // Bundlers for browsers would look for a literal name, in vain.
    const name: string = 'node:worker_threads';
    const { Worker: NodeThread } = (await import(
      /* webpackIgnore: true */ /* @vite-ignore */ name
    )) as typeof nodeThreads;
    const thread = new NodeThread(nodeProgram, { eval: true, workerData: index });
    await new Promise<void>((resolve, reject) => {
      thread.once('message', () => resolve());
      thread.once('error', reject);
    });
    thread.on('error', (error) => died(error.message));
    thread.on('exit', (code) => died(`its thread exited with code ${code}`));
    thread.unref();
    return { post: (served) => thread.postMessage(served, []), end: async () => void (await thread.terminate()) };
  }
  const url = URL.createObjectURL(new Blob([browserProgram], { type: 'text/javascript' }));
  const worker = new Worker(url);
  URL.revokeObjectURL(url);
  await new Promise<void>((resolve, reject) => {
    worker.addEventListener('message', () => resolve(), { once: true });
    // A page whose policy forbids the worker gets no message.
    const refused = 'a Content-Security-Policy must allow "worker-src blob:"';
    worker.addEventListener(
      'error',
      ({ message }) => reject(new WorkerError(`A worker of the training did not start: ${message || refused}.`)),
      { once: true },
    );
    worker.postMessage(index, []);
  });
  worker.addEventListener('error', (event) => died(event.message));
  return { post: (served) => worker.postMessage(served, []), end: async () => worker.terminate() };
}
