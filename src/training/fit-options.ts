/** What `fit` takes and gives, as types. */
import type { Network } from '../network/index.ts';
import type { RandomStream } from '../random/index.ts';
import type { BatchSource } from './batch-source.ts';
import type { Checkpoint, EpochRecord } from './checkpoint.ts';
import type { Dataset } from './dataset.ts';
import type { LossFunction } from './evaluate-loss.ts';
import type { Optimizer } from './optimizers/index.ts';
import type { PlateauSchedule, Schedule } from './schedules/index.ts';
import type { TrainingTransform } from './training-transform.ts';

/** Progress after a batch. */
export interface BatchRecord {
  readonly epoch: number;
  readonly batch: number;
  readonly batches: number;
  readonly loss: number;
  readonly learningRate: number;
}

/** When to stop before the last epoch. */
export interface EarlyStopping {
  /** Stop after this many epochs in a row without improvement, at least 1. */
  readonly patience: number;
  /** Smallest fall of the loss that counts. @defaultValue 0 */
  readonly minimumDelta?: number;
}

/** Options of `fit`. */
export interface FitOptions {
  readonly loss: LossFunction;
  /** @defaultValue Adam */
  readonly optimizer?: Optimizer;
  /** A number is a constant rate. @defaultValue 0.001 */
  readonly learningRate?: number | Schedule | PlateauSchedule;
  /** What a schedule counts. A plateau schedule always counts epochs. @defaultValue 'batch' */
  readonly scheduleUnit?: 'batch' | 'epoch';
  /** An integer of at least 1. */
  readonly epochs: number;
  /** The last batch of an epoch may be smaller. @defaultValue 256 */
  readonly batchSize?: number;
  /** Source of shuffling, dropout and the validation split; it is split, not advanced. */
  readonly stream: RandomStream;
  /**
   * Validation data, or the share in (0, 1) of the training data to set apart at random; of a source of batches no share
   * can be set apart.
   *
   * @defaultValue none
   */
  readonly validation?: Dataset | BatchSource | number;
  /** Watches the validation loss, or the training loss without validation data. @defaultValue none */
  readonly earlyStopping?: EarlyStopping;
  /** Return the parameters of the best epoch in place of the last. @defaultValue true with validation data */
  readonly restoreBest?: boolean;
  /** Scale gradients down to this common norm. @defaultValue none */
  readonly clipNorm?: number;
  /** Quantization, pruning, …, applied in this order. @defaultValue none */
  readonly transforms?: readonly TrainingTransform[];
  readonly onBatch?: (record: BatchRecord) => void;
  readonly onEpoch?: (record: EpochRecord) => void | Promise<void>;
  /** Receives a checkpoint after every epoch, and every `checkpointBatches` batches. */
  readonly onCheckpoint?: (checkpoint: Checkpoint) => void | Promise<void>;
  /** @defaultValue none but at the end of epochs */
  readonly checkpointBatches?: number;
  /** Stops after the running batch; the result has a checkpoint to resume from. */
  readonly signal?: AbortSignal;
  /** Batches between two turns of the event loop. @defaultValue 16 */
  readonly yieldBatches?: number;
  /**
   * Threads that share a step where the backend is WebAssembly; the bits do not depend on it.
   *
   * @defaultValue 1
   */
  readonly workers?: number;
  /** Receives the reason, once, where a step cannot be planned and is computed by tensor functions one by one. */
  readonly onEager?: (reason: string) => void;
  /** Go on from here; network and stream of the call are then ignored. */
  readonly resume?: Checkpoint;
}

/** What training came to. */
export interface FitResult {
  /** The network with the transforms made part of it. */
  readonly network: Network;
  readonly status: 'finished' | 'stopped early' | 'aborted';
  readonly history: readonly EpochRecord[];
  /** Epoch whose parameters the network has, from 0. */
  readonly epoch: number;
  /** State after the last batch. */
  readonly checkpoint: Checkpoint;
}
