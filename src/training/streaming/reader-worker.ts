/**
 * A window reader in a worker thread (Node only), so that reading overlaps training.
 *
 * The program of the worker is a text made of the reader itself, so no file has to be found at run time. The thread
 * starts with the first task, holds the process only while a task is under way, and is started anew after it died.
 */
import { Worker } from 'node:worker_threads';
import { FileError } from '../../errors.ts';
import { nodeFiles } from './node-files.ts';
import { windowReader } from './window-reader.ts';
import type { ReaderLayout, ReaderReply, ReaderTask } from './window-reader.ts';

/** A reader that holds a thread until it is closed. */
export interface ReaderWorker {
  run(task: ReaderTask): Promise<ReaderReply>;
  /** End the thread; tasks that are under way are rejected. */
  close(): Promise<void>;
}

/** Program of the worker; `__name` is what tsx wraps inner functions in. */
const readerProgram = `
const __name = (value) => value;
const { parentPort, workerData } = require('node:worker_threads');
const windowReader = ${windowReader.toString()};
const nodeFiles = ${nodeFiles.toString()};
const modules = { fs: require('node:fs/promises'), path: require('node:path'), crypto: require('node:crypto') };
const read = windowReader(nodeFiles(modules, workerData.folder), workerData);
parentPort.on('message', async ({ id, task }) => {
  const reply = await read(task);
  parentPort.postMessage({ id, reply }, reply.kind === 'done' ? reply.words.map((words) => words.buffer) : []);
});`;

interface Waiting {
  readonly resolve: (reply: ReaderReply) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Make a reader of a set in a thread of its own.
 *
 * @param program of the worker, to be replaced in tests only
 */
export const readerWorker = (layout: ReaderLayout, program: string = readerProgram): ReaderWorker => {
  let thread: Worker | null = null;
  let next = 0;
  const waiting = new Map<number, Waiting>();

  const fail = (reason: string): void => {
    for (const { reject } of waiting.values()) {
      reject(
        new FileError(
          `The worker that reads the shards in "${layout.folder}" ${reason}; go on from the last checkpoint.`,
        ),
      );
    }
    waiting.clear();
  };

  const start = (): Worker => {
    const started = new Worker(program, { eval: true, workerData: layout });
    let reason: string | null = null;
    started.on('message', ({ id, reply }: { readonly id: number; readonly reply: ReaderReply }) => {
      waiting.get(id)?.resolve(reply);
      waiting.delete(id);
      if (waiting.size === 0) started.unref();
    });
    started.on('error', (error) => (reason = `died: ${error.message}`));
    started.on('exit', (code) => {
      if (thread !== started) return;
      thread = null;
      fail(reason ?? `ended with exit code ${code}`);
    });
    return started;
  };

  return {
    run: (task) =>
      new Promise((resolve, reject) => {
        thread ??= start();
        const id = next++;
        waiting.set(id, { resolve, reject });
        thread.ref();
        thread.postMessage(
          { id, task },
          task.kind === 'read' && task.order !== null ? [task.order.buffer as ArrayBuffer] : [],
        );
      }),
    async close() {
      const ending = thread;
      thread = null;
      fail('was closed while it read');
      await ending?.terminate();
    },
  };
};
