/** Training that is planned as long as its steps can be planned, and goes on without plans from the first one that cannot. */
import { TraceError } from '../errors.ts';

/** What takes steps. */
interface Taking<Step extends readonly unknown[], Loss> {
  readonly train: (...step: Step) => Promise<Loss>;
}

/**
 * Use one trainer as long as it can trace its steps, and another from then on.
 *
 * @param eager starts the other one where the first stands
 * @param onEager receives the reason, once
 */
export const fallingBack = <Step extends readonly unknown[], Loss, T extends Taking<Step, Loss>>(
  planned: T & Taking<Step, Loss>,
  eager: () => T,
  onEager: ((reason: string) => void) | undefined,
): { readonly current: () => T; readonly train: (...step: Step) => Promise<Loss> } => {
  let current: T = planned;
  return {
    current: () => current,
    train: async (...step) => {
      try {
        return await current.train(...step);
      } catch (error) {
        if (!(error instanceof TraceError) || current !== planned) throw error;
        onEager?.(error.message);
        current = eager();
        return current.train(...step);
      }
    },
  };
};
