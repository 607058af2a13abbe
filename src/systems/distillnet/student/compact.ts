/**
 * A QDistillNet that is trained for few look-up tables: trainable bit-widths, with the cost of its adders in the loss.
 *
 * One training walks the front from accurate to small. Of the networks on the way that take no more look-up tables than
 * are allowed, and whose histogram of weights is good enough, the one that is nearest to its labels on validation events
 * is chosen. Twenty bins need many particles, so the histogram is that of the training and validation events together;
 * what is reported of the network is measured on test events.
 */
import {
  type AdderCost,
  type CalibrationRecord,
  type FrontPoint,
  sparsityOf,
  trainableBitWidths,
  walkCostFront,
} from '../../../compression/index.ts';
import type { CompileOptions } from '../../../compile/index.ts';
import type { ResourceEstimate } from '../../../estimation/index.ts';
import type { Network } from '../../../network/index.ts';
import { stream } from '../../../random/index.ts';
import { concat, contiguous, slice, type Tensor, toFlat } from '../../../tensor/index.ts';
import { layerAdderBits } from '../../adder-cost.ts';
import { compileFor } from '../../hardware.ts';
import type { HardwareTarget } from '../../pipeline.ts';
import { watchTraining } from './compact-checkpoint.ts';
import { type DistillNetConfig, quickConfig } from '../config.ts';
import { type WeightAgreement, weightAgreement } from '../evaluation/agreement.ts';
import { inputFormats } from '../hardware/input-formats.ts';
import { matchedStudy, type MatchedOptions, type MatchedStudy } from './matched-labels.ts';
import { stageClock, trainingOptions } from '../progress.ts';
import { labelEvents, type LabelledEvents } from '../labels.ts';
import { predictQuantized } from './precision-plan.ts';
import type { Scaler } from '../data/scaler.ts';
import { studentInput } from './student.ts';
import { publishedTarget } from '../hardware/target.ts';

/** The walk that made the published figures. */
export const compactWalk = {
  epochs: 24,
  cycle: 4,
  learningRate: 6e-3,
  beta: [8e-6, 2.5e-5],
  bits: { weightBits: [3, 8], resultBits: [3, 8] },
} as const;

export interface CompactOptions extends MatchedOptions {
  /** Events, teacher, float students, batches and learning rate. @defaultValue quickConfig */
  readonly config?: DistillNetConfig;
  /** Events with the teacher's scores, if they are there already: those of `config`. @defaultValue made from `config` */
  readonly labelled?: LabelledEvents;
  /** Data and float network, if they are there already. @defaultValue made from `labelled` */
  readonly study?: MatchedStudy;
  /** Look-up tables that the network may take by our estimate. @defaultValue 2379, those of the publication */
  readonly lut?: number;
  /** Agreement of the histogram as printed that a network should reach before it may be chosen. @defaultValue 0.977 */
  readonly accuracy?: number;
  /** Epochs of the walk. @defaultValue 24 */
  readonly epochs?: number;
  /** Epochs of a cycle of the learning rate; after each the network is looked at. @defaultValue 4 */
  readonly cycle?: number;
  /** β at the first and at the last step. @defaultValue [8e-6, 2.5e-5] */
  readonly beta?: readonly [from: number, to: number];
  /** Highest rate of a cycle. @defaultValue 6e-3 */
  readonly learningRate?: number;
  /** @defaultValue the paper's part and clock */
  readonly target?: HardwareTarget;
  /** How the network is compiled, for its look-up tables. @defaultValue the exact profile */
  readonly compile?: CompileOptions;
  /** Counts adder bits in calibrations of the cost. @defaultValue those of the strategy of `compile` */
  readonly adderCost?: AdderCost;
  /** Receives every network that the walk looks at, at once. */
  readonly onPoint?: (point: FrontPoint) => void;
}

/** A compact QDistillNet and what it is worth. */
export interface CompactQDistillNet {
  /** On its grids; `precision` has a format per element of inputs and hidden results. Compile in the exact profile. */
  readonly network: Network;
  /** Its input is `(feature − mean)/scale` of this scaler, on the grid of the configuration's input format. */
  readonly scaler: Scaler;
  /** Test inputs [particles, 16], and the float shadow of what the circuit gives for them. */
  readonly testInputs: Tensor;
  readonly testWeights: Float32Array;
  /** Agreement with the teacher on test events. */
  readonly agreement: WeightAgreement;
  readonly sparsity: number;
  readonly resources: ResourceEstimate;
  /** Every network that was looked at, with the negative mean absolute error on validation events as quality. */
  readonly points: readonly FrontPoint[];
  readonly calibrations: readonly CalibrationRecord[];
}

/**
 * Train a compact QDistillNet.
 *
 * @returns null if the signal stopped it, and the last checkpoint says where; if no network is good and small enough, the
 *   best histogram among the small ones, or the smallest network
 */
export async function trainCompactQDistillNet(options: CompactOptions = {}): Promise<CompactQDistillNet | null> {
  const { config = quickConfig, lut = 2379 } = options;
  const labelled =
    options.labelled ??
    (await labelEvents({ config, callbacks: trainingOptions(options), clock: stageClock(undefined) }));
  if (labelled === null) return null;
  const study = options.study ?? (await matchedStudy(labelled, config, options));
  if (study === null) return null;
  const walk = await walkCompact(study, config, options);
  if (walk === null) return null;
  const { target = publishedTarget, compile = {} } = options;
  const network = chosen(walk.points, lut, options.accuracy ?? 0.977, study, labelled);
  const testWeights = predictQuantized(network, study.testInputs);
  return {
    network,
    scaler: labelled.scaler,
    testInputs: study.testInputs,
    testWeights,
    agreement: weightAgreement(testWeights, labelled.scores.test),
    sparsity: sparsityOf(network),
    resources: compileFor(network, target, compile).resources,
    points: walk.points,
    calibrations: walk.calibrations,
  };
}

/** Choose a network of a walk by events that are not tested on. */
function chosen(
  points: readonly FrontPoint[],
  lut: number,
  accuracy: number,
  { training, validation }: MatchedStudy,
  { scores }: LabelledEvents,
): Network {
  const small = points.filter(({ cost }) => cost <= lut);
  if (small.length === 0) return points.reduce((best, point) => (point.cost < best.cost ? point : best)).network;
  const inputs = concat([training.inputs as Tensor, validation.inputs as Tensor]);
  const answers = [...scores.training, ...scores.validation];
  let best: { readonly network: Network; readonly accuracy: number } | undefined;
  // The nearest to the labels first: mostly that one is good, and no other is looked at.
  for (const { network } of small.toSorted((a, b) => b.quality - a.quality)) {
    const { printedAccuracy } = weightAgreement(predictQuantized(network, inputs), answers);
    if (printedAccuracy >= accuracy) return network;
    if (best === undefined || printedAccuracy > best.accuracy) best = { network, accuracy: printedAccuracy };
  }
  return best!.network;
}

/** Walk the front of a study; null if the signal stopped it. */
export async function walkCompact(
  study: MatchedStudy,
  config: DistillNetConfig,
  options: CompactOptions = {},
): Promise<Awaited<ReturnType<typeof walkCostFront>> | null> {
  const {
    epochs = compactWalk.epochs,
    cycle = compactWalk.cycle,
    beta = compactWalk.beta,
    learningRate = compactWalk.learningRate,
    target = publishedTarget,
    compile = {},
  } = options;
  const { batch, formats } = config.quantized;
  const rows = study.training.targets.shape[0]!;
  const batches = Math.ceil(rows / batch);
  const points: FrontPoint[] = [...(options.resume?.points ?? [])];
  const inputs = study.training.inputs as Tensor;
  const labels = toFlat(study.validation.extras!['teacher']!);
  const bitWidths = trainableBitWidths(study.start, {
    beta: { from: beta[0], to: beta[1], steps: epochs * batches },
    calibration: contiguous(slice(inputs, [[0, Math.min(rows, calibrationRows)]])),
    inputFormats: { [studentInput]: inputFormats(formats.input) },
    precision: { dense3: { result: formats.logit }, weight: { result: formats.output } },
    adderCost: options.adderCost ?? layerAdderBits(compile.strategy),
    calibrationSteps: batches,
    ...compactWalk.bits,
  });
  const walk = await walkCostFront(study.start, study.training, {
    bitWidths,
    loss: study.loss,
    learningRate: { kind: 'cosineRestarts', learningRate, firstCycle: cycle * batches },
    epochs,
    batchSize: batch,
    stream: stream(config.seed, 'distillnet', 'compact', 'walk'),
    every: cycle,
    measure: (network) => ({
      quality: -meanDistance(predictQuantized(network, study.validation.inputs as Tensor), labels),
      cost: compileFor(network, target, compile).resources.lut,
    }),
    points: [...points],
    onPoint: (point) => {
      points.push(point);
      options.onPoint?.(point);
    },
    ...watchTraining('walk', options, epochs, () => ({ finished: study.finished, points: [...points] })),
    ...trainingOptions(options),
  });
  return walk.status === 'aborted' ? null : walk;
}

/** Particles on which the ranges of values are observed. */
const calibrationRows = 8192;

function meanDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i]! - b[i]!);
  return sum / a.length;
}
