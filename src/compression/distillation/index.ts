/** Distillation: losses of a student against a teacher. */
export { distillationLoss, generalDistillationLoss } from './distillation-loss.ts';
export type { DistillationOptions, DistillationOutputs, PairLoss } from './distillation-loss.ts';
export { quantileMap, type ScoreMap } from './quantile-map.ts';
export { labelWeights, weightedMeanAbsoluteError } from './weighted-mean-absolute-error.ts';
export type { LabelWeight } from './weighted-mean-absolute-error.ts';
