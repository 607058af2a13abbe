/** The learning side as one call: train everything, weigh every test particle, and hand over what hardware needs. */
import { type Network, predict, predictOnGpu } from '../../network/index.ts';
import { type Tensor, toFlat } from '../../tensor/index.ts';
import type { EpochRecord } from '../../training/index.ts';
import type { StudentStage } from './checkpoint.ts';
import { type DistillNetConfig, parseConfig } from './config.ts';
import type { DistillNetData } from './data/data.ts';
import { withoutPuppiWeight } from './student/distil.ts';
import { foldScaler } from './hardware/folded-scaler.ts';
import { inputFormats } from './hardware/input-formats.ts';
import type { LabelledEvents } from './labels.ts';
import { predictQuantized, quantizedInputs } from './student/precision-plan.ts';
import { type LearningCallbacks, type LearningStage, stageClock } from './progress.ts';
import { trainNetworks } from './recipe.ts';
import { scaledInputs, type Scaler } from './data/scaler.ts';
import { studentInput } from './student/student.ts';
import type { Teacher } from './teacher/teacher.ts';

/** Sets of weights that come out of learning; the shadow is the quantized student in floats, every result on its grid. */
export type LearnedSource = 'puppi' | 'teacher' | 'student' | 'withoutPuppi' | 'quantizedFloat' | 'shadow';

/** What the learning side of DistillNet hands over. */
export interface DistillNetLearning {
  readonly config: DistillNetConfig;
  readonly labelled: LabelledEvents;
  /** Null where the labels came with the events. */
  readonly teacher: Teacher | null;
  /** DistillNet in floats, 16-128-64-1; takes scaled features. */
  readonly student: Network;
  /** The same, taught and used with a Puppi weight of 0. */
  readonly withoutPuppi: Network;
  /** QDistillNet in floats, 16-64-32-1, batch normalisation folded. */
  readonly quantizedFloat: Network;
  /** QDistillNet on its grids; `precision` says which. Takes scaled features. */
  readonly quantized: Network;
  /** The same for hardware: takes features as they are, each in the narrowest format that holds what it can be. */
  readonly hardware: Network;
  /** The compact QDistillNet for hardware; null where the configuration asks for none. */
  readonly compact: Network | null;
  readonly scaler: Scaler;
  /** Independent events that nothing was trained or chosen on. */
  readonly test: DistillNetData;
  /** Scaled test features, on the grid of the common input format: what the shadow is computed of, [rows, 16]. */
  readonly testInputs: Tensor;
  /** Weights of every test particle by source. */
  readonly weights: Readonly<Record<LearnedSource, Float32Array>>;
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
  clock.start('weights');
  const { labelled, student, withoutPuppi, quantizedFloat, quantized, compact, histories } = trained;
  const { teacher, scaler, scores } = labelled;
  const { test } = labelled.data;
  const common = checked.quantized.formats.input;
  const testInputs = quantizedInputs(test.features, scaler, common);
  const run = callbacks.inference === 'gpu' ? predictOnGpu : predict;
  const floats = async (network: Network, features = test.features): Promise<Float32Array> =>
    Float32Array.from(toFlat(await run(network, scaledInputs(features, scaler))));
  const weights = {
    puppi: test.puppiWeights,
    teacher: scores.test,
    student: await floats(student),
    withoutPuppi: await floats(withoutPuppi, withoutPuppiWeight(test.features)),
    quantizedFloat: await floats(quantizedFloat),
    shadow: predictQuantized(quantized, testInputs),
  };
  clock.stop();
  return {
    config: checked,
    labelled,
    teacher,
    student,
    withoutPuppi,
    quantizedFloat,
    quantized,
    hardware: foldScaler(quantized, scaler, inputFormats(common)),
    compact: compact && foldScaler(compact.network, scaler, elementFormats(compact.network)),
    scaler,
    test,
    testInputs,
    weights,
    histories,
    seconds: clock.seconds,
  };
}

/** Formats of the elements of a student's input, where its precision lists them. */
function elementFormats({ precision }: Network): readonly string[] {
  return precision![studentInput]!['result'] as readonly string[];
}
