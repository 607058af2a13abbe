/** Optimisers: descriptions, states, steps and gradient clipping. */
export { clipByNorm } from './clip.ts';
export type {
  AdagradOptimizer,
  AdamOptimizer,
  Optimizer,
  OptimizerState,
  RmspropOptimizer,
  SgdOptimizer,
  StepRates,
} from './optimizer.ts';
export { initialOptimizerState, optimizerStep } from './step.ts';
export { integerPower } from './update.ts';
