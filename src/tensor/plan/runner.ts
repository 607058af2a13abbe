/**
 * Running a compiled plan: the calling thread is worker 0, the threads it is given are the others.
 *
 * Inputs, results and states live in the memory of the plan. A step is synchronous.
 */
import { ShapeError, ValueError, WorkerError } from '../../errors.ts';
import { planDriver, type PlanExports } from './driver.ts';
import type { CompiledPlan, Slot } from './plan.ts';
import { canSleep, type PlanThreads } from './threads.ts';

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
  /** Tell whether all elements of a result are finite. */
  readonly isFinite: (name: string) => boolean;
  /**
   * Run a step.
   *
   * @param rows computed, of [0, batch]; fewer than the batch only where no row depends on others. @defaultValue the batch
   * @throws WorkerError if a worker failed
   */
  readonly run: (rows?: number) => void;
}

/** Words at the start of a plan's memory; see driver.ts. */
const PASSED = 2;
const FAILED = 3;

interface Buffer {
  readonly slot: Slot;
  readonly view: Float32Array | Int32Array;
}

/** Which plan the threads serve. */
const served = new WeakMap<PlanThreads, object>();

/**
 * Make a plan ready to run.
 *
 * @param threads as many workers as it was compiled for; needed where these are several
 * @throws ValueError if the numbers of workers differ
 */
export async function openPlan(compiled: CompiledPlan, threads?: PlanThreads): Promise<PlanRunner> {
  const { driver, pages, areas, areaBytes } = compiled;
  const { workers, batch, shardRows, rowWise } = driver;
  if (workers !== (threads?.workers ?? 1))
    throw new ValueError(`The plan was compiled for ${workers} workers, but is given ${threads?.workers ?? 1}.`);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: workers > 1 });
  const module = await WebAssembly.compile(compiled.bytes);
  const { exports } = await WebAssembly.instantiate(module, { plan: { memory } });
  const control = new Int32Array(memory.buffer, 0, 256);
  for (const { address, data } of compiled.constants)
    new Uint8Array(memory.buffer, address).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  const part = (plan: typeof driver): (() => void) =>
    planDriver(exports as unknown as PlanExports, control, plan, 0, areas, canSleep());
  const together = part(driver);
  const alone = part({ ...driver, workers: 1 });
  const finite = exports['finite'] as (address: number, count: number) => number;
  const own = {};
  let steps = 0;

  const buffers = (slots: readonly Slot[]): ReadonlyMap<string, Buffer> =>
    new Map(
      slots.map((slot) => {
        const length = slot.shape.reduce((product, n) => product * n, 1);
        const kind = slot.dtype === 'f32' ? Float32Array : Int32Array;
        return [slot.name, { slot, view: new kind(memory.buffer, slot.address, length) }];
      }),
    );
  const inputs = buffers(compiled.inputs);
  const results = buffers(compiled.results);
  const find = (map: ReadonlyMap<string, Buffer>, what: string, name: string): Buffer => {
    const found = map.get(name);
    if (found !== undefined) return found;
    throw new ValueError(`The plan has no ${what} "${name}"; it has ${[...map.keys()].join(', ')}.`);
  };

  return {
    input: (name) => find(inputs, 'input', name).view,
    result: (name) => find(results, 'result', name).view,
    reads: (name) => inputs.has(name),
    write: (name, values) => {
      const { slot, view } = find(inputs, 'input', name);
      if (values.length !== view.length)
        throw new ShapeError(`Input "${name}" of a plan has ${view.length} elements, but got ${values.length}.`);
      if (slot.indexes > 0) checkIndices(name, values, slot.indexes);
      view.set(values);
    },
    isFinite: (name) => {
      const { slot, view } = find(results, 'result', name);
      return finite(slot.address, view.length) === 1;
    },
    run: (rows = batch) => {
      if (!(rows === batch || (rowWise && Number.isSafeInteger(rows) && rows >= 0 && rows < batch)))
        throw new ValueError(
          `A step of a plan has ${rows} rows; it must have ${rowWise ? `an integer number of [0, ${batch}]` : batch}.`,
        );
      if (Atomics.load(control, FAILED) !== 0)
        throw new WorkerError('A step of the plan failed before: it has to be opened again.');
      control[6] = rows;
      // A single shard cannot be shared: others are not woken for it.
      const shared = workers > 1 && !(rowWise && rows <= shardRows);
      if (threads !== undefined && shared) {
        checkAlive(threads);
        if (served.get(threads) !== own) {
          served.set(threads, own);
          threads.serve({ module, memory, plan: driver, areas, areaBytes });
          checkAlive(threads);
        }
        if (rowWise) {
          steps = (steps + 1) & 0x7fff;
          Atomics.store(control, 8, 0);
          Atomics.store(control, 7, (steps << 16) | (Math.ceil(rows / shardRows) << 8));
        } else control.fill(0, 16, 16 + driver.phases);
        Atomics.add(control, 0, 1);
        Atomics.notify(control, 0);
      }
      try {
        if (shared) together();
        else alone();
      } catch (error) {
        // The others need not wait for this one.
        Atomics.store(control, FAILED, 1);
        Atomics.notify(control, PASSED);
        throw new WorkerError(`A step of the plan failed: ${(error as Error).message.replace(/\.$/, '')}.`);
      }
    },
  };
}

function checkAlive(threads: PlanThreads): void {
  const failure = threads.failure();
  if (failure !== null) throw new WorkerError(`A worker of the plan ended: ${failure}.`);
}

function checkIndices(name: string, values: ArrayLike<number>, rows: number): void {
  for (let i = 0; i < values.length; i += 1) {
    if (values[i]! >= 0 && values[i]! < rows && Number.isInteger(values[i])) continue;
    throw new ValueError(`Input "${name}" of a plan needs indices of [0, ${rows}), but element ${i} is ${values[i]}.`);
  }
}
