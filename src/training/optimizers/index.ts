/** Optimisers: descriptions, states, steps and gradient clipping. */
export { clipByNorm, clipTensorsByNorm } from './clip.ts';
export type {
  AdagradOptimizer,
  AdamOptimizer,
  Optimizer,
  OptimizerState,
  RmspropOptimizer,
  SgdOptimizer,
  StepRates,
} from './optimizer.ts';
export { initialOptimizerState, optimizerStep, stepScalars, updateParameter } from './step.ts';
export { integerPower } from './update.ts';
export type { ParameterUpdate, SlotTensors, StepScalars, UpdateRates } from './update.ts';
