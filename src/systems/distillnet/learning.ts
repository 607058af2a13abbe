/** The learning side as one call: train everything, evaluate on independent events, and hand over what hardware needs. */
import { sparsityOf } from '../../compression/index.ts';
import { multiplyAccumulates, type Network, parameterCount, predict, predictOnGpu } from '../../network/index.ts';
import { stream } from '../../random/index.ts';
import { type Tensor, toFlat } from '../../tensor/index.ts';
import type { EpochRecord } from '../../training/index.ts';
import type { StudentStage } from './checkpoint.ts';
import { type DistillNetConfig, parseConfig } from './config.ts';
import { featureNames } from './data.ts';
import { type WeightAgreement, weightAgreement, type WeightQuality, weightQuality } from './evaluate.ts';
import { type LearningCallbacks, type LearningStage, stageClock } from './progress.ts';
import { inputFormats } from './input-formats.ts';
import { predictQuantized, quantizedInputs, scaledInputs, trainNetworks } from './recipe.ts';
import type { Scaler } from './scaler.ts';
import { buildQuantizedStudent, buildStudent } from './student.ts';
import { type Teacher, teacherOperations, teacherParameterCount } from './teacher.ts';

/** Sets of weights that are evaluated: `fixed` is the quantized student with every result on its grid. */
export type WeightSource = 'puppi' | 'teacher' | 'student' | 'quantizedFloat' | 'fixed' | 'truth';

/** Metrics of a learning run, on test events. */
export interface LearningMetrics {
  /** Test events and particles. */
  readonly events: number;
  readonly particles: number;
  /** Agreement with the teacher's weights. */
  readonly agreement: Readonly<Record<'puppi' | 'student' | 'quantizedFloat' | 'fixed', WeightAgreement>>;
  /** Quality against the truth. */
  readonly quality: Readonly<Record<WeightSource, WeightQuality>>;
  /** Trainable numbers; those of the students count batch normalisation before folding. */
  readonly parameters: Readonly<Record<'teacher' | 'student' | 'quantized', number>>;
  /** Multiplications and additions per particle. */
  readonly operations: Readonly<Record<'teacher' | 'student' | 'quantized', number>>;
  /** Share of exactly zero kernel weights of the quantized student. */
  readonly sparsity: number;
}

/** Test data as arrays, one row per particle. */
export interface LearningTestSet {
  /** What the hardware receives: scaled and on the grid of the input format, [rows, 16]. */
  readonly inputs: Tensor;
  /** The same before rounding, what the float networks receive. */
  readonly scaledFeatures: Tensor;
  readonly featureNames: readonly string[];
  readonly truth: Float32Array;
  readonly puppiWeights: Float32Array;
  readonly teacherScores: Float32Array;
  readonly studentScores: Float32Array;
  /** Float shadow of the fixed-point network: what bit-exact emulation is expected to reproduce. */
  readonly fixedScores: Float32Array;
  /** Row at which each event starts, plus the number of rows. */
  readonly starts: Int32Array;
}

/** What the learning side of DistillNet hands over. */
export interface DistillNetLearning {
  readonly config: DistillNetConfig;
  readonly teacher: Teacher;
  /** DistillNet in floats, 16-128-64-1. */
  readonly student: Network;
  /** QDistillNet in floats, 16-64-32-1, batch normalisation folded. */
  readonly quantizedFloat: Network;
  /** QDistillNet on its grids; `precision` says which. Its input is `(feature − mean)/scale` of `scaler`. */
  readonly quantized: Network;
  readonly scaler: Scaler;
  /**
   * Narrowest format of each input element, in feature order. All of them are subsets of the common format in
   * `quantized.precision`: flags need one bit, the charge two, and the PUPPI weight is never negative.
   */
  readonly inputFormats: readonly string[];
  readonly test: LearningTestSet;
  readonly metrics: LearningMetrics;
  readonly histories: Readonly<Record<'teacher' | StudentStage, readonly EpochRecord[]>>;
  readonly seconds: Readonly<Partial<Record<LearningStage, number>>>;
}

/**
 * Run the learning side of DistillNet.
 *
 * @param config - everything that defines the run; checked
 * @returns null if the signal stopped it; the last checkpoint then says where
 * @throws ValueError if the configuration is not usable or a loss is not finite
 */
export async function runLearning(
  config: DistillNetConfig,
  callbacks: LearningCallbacks = {},
): Promise<DistillNetLearning | null> {
  const checked = parseConfig(config);
  const clock = stageClock(callbacks.onProgress);
  const trained = await trainNetworks(checked, callbacks, clock);
  if (trained === null) return null;
  clock.start('evaluation');
  const { teacher, student, quantizedFloat, quantized, scaler, test, testScores } = trained;
  const scaledFeatures = scaledInputs(test.features, scaler);
  const inputs = quantizedInputs(test.features, scaler, checked.quantized.formats.input);
  const run = callbacks.inference === 'gpu' ? predictOnGpu : predict;
  const floats = async (network: Network): Promise<Float32Array> =>
    Float32Array.from(toFlat(await run(network, scaledFeatures)));
  const weights: Record<WeightSource, Float32Array> = {
    puppi: test.puppiWeights,
    teacher: testScores,
    student: await floats(student),
    quantizedFloat: await floats(quantizedFloat),
    fixed: predictQuantized(quantized, inputs),
    truth: test.truth,
  };
  const agreement = (source: WeightSource): WeightAgreement => weightAgreement(weights[source], testScores);
  // One stream for all: the same bootstrap samples, so that differences between sources are not resampling noise.
  const quality = (source: WeightSource): WeightQuality =>
    weightQuality(test, weights[source], stream(checked.seed, 'distillnet', 'evaluation'));
  const any = stream('shape only');
  const metrics: LearningMetrics = {
    events: test.events.length,
    particles: test.truth.length,
    agreement: {
      puppi: agreement('puppi'),
      student: agreement('student'),
      quantizedFloat: agreement('quantizedFloat'),
      fixed: agreement('fixed'),
    },
    quality: {
      puppi: quality('puppi'),
      teacher: quality('teacher'),
      student: quality('student'),
      quantizedFloat: quality('quantizedFloat'),
      fixed: quality('fixed'),
      truth: quality('truth'),
    },
    parameters: {
      teacher: teacherParameterCount(teacher),
      student: parameterCount(buildStudent(any)),
      quantized: parameterCount(buildQuantizedStudent(any)),
    },
    operations: {
      teacher: teacherOperations(teacher),
      student: 2 * multiplyAccumulates(student),
      quantized: 2 * multiplyAccumulates(quantized),
    },
    sparsity: sparsityOf(quantized),
  };
  clock.stop();
  return {
    config: checked,
    teacher,
    student,
    quantizedFloat,
    quantized,
    scaler,
    inputFormats: inputFormats(checked.quantized.formats.input),
    test: {
      inputs,
      scaledFeatures,
      featureNames,
      truth: test.truth,
      puppiWeights: test.puppiWeights,
      teacherScores: testScores,
      studentScores: weights.student,
      fixedScores: weights.fixed,
      starts: test.starts,
    },
    metrics,
    histories: trained.histories,
    seconds: clock.seconds,
  };
}
