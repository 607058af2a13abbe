/**
 * Emulation on several workers: a batch is cut into contiguous parts, and every sample is computed as in one worker.
 *
 * Each worker has an instance of the module of its own. The workers' program is a text made of the batch runner, so no
 * file has to be found at run time: worker threads in Node, Web Workers from a blob in a browser.
 */
import type * as nodeThreads from 'node:worker_threads';
import type { Circuit, LayerGraph } from '../circuit/index.ts';
import { ValueError } from '../errors.ts';
import { batchRunner, type BatchRunner, type Samples } from './batch-runner.ts';
import { checkBatch, compileModule, describePorts, emulatedCircuit, rangeError } from './emulator.ts';
import type { CompiledModule, Emulator, EmulatorOptions } from './emulator.ts';

export interface PoolOptions extends EmulatorOptions {
  /** Number of workers, at least 1. */
  readonly workers: number;
}

/** A compiled circuit in several workers; holds them until it is closed. */
export interface EmulatorPool extends Pick<Emulator, 'inputs' | 'outputs' | 'statistics'> {
  readonly workers: number;
  /** Run a batch as `Emulator.run` does, with the same errors; calls may overlap. */
  run(batch: number, inputs: readonly (Samples | readonly bigint[])[]): Promise<Samples[]>;
  /** End the workers; runs that are under way are rejected. */
  close(): Promise<void>;
}

type Outcome = ReturnType<BatchRunner>;

interface WorkerHandle {
  compute(batch: number, inputs: readonly (Samples | readonly bigint[])[]): Promise<Outcome>;
  end(): Promise<void>;
}

/** What both kinds of worker run: a module once, then batches; `receive` and `reply` differ. */
const program = `
const batchRunner = ${batchRunner.toString()};
const serve = (reply) => {
  let run;
  return ({ id, module, batch, inputs }) => {
    if (module !== undefined) {
      run = batchRunner(new WebAssembly.Instance(new WebAssembly.Module(module.bytes)).exports, module.plan);
      return;
    }
    const outcome = run(batch, inputs);
    reply({ id, outcome }, Array.isArray(outcome) ? outcome.map((codes) => codes.buffer) : []);
  };
};`;

const nodeProgram = `${program}
const { parentPort } = require('node:worker_threads');
parentPort.on('message', serve((message, transfer) => parentPort.postMessage(message, transfer)));`;

const browserProgram = `${program}
const receive = serve((message, transfer) => postMessage(message, transfer));
onmessage = (event) => receive(event.data);`;

/**
 * Compile a circuit or layer graph for several workers.
 *
 * @throws ValueError for a number of workers that is no positive integer; UnsupportedError as `compileEmulator`
 */
export async function emulatorPool(target: Circuit | LayerGraph, options: PoolOptions): Promise<EmulatorPool> {
  const { workers } = options;
  if (!Number.isSafeInteger(workers) || workers < 1) {
    throw new ValueError(`The number of workers is ${workers}; it must be an integer of at least 1.`);
  }
  const circuit = emulatedCircuit(target, options);
  const module = compileModule(circuit);
  const handles = await Promise.all(Array.from({ length: workers }, () => startWorker(module)));
  const { block } = module.plan;
  return {
    ...describePorts(circuit, module.plan),
    statistics: module.statistics,
    workers,
    async run(batch, inputs) {
      checkBatch(circuit, batch, inputs);
      // Whole blocks, so that only the last worker computes a part of one.
      const share = Math.ceil(batch / block / workers) * block;
      const parts = await Promise.all(
        handles.map(async (handle, k) => {
          const from = Math.min(batch, k * share);
          const count = Math.min(share, batch - from);
          const outcome = await handle.compute(count, cut(circuit, inputs, from, count));
          if (!Array.isArray(outcome)) throw rangeError(circuit, outcome, inputs, from);
          return outcome;
        }),
      );
      return join(parts);
    },
    async close() {
      await Promise.all(handles.map((handle) => handle.end()));
    },
  };
}

function cut(
  circuit: Circuit,
  inputs: readonly (Samples | readonly bigint[])[],
  from: number,
  count: number,
): (Samples | readonly bigint[])[] {
  return circuit.inputs.map(({ wires }, k) => inputs[k]!.slice(from * wires.length, (from + count) * wires.length));
}

/** Put the parts of each output port behind each other. */
function join(parts: readonly Samples[][]): Samples[] {
  return parts[0]!.map((first, k): Samples => {
    const length = parts.reduce((sum, part) => sum + part[k]!.length, 0);
    const whole = first instanceof Int32Array ? new Int32Array(length) : new BigInt64Array(length);
    let at = 0;
    for (const part of parts) {
      (whole as Int32Array).set(part[k] as Int32Array, at);
      at += part[k]!.length;
    }
    return whole;
  });
}

/** Start one worker and give it the module. */
async function startWorker(module: CompiledModule): Promise<WorkerHandle> {
  const waiting = new Map<number, { resolve: (outcome: Outcome) => void; reject: (error: Error) => void }>();
  let next = 0;
  const settle = ({ id, outcome }: { id: number; outcome: Outcome }): void => {
    waiting.get(id)?.resolve(outcome);
    waiting.delete(id);
    if (waiting.size === 0) keepAlive(false);
  };
  const fail = (error: Error): void => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  const { post, keepAlive, end } = await openWorker(settle, fail);
  post({ module });
  return {
    compute: (batch, inputs) =>
      new Promise((resolve, reject) => {
        const id = next++;
        waiting.set(id, { resolve, reject });
        keepAlive(true);
        post({ id, batch, inputs });
      }),
    async end() {
      await end();
      fail(new Error('The emulation pool was closed during a run.'));
    },
  };
}

interface OpenWorker {
  post(message: unknown): void;
  /** A worker with work keeps the process alive; an idle pool that nobody closes does not. */
  keepAlive(busy: boolean): void;
  end(): Promise<void>;
}

async function openWorker(
  settle: (message: { id: number; outcome: Outcome }) => void,
  fail: (error: Error) => void,
): Promise<OpenWorker> {
  if (globalThis.process?.versions?.node !== undefined) {
    // Bundlers for browsers would look for a literal name, in vain.
    const name: string = 'node:worker_threads';
    const { Worker: Thread } = (await import(/* webpackIgnore: true */ /* @vite-ignore */ name)) as typeof nodeThreads;
    const thread = new Thread(nodeProgram, { eval: true });
    thread.on('message', settle);
    thread.on('error', fail);
    thread.on('exit', () => fail(new Error('An emulation worker ended during a run.')));
    thread.unref();
    return {
      post: (message) => thread.postMessage(message, []),
      keepAlive: (busy) => void (busy ? thread.ref() : thread.unref()),
      end: async () => void (await thread.terminate()),
    };
  }
  const url = URL.createObjectURL(new Blob([browserProgram], { type: 'text/javascript' }));
  const worker = new Worker(url);
  URL.revokeObjectURL(url);
  worker.addEventListener('message', (event: MessageEvent) => settle(event.data as { id: number; outcome: Outcome }));
  worker.addEventListener('error', (event) => fail(new Error(event.message)));
  return {
    post: (message) => worker.postMessage(message, []),
    keepAlive: () => undefined,
    end: async () => worker.terminate(),
  };
}
