/**
 * The learning side of DistillNet from nothing to a quantized network: events, teacher, student, quantized student.
 *
 * Stages and their streams are named, so that a change of one stage leaves the randomness of all others alone. The
 * quantized student is first trained in floats, then batch normalisation is folded, then it is fine-tuned under
 * quantization and pruning together: 8-bit weights on their grid and three quarters of them exactly zero at the end. The
 * others then move to the nearest codes of few signed digits, which cost fewer adders. One more student learns as
 * DistillNet does, without the Puppi weight: the published ablation.
 */
import { magnitudePruning, quantizationAware, withFewDigits } from '../../compression/index.ts';
import { ValueError } from '../../errors.ts';
import { foldBatchNormalization, type Network } from '../../network/index.ts';
import { stream } from '../../random/index.ts';
import { type EpochRecord, eraseState } from '../../training/index.ts';
import type { FinishedTrainings, StudentStage } from './checkpoint.ts';
import type { CompactCheckpoint } from './student/compact-checkpoint.ts';
import { type CompactQDistillNet, trainCompactQDistillNet } from './student/compact.ts';
import type { DistillNetConfig } from './config.ts';
import { distil, studentDataset, withoutPuppiWeight } from './student/distil.ts';
import { type Course, type LabelledEvents, labelEvents } from './labels.ts';
import { precisionPlan } from './student/precision-plan.ts';
import { type LearningCallbacks, type StageClock, trainingOptions } from './progress.ts';
import { buildQuantizedStudent, buildStudent } from './student/student.ts';

/** Everything that training leaves behind, before it is evaluated. */
export interface TrainedNetworks {
  readonly labelled: LabelledEvents;
  /** DistillNet in floats, 16-128-64-1; takes scaled features. */
  readonly student: Network;
  /** The same, taught without the Puppi weight: that input has to be 0. */
  readonly withoutPuppi: Network;
  /** QDistillNet before quantization, 16-64-32-1 with batch normalisation folded. */
  readonly quantizedFloat: Network;
  /** QDistillNet on its fixed-point grids, with its formats in `precision`. */
  readonly quantized: Network;
  /** A QDistillNet for fewer look-up tables; null where the configuration asks for none. */
  readonly compact: CompactQDistillNet | null;
  readonly histories: Readonly<Record<'teacher' | StudentStage, readonly EpochRecord[]>>;
}

/**
 * Train teacher and students.
 *
 * @returns null if the signal of the callbacks stopped it
 * @throws ValueError if a checkpoint to resume from was made with another configuration
 */
export async function trainNetworks(
  config: DistillNetConfig,
  callbacks: LearningCallbacks,
  clock: StageClock,
): Promise<TrainedNetworks | null> {
  const { resume } = callbacks;
  if (resume !== undefined && JSON.stringify(resume.config) !== JSON.stringify(config)) {
    throw new ValueError('The checkpoint to resume from was made with another configuration; they must be equal.');
  }
  const course = { config, callbacks, clock };
  const root = stream(config.seed, 'distillnet');
  const labelled = await labelEvents(course);
  if (labelled === null) return null;
  const { data, scores, scaler, teacher, history } = labelled;
  let finished: FinishedTrainings = { ...resume?.finished, taught: { teacher, history, scores } };

  const sets = (features: (given: Float32Array) => Float32Array = (given) => given) => ({
    training: studentDataset(features(data.training.features), scores.training, scaler),
    validation: studentDataset(features(data.validation.features), scores.validation, scaler),
  });
  const seen = sets();
  const start = buildStudent(root.split('student'));
  const common = (stage: StudentStage) => ({ stage, finished, random: root.split(`${stage} training`) });

  const student =
    finished.student ??
    (await distil({ ...common('student'), network: start, ...seen, sizes: config.student }, course));
  if (student === null) return null;
  finished = { ...finished, student };

  const withoutPuppi =
    finished.withoutPuppi ??
    (await distil(
      { ...common('withoutPuppi'), network: start, ...sets(withoutPuppiWeight), sizes: config.student },
      course,
    ));
  if (withoutPuppi === null) return null;
  finished = { ...finished, withoutPuppi };

  const q = config.quantized;
  const wide =
    finished.quantizedFloat ??
    (await distil(
      {
        ...common('quantizedFloat'),
        network: buildQuantizedStudent(root.split('quantized')),
        ...seen,
        sizes: { ...q, epochs: q.floatEpochs },
      },
      course,
    ));
  if (wide === null) return null;
  finished = { ...finished, quantizedFloat: wide };
  const quantizedFloat = foldBatchNormalization(wide.network);

  const steps = q.epochs * Math.ceil(scores.training.length / q.batch);
  const end = Math.max(1, Math.floor(steps * q.pruningEnd));
  const quantized =
    finished.quantized ??
    (await distil(
      {
        ...common('quantized'),
        network: quantizedFloat,
        ...seen,
        sizes: q,
        transforms: [
          eraseState(
            magnitudePruning({ target: q.sparsity, end, every: Math.max(1, Math.floor(end / pruningRounds)) }),
          ),
          eraseState(quantizationAware(precisionPlan(q.formats))),
        ],
      },
      course,
    ));
  if (quantized === null) return null;
  finished = { ...finished, quantized };
  const compact = config.compact === null ? null : await trainCompact(course, labelled, finished, student.network);
  if (compact === null && config.compact !== null) return null;
  return {
    labelled,
    student: student.network,
    withoutPuppi: withoutPuppi.network,
    quantizedFloat,
    quantized: q.digits === null ? quantized.network : withFewDigits(quantized.network, q.digits),
    compact,
    histories: {
      teacher: history,
      student: student.history,
      withoutPuppi: withoutPuppi.history,
      quantizedFloat: wide.history,
      quantized: quantized.history,
    },
  };
}

/** Train the compact QDistillNet on labels mapped from what DistillNet has learned. */
async function trainCompact(
  { config, callbacks, clock }: Course,
  labelled: LabelledEvents,
  finished: FinishedTrainings,
  assistant: Network,
): Promise<CompactQDistillNet | null> {
  clock.start('compact');
  const current = callbacks.resume?.current;
  return trainCompactQDistillNet({
    config,
    labelled,
    assistant,
    ...config.compact,
    onProgress: clock.progress,
    onCheckpoint: (state) => callbacks.onCheckpoint?.({ config, finished, current: { stage: 'compact', state } }),
    ...(current?.stage === 'compact' && { resume: current.state as CompactCheckpoint }),
    ...trainingOptions(callbacks),
  });
}

/** Masks are computed anew about this many times while the sparsity rises. */
const pruningRounds = 25;
