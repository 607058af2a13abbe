/**
 * Training: losses, optimisers, schedules, the fit loop and its checkpoints as plain data.
 *
 * Checkpoints on disk are Node only and therefore not here: import `checkpoint-file.ts`.
 */
export { checkpointFormat, parseCheckpoint, serializeCheckpoint } from './checkpoint.ts';
export type { BestRecord, Checkpoint, EpochRecord } from './checkpoint.ts';
export { checkDataset, nameInputs, splitDataset, takeRows, takeSamples } from './dataset.ts';
export type { Dataset, NamedDataset } from './dataset.ts';
export { evaluateLoss } from './evaluate-loss.ts';
export type { LossFunction } from './evaluate-loss.ts';
export { fit } from './fit.ts';
export type { BatchRecord, EarlyStopping, FitOptions, FitResult } from './fit-options.ts';
export * from './losses/index.ts';
export * from './optimizers/index.ts';
export * from './schedules/index.ts';
export { eraseState } from './training-transform.ts';
export type { TrainingTransform } from './training-transform.ts';
