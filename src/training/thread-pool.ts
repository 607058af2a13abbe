/** Threads for the plans of a training, started when the first plan needs them. */
import { planThreads } from '../tensor/index.ts';
import type { PlanThreads } from '../tensor/index.ts';

/** Threads that several plans may share. Stateful. */
export interface ThreadPool {
  /** Threads that share a step, the calling one included. */
  readonly workers: number;
  readonly threads: () => Promise<PlanThreads>;
  /** End those that were started. */
  readonly close: () => Promise<void>;
}

/**
 * Make a pool.
 *
 * @param workers an integer of at least 1; another number is refused when the threads are started
 */
export const threadPool = (workers: number): ThreadPool => {
  let started: Promise<PlanThreads> | undefined;
  return {
    workers,
    threads: () => (started ??= planThreads(workers)),
    close: async () => (await started)?.close(),
  };
};
