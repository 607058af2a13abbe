/** Runs the steps of a long job one after another: timed, reported, and stopped between two of them by a signal. */

/** Who hears of steps, and who stops them. */
export interface StepWatch<Step extends string> {
  readonly signal?: AbortSignal;
  /** Called before a step. */
  readonly onStart?: (step: Step) => void;
  /** Called when a step is done, with a sentence about it. */
  readonly onStep?: (step: Step, message: string) => void;
}

export interface StepRunner<Step extends string> {
  /** Do the work of a step and say what came of it. */
  run<T>(step: Step, work: () => T | Promise<T>, say: (result: T) => string): Promise<T>;
  /** Seconds by step, of those that are done. */
  readonly seconds: Readonly<Partial<Record<Step, number>>>;
}

/** Make the runner of a job. */
export function stepRunner<Step extends string>({ signal, onStart, onStep }: StepWatch<Step>): StepRunner<Step> {
  const seconds: Partial<Record<Step, number>> = {};
  return {
    seconds,
    run: async (step, work, say) => {
      onStart?.(step);
      // Steps compute without a pause: between them the event loop gets its turn, and Ctrl-C with it.
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
      const start = performance.now();
      let result;
      try {
        result = await work();
      } catch (error) {
        signal?.throwIfAborted();
        throw error;
      }
      seconds[step] = (performance.now() - start) / 1000;
      onStep?.(step, say(result));
      return result;
    },
  };
}
