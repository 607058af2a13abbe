/** Choosing the trainer: a plan where WebAssembly computes and the step can be planned, tensor functions elsewhere. */
import { TraceError } from '../errors.ts';
import { computeBackend } from '../tensor/index.ts';
import { eagerTrainer } from './eager-trainer.ts';
import type { FitOptions } from './fit-options.ts';
import type { Plan } from './fit-plan.ts';
import { plannedTrainer } from './planned-trainer.ts';
import type { Trainer, TrainerState } from './trainer.ts';

/** Start a trainer from a state. */
export const openTrainer = (start: TrainerState, plan: Plan, options: FitOptions): Trainer => {
  if (computeBackend() === 'js') return eagerTrainer(start, plan, options);
  return fallingBack(
    plannedTrainer(start, plan, options, options.workers ?? 1),
    (state) => eagerTrainer(state, plan, options),
    options.onEager,
  );
};

/** Use one trainer as long as it can trace its steps, and another from then on. */
const fallingBack = (
  planned: Trainer,
  eager: (state: TrainerState) => Trainer,
  onEager: FitOptions['onEager'],
): Trainer => {
  let current = planned;
  return {
    steps: () => current.steps(),
    network: () => current.network(),
    optimizer: () => current.optimizer(),
    train: async (...step) => {
      try {
        return await current.train(...step);
      } catch (error) {
        if (!(error instanceof TraceError) || current !== planned) throw error;
        onEager?.(error.message);
        current = eager({ network: planned.network(), optimizer: planned.optimizer() });
        return current.train(...step);
      }
    },
    close: () => planned.close(),
  };
};
