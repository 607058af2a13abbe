/**
 * The learning side of DistillNet from nothing to a quantized network: events, PUPPI, teacher, student, quantized student.
 *
 * Stages and their streams are named, so that a change of one stage leaves the randomness of all others alone. Both
 * students learn from the teacher's scores only (weighted mean absolute error, as published), never from the truth. The
 * quantized one is first trained in floats, then batch normalisation is folded, then it is fine-tuned under quantization
 * and pruning together: 8-bit weights on their grid and three quarters of them exactly zero at the end.
 */
import {
  distillationLoss,
  fakeQuantizer,
  magnitudePruning,
  type PrecisionPlan,
  quantizationAware,
  quantizationTransform,
  quantizeTensor,
  weightedMeanAbsoluteError,
} from '../../compression/index.ts';
import { ValueError } from '../../errors.ts';
import { parseFormat } from '../../fixed/index.ts';
import { foldBatchNormalization, type Network, predict } from '../../network/index.ts';
import { generateEvents } from '../../physics/index.ts';
import { type RandomStream, stream } from '../../random/index.ts';
import { type Tensor, tensor, toFlat } from '../../tensor/index.ts';
import { type Dataset, type EpochRecord, eraseState, fit, type FitOptions } from '../../training/index.ts';
import type { FinishedTrainings, LearningCheckpoint, StudentStage, TrainedNetwork } from './checkpoint.ts';
import type { DistillNetConfig, QuantizedFormats } from './config.ts';
import { type DistillNetData, distillNetData, featureCount } from './data.ts';
import { type LearningCallbacks, type StageClock, trainingOptions } from './progress.ts';
import { applyScaler, fitScaler, hardwareScaler, type Scaler } from './scaler.ts';
import { buildQuantizedStudent, buildStudent, studentInput } from './student.ts';
import { type TeacherTrainingResult, trainTeacher } from './teacher-training.ts';
import { sampleScoresOnGpu } from './teacher-on-gpu.ts';
import { sampleScores } from './teacher-scoring.ts';
import { buildTeacher, type Teacher, type TeacherSample, teacherSamples } from './teacher.ts';

/** Everything that training leaves behind, before it is evaluated. */
export interface TrainedNetworks {
  readonly teacher: Teacher;
  /** DistillNet in floats, 16-128-64-1; takes scaled features. */
  readonly student: Network;
  /** QDistillNet before quantization, 16-64-32-1 with batch normalisation folded. */
  readonly quantizedFloat: Network;
  /** QDistillNet on its fixed-point grids, with its formats in `precision`. */
  readonly quantized: Network;
  readonly scaler: Scaler;
  readonly test: DistillNetData;
  /** Teacher scores of the test data. */
  readonly testScores: Float32Array;
  readonly histories: Readonly<Record<'teacher' | StudentStage, readonly EpochRecord[]>>;
}

/** Formats by layer of QDistillNet after folding; hidden sums stay exact until they are rounded after their ReLU. */
export function precisionPlan(formats: QuantizedFormats): PrecisionPlan {
  const parameters = { weight: formats.weight, bias: formats.bias };
  return {
    [studentInput]: { result: formats.input },
    dense1: parameters,
    relu1: { result: formats.activation },
    dense2: parameters,
    relu2: { result: formats.activation },
    dense3: { ...parameters, result: formats.logit },
    weight: { result: formats.output },
  };
}

/** Features as the hardware receives them: scaled and on the grid of the input format. */
export function quantizedInputs(features: Float32Array, scaler: Scaler, format: string): Tensor {
  return quantizeTensor(scaledInputs(features, scaler), fakeQuantizer(parseFormat(format)));
}

/** Features as the float networks receive them, shape [rows, 16]. */
export function scaledInputs(features: Float32Array, scaler: Scaler): Tensor {
  return tensor(applyScaler(scaler, features), [features.length / featureCount, featureCount]);
}

/** Predict with every result rounded as on the grid of the plan: the float shadow of the fixed-point network. */
export function predictQuantized(network: Network, inputs: Tensor): Float32Array {
  const transform = quantizationTransform(network.precision ?? {});
  return Float32Array.from(toFlat(predict(network, inputs, { transform })));
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
  const root = stream(config.seed, 'distillnet');
  const done = resume?.finished ?? {};

  const labelled = await labelEvents(config, callbacks, clock);
  if (labelled === null) return null;
  const { taught, scores, scaler, data } = labelled;
  const { training, validation, test } = data;
  const { teacher } = taught;
  const study: Study = {
    training: studentDataset(training, scores.training, scaler),
    validation: studentDataset(validation, scores.validation, scaler),
    config,
    callbacks,
    clock,
  };

  clock.start('student');
  const student =
    done.student ??
    (await distil(study, 'student', { teacher: taught }, buildStudent(root.split('student')), root, config.student));
  if (student === null) return null;

  clock.start('quantizedFloat');
  const q = config.quantized;
  const wide =
    done.quantizedFloat ??
    (await distil(
      study,
      'quantizedFloat',
      { teacher: taught, student },
      buildQuantizedStudent(root.split('quantized')),
      root,
      {
        ...q,
        epochs: q.floatEpochs,
      },
    ));
  if (wide === null) return null;
  const quantizedFloat = foldBatchNormalization(wide.network);

  clock.start('quantized');
  const steps = q.epochs * Math.ceil(training.truth.length / q.batch);
  const end = Math.max(1, Math.floor(steps * q.pruningEnd));
  const finished = { teacher: taught, student, quantizedFloat: wide };
  const quantized = await distil(study, 'quantized', finished, quantizedFloat, root, q, [
    eraseState(magnitudePruning({ target: q.sparsity, end, every: Math.max(1, Math.floor(end / pruningRounds)) })),
    eraseState(quantizationAware(precisionPlan(q.formats))),
  ]);
  if (quantized === null) return null;
  return {
    teacher,
    student: student.network,
    quantizedFloat,
    quantized: quantized.network,
    scaler,
    test,
    testScores: scores.test,
    histories: {
      teacher: taught.history,
      student: student.history,
      quantizedFloat: wide.history,
      quantized: quantized.history,
    },
  };
}

/** Events with the teacher's scores of every particle. */
export interface LabelledEvents {
  readonly data: Split<DistillNetData>;
  readonly scaler: Scaler;
  readonly taught: TeacherTrainingResult;
  readonly scores: Split<Float32Array>;
}

/**
 * Generate the events of a run, train the teacher, and score every particle with it.
 *
 * @returns null if the signal of the callbacks stopped it
 */
export async function labelEvents(
  config: DistillNetConfig,
  callbacks: LearningCallbacks,
  clock: StageClock,
): Promise<LabelledEvents | null> {
  clock.start('events');
  const sample = (name: string, count: number): DistillNetData =>
    distillNetData(generateEvents(config.generator, `${config.seed} ${name}`, count), config);
  const data = {
    training: sample('training', config.events.training),
    validation: sample('validation', config.events.validation),
    test: sample('test', config.events.test),
  };
  const scaler = hardwareScaler(fitScaler(data.training.features, featureCount));
  const taught = await teach(data, scaler, { config, callbacks, clock }, stream(config.seed, 'distillnet'));
  return taught === null ? null : { data, scaler, ...taught };
}

/** What a student learns from: scaled features, true weights, and the teacher's scores as the extra "teacher". */
export function studentDataset(data: DistillNetData, scores: Float32Array, scaler: Scaler): Dataset {
  return {
    inputs: scaledInputs(data.features, scaler),
    targets: tensor(data.truth, [data.truth.length, 1]),
    extras: { teacher: tensor(scores, [data.truth.length, 1]) },
  };
}

/** Masks are computed anew about this many times while the sparsity rises. */
const pruningRounds = 25;

/** What all trainings share. */
interface Course {
  readonly config: DistillNetConfig;
  readonly callbacks: LearningCallbacks;
  readonly clock: StageClock;
}

/** What all trainings of students share. */
interface Study extends Course {
  readonly training: Dataset;
  readonly validation: Dataset;
}

/** What teacher and students see. */
export type Split<T> = Readonly<Record<'training' | 'validation' | 'test', T>>;

/** Train the teacher, and score every particle with it; null if the signal stopped it. */
async function teach(
  data: Split<DistillNetData>,
  scaler: Scaler,
  { config, callbacks, clock }: Course,
  root: RandomStream,
): Promise<{ readonly taught: TeacherTrainingResult; readonly scores: Split<Float32Array> } | null> {
  const { resume } = callbacks;
  clock.start('teacher');
  const start = buildTeacher(config.teacher, scaler, root.split('teacher'));
  // Neighbours are found once for training and scoring.
  const training = teacherSamples(start, data.training);
  const validation = teacherSamples(start, data.validation);
  const taught =
    resume?.finished.teacher ??
    (await trainTeacher(start, {
      training,
      validation,
      config: config.teacher,
      stream: root.split('teacher training'),
      onProgress: clock.progress,
      onCheckpoint: (state) => callbacks.onCheckpoint?.({ config, finished: {}, current: { stage: 'teacher', state } }),
      ...trainingOptions(callbacks),
      ...(resume?.current.stage === 'teacher' && { resume: resume.current.state }),
    }));
  if (taught === null) return null;

  clock.start('scores');
  const score = (samples: readonly TeacherSample[]): Promise<Float32Array> =>
    callbacks.inference === 'gpu'
      ? sampleScoresOnGpu(taught.teacher, samples)
      : sampleScores(taught.teacher, samples, trainingOptions(callbacks));
  return {
    taught,
    scores: {
      training: await score(training),
      validation: await score(validation),
      test: await score(teacherSamples(start, data.test)),
    },
  };
}

/** Train a student on the teacher's scores; null if the signal stopped it. */
async function distil(
  { training, validation, config, callbacks, clock }: Study,
  stage: StudentStage,
  finished: FinishedTrainings,
  network: Network,
  root: RandomStream,
  sizes: { readonly epochs: number; readonly batch: number; readonly learningRate: number },
  transforms: FitOptions['transforms'] = [],
): Promise<TrainedNetwork | null> {
  const { heavyLabel: threshold, heavyWeight: weight, patience } = config.student;
  const batches = Math.ceil(training.targets.shape[0]! / sizes.batch);
  const current: LearningCheckpoint['current'] | undefined = callbacks.resume?.current;
  const result = await fit(network, training, {
    loss: distillationLoss({ teacherLoss: weightedMeanAbsoluteError({ threshold, weight }) }),
    learningRate: { kind: 'cosine', learningRate: sizes.learningRate, totalSteps: sizes.epochs * batches },
    epochs: sizes.epochs,
    batchSize: sizes.batch,
    stream: root.split(`${stage} training`),
    validation,
    earlyStopping: { patience },
    transforms,
    onBatch: ({ epoch, batch, loss }) =>
      clock.progress((epoch * batches + batch + 1) / (sizes.epochs * batches), `loss ${loss.toFixed(4)}`),
    onCheckpoint: (state) => callbacks.onCheckpoint?.({ config, finished, current: { stage, state } }),
    ...trainingOptions(callbacks),
    ...(current !== undefined && current.stage !== 'teacher' && current.stage === stage && { resume: current.state }),
  });
  return result.status === 'aborted' ? null : { network: result.network, history: result.history };
}
