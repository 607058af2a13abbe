/**
 * Running a compiled plan: the calling thread is worker 0, others are threads of their own that sleep between steps.
 *
 * A runner holds a memory and threads until it is closed. A step is synchronous. Workers run a text made of the driver, so
 * no file has to be found at run time.
 */
import { ShapeError, ValueError, WorkerError } from '../../errors.ts';
import { planDriver, type Driver, type PlanExports } from './driver.ts';
import type { CompiledPlan, Slot } from './plan.ts';

/** A plan in its memory. Stateful: inputs, results and states live in it between steps. */
export interface PlanRunner {
  /** The elements of an input, to write to. Indices written here are trusted; `write` checks them. */
  readonly input: (name: string) => Float32Array | Int32Array;
  /** The elements of a result, valid until the next step. */
  readonly result: (name: string) => Float32Array | Int32Array;
  /** Tell whether the plan reads an input of that name. */
  readonly reads: (name: string) => boolean;
  /** Copy the elements of an input, checking their number and the range of indices. */
  readonly write: (name: string, values: ArrayLike<number>) => void;
  /** Run a step. @throws WorkerError if a worker failed */
  readonly run: () => void;
  /** End the workers. */
  readonly close: () => Promise<void>;
}

/** What a worker is sent at its start. */
interface WorkerStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly plan: CompiledPlan['driver'];
  readonly index: number;
  readonly area: number;
}

/** What a worker does: wait for a step, do its part, wait again. */
const program = `
// Loaders that keep the names of functions call this in the driver's text.
const __name = (named) => named;
const planDriver = ${planDriver.toString()};
const serve = ({ module, memory, plan, index, area }, ready) => {
  const control = new Int32Array(memory.buffer, 0, 256);
  const { exports } = new WebAssembly.Instance(module, { plan: { memory } });
  const step = planDriver(exports, control, plan, index, area, true);
  let done = Atomics.load(control, 0);
  ready();
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
serve(workerData, () => parentPort.postMessage('ready'));`;

const browserProgram = `${program}
onmessage = (event) => serve(event.data, () => postMessage('ready'));`;

/**
 * Make a plan ready to run.
 *
 * @throws UnsupportedError where the engine has no vector instructions or, for several workers, no shared memory
 */
export async function openPlan(compiled: CompiledPlan): Promise<PlanRunner> {
  const { driver, pages, areas, areaBytes } = compiled;
  const shared = driver.workers > 1;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
  const module = await WebAssembly.compile(compiled.bytes);
  const instance = await WebAssembly.instantiate(module, { plan: { memory } });
  const control = new Int32Array(memory.buffer, 0, 256);
  for (const { address, data } of compiled.constants) new Uint8Array(memory.buffer, address).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  const canSleep = typeof document === 'undefined';
  const own: Driver = planDriver(instance.exports as PlanExports, control, driver, 0, areas, canSleep);
  const start = (index: number): WorkerStart => ({ module, memory, plan: driver, index, area: areas + index * areaBytes });
  const state = { closed: false, died: null as string | null };
  const threads = await Promise.all(
    Array.from({ length: driver.workers - 1 }, (_, k) =>
      startThread(start(k + 1), (why) => {
        if (!state.closed) state.died = why;
      }),
    ),
  );
  const views = (slots: readonly Slot[]): ReadonlyMap<string, { slot: Slot; view: Float32Array | Int32Array }> =>
    new Map(
      slots.map((slot) => {
        const length = slot.shape.reduce((product, n) => product * n, 1);
        const view =
          slot.dtype === 'f32'
            ? new Float32Array(memory.buffer, slot.address, length)
            : new Int32Array(memory.buffer, slot.address, length);
        return [slot.name, { slot, view }];
      }),
    );
  const inputs = views(compiled.inputs);
  const results = views(compiled.results);
  const find = (map: typeof inputs, what: string, name: string): { slot: Slot; view: Float32Array | Int32Array } => {
    const found = map.get(name);
    if (found === undefined)
      throw new ValueError(`The plan has no ${what} "${name}"; it has ${[...map.keys()].join(', ')}.`);
    return found;
  };
  return {
    input: (name) => find(inputs, 'input', name).view,
    result: (name) => find(results, 'result', name).view,
    reads: (name) => inputs.has(name),
    write: (name, values) => {
      const { slot, view } = find(inputs, 'input', name);
      if (values.length !== view.length)
        throw new ShapeError(`Input "${name}" of a plan has ${view.length} elements, but got ${values.length}.`);
      if (slot.indexes > 0)
        for (let i = 0; i < values.length; i += 1)
          if (!(values[i]! >= 0 && values[i]! < slot.indexes))
            throw new ValueError(`Input "${name}" of a plan needs indices of [0, ${slot.indexes}), but element ${i} is ${values[i]}.`);
      view.set(values);
    },
    run: () => {
      if (state.closed) throw new WorkerError('The plan was closed and cannot run.');
      if (state.died !== null) throw new WorkerError(`A worker of the plan ended: ${state.died}.`);
      if (shared) {
        control.fill(0, 16, 16 + driver.phases);
        Atomics.add(control, 0, 1);
        Atomics.notify(control, 0);
      }
      try {
        own();
      } catch (error) {
        state.died = (error as Error).message.replace(/\.$/, '');
        throw new WorkerError(`A step of the plan failed: ${state.died}.`);
      }
    },
    close: async () => {
      state.closed = true;
      Atomics.store(control, 4, 1);
      Atomics.add(control, 0, 1);
      Atomics.notify(control, 0);
      Atomics.store(control, 3, 1);
      await Promise.all(threads.map((thread) => thread.end()));
    },
  };
}

interface Thread {
  end(): Promise<void>;
}

/** Start a worker and wait until it is ready. */
async function startThread(start: WorkerStart, died: (why: string) => void): Promise<Thread> {
  if (globalThis.process?.versions?.node !== undefined) {
    const { Worker: NodeThread } = await import('node:worker_threads');
    const thread = new NodeThread(nodeProgram, { eval: true, workerData: start });
    await new Promise<void>((resolve, reject) => {
      thread.once('message', () => resolve());
      thread.once('error', reject);
    });
    thread.on('error', (error) => died(error.message));
    thread.on('exit', (code) => died(`its thread exited with code ${code}`));
    thread.unref();
    return { end: async () => void (await thread.terminate()) };
  }
  const url = URL.createObjectURL(new Blob([browserProgram], { type: 'text/javascript' }));
  const worker = new Worker(url);
  URL.revokeObjectURL(url);
  await new Promise<void>((resolve, reject) => {
    worker.addEventListener('message', () => resolve(), { once: true });
    worker.addEventListener('error', (event) => reject(new Error(event.message)), { once: true });
    worker.postMessage(start);
  });
  worker.addEventListener('error', (event) => died(event.message));
  return { end: async () => worker.terminate() };
}
