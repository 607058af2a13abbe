/**
 * What a compact QDistillNet learns from: labels that it can learn, spread as the teacher's scores.
 *
 * A float student learns the teacher's scores first. Its predictions gather in the middle of what it cannot know, which
 * is why histograms of students and teachers differ (see docs/systems/distillnet.md). The quantile map of its
 * predictions to the teacher's scores has the teacher's histogram, keeps the order of particles, and is a function of
 * the 16 features: a smaller student can follow it closely, down to its histogram.
 *
 * Nearly all particles are pileup. Labels in rarely filled bins weigh more, by the square root of the population.
 */
import { distillationLoss, quantileMap, weightedMeanAbsoluteError } from '../../../compression/index.ts';
import { foldBatchNormalization, type Network, predict } from '../../../network/index.ts';
import { type RandomStream, stream } from '../../../random/index.ts';
import { type Tensor, tensor, toFlat } from '../../../tensor/index.ts';
import { type Dataset, fit, type FitOptions, type LossFunction } from '../../../training/index.ts';
import { type CompactCheckpoint, type CompactStage, type CompactWatch, watchTraining } from './compact-checkpoint.ts';
import type { DistillNetConfig } from '../config.ts';
import { accuracyBins } from '../evaluation/agreement.ts';
import { type LearningCallbacks, trainingOptions } from '../progress.ts';
import { studentDataset } from './distil.ts';
import type { LabelledEvents } from '../labels.ts';
import { quantizedInputs } from './precision-plan.ts';
import { buildQuantizedStudent, buildStudent } from './student.ts';

/** What training needs of the caller. */
export type MatchedOptions = Pick<LearningCallbacks, 'signal' | 'workers' | 'onEager'> &
  CompactWatch & {
    /** A float student that has learned the teacher's scores, if there is one. @defaultValue it is trained */
    readonly assistant?: Network;
  };

/** Data of a compact student. */
export interface MatchedStudy {
  /** Inputs on the grid of the input format; the extra "teacher" holds the labels, "weights" their weights. */
  readonly training: Dataset;
  readonly validation: Dataset;
  /** Test inputs on the grid of the input format. */
  readonly testInputs: Tensor;
  readonly loss: LossFunction;
  /** QDistillNet in floats, trained on the labels, batch normalisation folded: where compression starts. */
  readonly start: Network;
  /** The two trained networks, for checkpoints of what follows. */
  readonly finished: CompactCheckpoint['finished'];
}

/**
 * Make labels and the float network that compression starts from.
 *
 * @returns null if the signal stopped it
 */
export async function matchedStudy(
  { data, scores, scaler }: LabelledEvents,
  config: DistillNetConfig,
  options: MatchedOptions = {},
): Promise<MatchedStudy | null> {
  const root = stream(config.seed, 'distillnet', 'compact');
  const { heavyLabel: threshold, heavyWeight: weight } = config.student;
  const floats = {
    training: studentDataset(data.training.features, scores.training, scaler),
    validation: studentDataset(data.validation.features, scores.validation, scaler),
  };
  const assistant =
    options.assistant ??
    (await trained(buildStudent(root.split('assistant')), floats, config.student.epochs, {
      stage: 'assistant',
      finished: {},
      config,
      options,
      loss: distillationLoss({ teacherLoss: weightedMeanAbsoluteError({ threshold, weight }) }),
      random: root.split('assistant training'),
    }));
  if (assistant === null) return null;
  const predicted = (set: Dataset): Float32Array => Float32Array.from(toFlat(predict(assistant, set.inputs as Tensor)));
  const map = quantileMap(predicted(floats.training), scores.training);
  const labels = { training: map(predicted(floats.training)), validation: map(predicted(floats.validation)) };
  const weigh = populationWeights(labels.training);
  const matched = (name: 'training' | 'validation'): Dataset => ({
    inputs: quantizedInputs(data[name].features, scaler, config.quantized.formats.input),
    targets: floats[name].targets,
    extras: { teacher: column(labels[name]), weights: column(weigh(labels[name])) },
  });
  const study = {
    training: matched('training'),
    validation: matched('validation'),
    testInputs: quantizedInputs(data.test.features, scaler, config.quantized.formats.input),
    loss: distillationLoss(),
  };
  const network = await trained(buildQuantizedStudent(root.split('student')), study, config.quantized.floatEpochs, {
    stage: 'start',
    finished: { assistant },
    config,
    options,
    loss: study.loss,
    random: root.split('student training'),
  });
  if (network === null) return null;
  return { ...study, start: foldBatchNormalization(network), finished: { assistant, start: network } };
}

const column = (values: Float32Array): Tensor => tensor(values, [values.length, 1]);

/** Weigh labels by how rarely the bin of each is filled; over the given labels the mean weight is 1. */
function populationWeights(labels: Float32Array): (labels: Float32Array) => Float32Array {
  const binOf = (label: number): number => Math.min(accuracyBins - 1, Math.floor(label * accuracyBins));
  const counts = new Array<number>(accuracyBins).fill(0);
  for (const label of labels) counts[binOf(label)]! += 1;
  const raw = counts.map((count) => 1 / Math.sqrt(Math.max(1, count)));
  const mean = counts.reduce((sum, count, bin) => sum + count * raw[bin]!, 0) / labels.length;
  return (given) => given.map((label) => raw[binOf(label)]! / mean);
}

interface TrainedOptions {
  readonly stage: Exclude<CompactStage, 'walk'>;
  readonly finished: CompactCheckpoint['finished'];
  readonly config: DistillNetConfig;
  readonly options: MatchedOptions;
  readonly loss: FitOptions['loss'];
  readonly random: RandomStream;
}

async function trained(
  network: Network,
  { training, validation }: { readonly training: Dataset; readonly validation: Dataset },
  epochs: number,
  { stage, finished, config, options, loss, random }: TrainedOptions,
): Promise<Network | null> {
  const done = options.resume?.finished[stage];
  if (done !== undefined) return done;
  const { batch, learningRate } = config.quantized;
  const batches = Math.ceil(training.targets.shape[0]! / batch);
  const { network: result, status } = await fit(network, training, {
    loss,
    learningRate: { kind: 'cosine', learningRate, totalSteps: epochs * batches },
    epochs,
    batchSize: batch,
    stream: random,
    validation,
    ...watchTraining(stage, options, epochs, () => ({ finished, points: [] })),
    ...trainingOptions(options),
  });
  return status === 'aborted' ? null : result;
}
