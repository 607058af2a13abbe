/** Fits networks to parts: the schedules of their layers, searched for a goal. */
export { fitNetwork, type FitOptions, type FitResult, type FitStep } from './fit-network.ts';
export type { CycleGoal, FitGoal, TimeLimit } from './goal.ts';
export type { MeasuredDesign } from './measure.ts';
export type { Prediction } from './predict.ts';
export type { Refusal } from './candidates.ts';
export { type FitPoint, searchSchedules, type SearchLimits, type SearchResult } from './search.ts';
export { type CostBook, costBook, type StageCost } from './stage-cost.ts';
export { fitFrontTable, fitMeasureTable, fitReport, fitStageTable } from './tables.ts';
