/** Choosing the trainer: a plan where WebAssembly computes and the step can be planned, tensor functions elsewhere. */
import { computeBackend } from '../tensor/index.ts';
import { eagerTrainer } from './eager-trainer.ts';
import { fallingBack } from './falling-back.ts';
import type { FitOptions } from './fit-options.ts';
import type { Plan } from './fit-plan.ts';
import { plannedTrainer } from './planned-trainer.ts';
import type { Trainer, TrainerState } from './trainer.ts';

/** Start a trainer from a state. */
export const openTrainer = (start: TrainerState, plan: Plan, options: FitOptions): Trainer => {
  if (computeBackend() === 'js') return eagerTrainer(start, plan, options);
  const planned = plannedTrainer(start, plan, options, options.workers ?? 1);
  const { current, train } = fallingBack(
    planned,
    () =>
      eagerTrainer(
        { network: planned.network(), companions: planned.companions(), optimizer: planned.optimizer() },
        plan,
        options,
      ),
    options.onEager,
  );
  return {
    steps: () => current().steps(),
    network: () => current().network(),
    companions: () => current().companions(),
    optimizer: () => current().optimizer(),
    train,
    close: () => planned.close(),
  };
};
