/** Stages for operations: the earliest for a budget, and those of fewest register bits. */
export { LAST_STAGE, packRows, registerBits } from './problem.ts';
export type { RetimingProblem, Rows } from './problem.ts';
export { earliestStages, finishTimes, lastStage, stretchedDelays } from './timing.ts';
export { minimumRegisters } from './minimum-registers.ts';
export type { MinimumRegisters } from './minimum-registers.ts';
