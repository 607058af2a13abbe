/**
 * Training: losses, optimisers, schedules, the fit loop and its checkpoints as plain data.
 *
 * Checkpoints on disk are Node only and therefore not here: import `checkpoint-file.ts`.
 */
export { isBatchSource, memorySource } from './batch-source.ts';
export type { BatchSource, EpochRequest, TensorSpec } from './batch-source.ts';
export { checkpointFormat, parseCheckpoint, serializeCheckpoint } from './checkpoint.ts';
export type { BestRecord, Checkpoint, EpochRecord } from './checkpoint.ts';
export { checkDataset, nameInputs, splitDataset, takeRows, takeSamples } from './dataset.ts';
export type { Dataset, NamedDataset } from './dataset.ts';
export { evaluateLoss, evaluateSource } from './evaluate-loss.ts';
export type { LossFunction } from './evaluate-loss.ts';
export { fit } from './fit.ts';
export type { BatchRecord, EarlyStopping, FitOptions, FitResult } from './fit-options.ts';
export { openLossTrainer } from './loss-trainer.ts';
export type { LossTrainer, LossTrainerOptions, NamedLoss } from './loss-trainer.ts';
export * from './losses/index.ts';
export * from './optimizers/index.ts';
export type { StepState } from './planned-step.ts';
export * from './schedules/index.ts';
export { parseShardIndex } from './streaming/shard-index.ts';
export { readerLayout, shardSource } from './streaming/shard-source.ts';
export { windowReader } from './streaming/window-reader.ts';
export type { ShardFiles } from './streaming/window-reader.ts';
export { participantValues } from './step-pass.ts';
export { threadPool } from './thread-pool.ts';
export type { ThreadPool } from './thread-pool.ts';
export { eraseState } from './training-transform.ts';
export type { Companion, CompanionPass, CompanionValues, TrainingTransform } from './training-transform.ts';
