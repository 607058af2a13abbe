/**
 * How a student is distilled: weighted mean absolute distance from the teacher's scores, early stopping, checkpoints.
 *
 * Students learn from the scores only, never from the truth (α = β = 0 in the general distillation loss).
 */
import { distillationLoss, weightedMeanAbsoluteError } from '../../../compression/index.ts';
import type { Network } from '../../../network/index.ts';
import type { RandomStream } from '../../../random/index.ts';
import { tensor } from '../../../tensor/index.ts';
import { type Checkpoint, type Dataset, fit, type FitOptions } from '../../../training/index.ts';
import type { FinishedTrainings, LearningCheckpoint, StudentStage, TrainedNetwork } from '../checkpoint.ts';
import { featureCount, puppiWeightColumn } from '../data/data.ts';
import type { Course } from '../labels.ts';
import { trainingOptions } from '../progress.ts';
import { scaledInputs, type Scaler } from '../data/scaler.ts';

/** What a student learns from: scaled features, and the teacher's scores as targets and as the extra "teacher". */
export function studentDataset(features: Float32Array, scores: Float32Array, scaler: Scaler): Dataset {
  const targets = tensor(scores, [scores.length, 1]);
  return { inputs: scaledInputs(features, scaler), targets, extras: { teacher: targets } };
}

/** Features with the Puppi weight set to 0: what the ablation learns from. */
export function withoutPuppiWeight(features: Float32Array): Float32Array {
  return features.map((value, k) => (k % featureCount === puppiWeightColumn ? 0 : value));
}

/** A training of a student. */
export interface StudentTask {
  readonly stage: StudentStage;
  readonly network: Network;
  readonly training: Dataset;
  readonly validation: Dataset;
  readonly sizes: { readonly epochs: number; readonly batch: number; readonly learningRate: number };
  readonly transforms?: FitOptions['transforms'];
  /** What a checkpoint of this training holds besides it. */
  readonly finished: FinishedTrainings;
  readonly random: RandomStream;
}

/** Train a student on the teacher's scores; null if the signal stopped it. */
export async function distil(task: StudentTask, { config, callbacks, clock }: Course): Promise<TrainedNetwork | null> {
  const { stage, network, training, validation, sizes, transforms = [], finished, random } = task;
  clock.start(stage);
  const { heavyLabel: threshold, heavyWeight: weight, patience } = config.student;
  const batches = Math.ceil(training.targets.shape[0]! / sizes.batch);
  const current: LearningCheckpoint['current'] | undefined = callbacks.resume?.current;
  const result = await fit(network, training, {
    loss: distillationLoss({ teacherLoss: weightedMeanAbsoluteError({ threshold, weight }) }),
    learningRate: { kind: 'cosine', learningRate: sizes.learningRate, totalSteps: sizes.epochs * batches },
    epochs: sizes.epochs,
    batchSize: sizes.batch,
    stream: random,
    validation,
    earlyStopping: { patience },
    transforms,
    onBatch: ({ epoch, batch, loss }) =>
      clock.progress((epoch * batches + batch + 1) / (sizes.epochs * batches), `loss ${loss.toFixed(4)}`),
    onCheckpoint: (state) => callbacks.onCheckpoint?.({ config, finished, current: { stage, state } }),
    ...trainingOptions(callbacks),
    ...(current?.stage === stage && { resume: current.state as Checkpoint }),
  });
  return result.status === 'aborted' ? null : { network: result.network, history: result.history };
}
