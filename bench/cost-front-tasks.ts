/** The two tasks of the cost-front study: jet classes on seeded toy jets, and QDistillNet on generated events. */
import {
  type BitWidthOptions,
  fakeQuantizer,
  type PrecisionPlan,
  quantizationTransform,
  quantizeTensor,
} from '../src/compression/index.ts';
import { parseFormat } from '../src/fixed/index.ts';
import { buildNetwork, type Network, predict } from '../src/network/index.ts';
import { generateJets, jetClasses, jetFeatures } from '../src/physics/index.ts';
import { stream } from '../src/random/index.ts';
import {
  compactWalk,
  type DistillNetConfig,
  inputFormats,
  labelEvents,
  matchedStudy,
  precisionPlan,
  predictQuantized,
  quickConfig,
  stageClock,
  studentInput,
  weightAgreement,
} from '../src/systems/distillnet/index.ts';
import { argmax, contiguous, slice, type Tensor, tensor, toFlat } from '../src/tensor/index.ts';
import { crossEntropy, type Dataset, fit, type LossFunction } from '../src/training/index.ts';

/** How good a network is: one figure that compares, higher being better, and others to print. */
export interface Worth {
  readonly quality: number;
  readonly shown: readonly string[];
}

/** A task of the study. */
export interface Task {
  readonly name: 'jets' | 'distillnet';
  readonly title: string;
  /** The figure that compares, as an axis shows it, and how to get it from the quality. */
  readonly figure: { readonly label: string; readonly of: (quality: number) => number };
  readonly shownNames: readonly string[];
  /** In floats. */
  readonly start: Network;
  readonly training: Dataset;
  readonly loss: LossFunction;
  readonly batch: number;
  readonly learningRate: number;
  /** Epochs of each uniform network. */
  readonly uniformEpochs: number;
  readonly uniform: PrecisionPlan;
  readonly inputFormats: Readonly<Record<string, readonly string[]>>;
  readonly walk: {
    readonly epochs: number;
    readonly cycle: number;
    readonly learningRate: number;
    readonly beta: readonly [number, number];
    readonly bits: Pick<BitWidthOptions, 'calibration' | 'precision' | 'weightBits' | 'resultBits'>;
  };
  /** On data that are not trained on. */
  readonly validation: (network: Network) => Worth;
  readonly test: (network: Network) => Worth;
}

const inputFormat = 'ap_fixed<8,3,AP_RND_CONV,AP_SAT>';

/** Samples on which the ranges of values are observed. */
const calibrationRows = 8192;

const firstRows = (inputs: Tensor): Tensor =>
  contiguous(slice(inputs, [[0, Math.min(inputs.shape[0]!, calibrationRows)]]));

const percent = (share: number): string => (100 * share).toFixed(2);

/** Jets of five classes, 16-64-32-32-5. */
export async function jetTask(smoke: boolean): Promise<Task> {
  const grid = fakeQuantizer(parseFormat(inputFormat));
  const sample = (name: string, jets: number): Dataset => {
    const { features, labels } = generateJets(jets, stream('cost front', name));
    return {
      inputs: quantizeTensor(tensor(features, [jets, jetFeatures.length]), grid),
      targets: tensor(labels, [jets], 'i32'),
    };
  };
  const training = sample('training', smoke ? 2000 : 20_000);
  const validation = sample('validation', smoke ? 1000 : 10_000);
  const test = sample('test', smoke ? 1000 : 20_000);
  const loss: LossFunction = (prediction, targets) => crossEntropy(prediction, targets);
  const batch = 256;
  const learningRate = 4e-3;
  const epochs = smoke ? 4 : 10;
  const dense = (number: number, units: number) =>
    ({ kind: 'dense', name: `dense${number}`, attributes: { units } }) as const;
  const network = buildNetwork(
    'jets',
    [{ name: 'jet', shape: [jetFeatures.length] }],
    [
      ...[64, 32, 32].flatMap((units, k) => [dense(k + 1, units), { kind: 'relu', name: `relu${k + 1}` } as const]),
      dense(4, jetClasses.length),
    ],
    stream('cost front', 'jet network'),
  );
  const { network: start } = await fit(network, training, {
    loss,
    epochs,
    batchSize: batch,
    learningRate: { kind: 'cosine', learningRate, totalSteps: epochs * Math.ceil(training.targets.shape[0]! / batch) },
    stream: stream('cost front', 'jet floats'),
  });
  const accuracy = (given: Network, { inputs, targets }: Dataset): Worth => {
    const transform = quantizationTransform(given.precision ?? {});
    const found = toFlat(argmax(predict(given, inputs, { transform }), 1));
    const labels = toFlat(targets);
    let right = 0;
    for (let i = 0; i < labels.length; i++) if (found[i] === labels[i]) right++;
    const quality = right / labels.length;
    return { quality, shown: [percent(quality)] };
  };
  const weights = { weight: 'ap_fixed<8,2,AP_RND_CONV,AP_SAT>', bias: 'ap_fixed<8,3,AP_RND_CONV,AP_SAT>' };
  const relu = { result: 'ap_ufixed<8,3,AP_TRN,AP_SAT>' };
  return {
    name: 'jets',
    title: `Jets of 5 classes, 16-64-32-32-5 (floats: ${percent(accuracy(start, test).quality)} %)`,
    figure: { label: 'accuracy [%]', of: (quality) => 100 * quality },
    shownNames: ['accuracy %'],
    start,
    training,
    loss,
    batch,
    learningRate,
    uniformEpochs: smoke ? 4 : 12,
    uniform: {
      jet: { result: inputFormat },
      dense1: weights,
      relu1: relu,
      dense2: weights,
      relu2: relu,
      dense3: weights,
      relu3: relu,
      dense4: weights,
    },
    inputFormats: { jet: jetFeatures.map(() => inputFormat) },
    walk: {
      epochs: smoke ? 8 : 60,
      cycle: smoke ? 4 : 5,
      learningRate: 6e-3,
      beta: [5e-6, 8e-5],
      bits: { calibration: firstRows(training.inputs as Tensor), weightBits: [3, 8], resultBits: [3, 8] },
    },
    validation: (given) => accuracy(given, validation),
    test: (given) => accuracy(given, test),
  };
}

const smokeConfig: DistillNetConfig = {
  ...quickConfig,
  generator: { meanPileup: 8, particlesPerCollision: 20, underlyingEvent: 20 },
  events: { training: 12, teacher: 12, validation: 6, test: 12 },
  teacher: { ...quickConfig.teacher, width: 8, epochs: 2 },
  student: { ...quickConfig.student, epochs: 2 },
  quantized: { ...quickConfig.quantized, floatEpochs: 2, batch: 64 },
};

/** Pileup weights on labels spread as the teacher's, 16-64-32-1. */
export async function distillNetTask(smoke: boolean): Promise<Task> {
  const config = smoke ? smokeConfig : quickConfig;
  const labelled = (await labelEvents({ config, callbacks: {}, clock: stageClock(undefined) }))!;
  const study = (await matchedStudy(labelled, config))!;
  const { formats, batch, learningRate } = config.quantized;
  const worth = (network: Network, inputs: Tensor, scores: Float32Array): Worth => {
    const { meanAbsoluteError, printedAccuracy, accuracy } = weightAgreement(predictQuantized(network, inputs), scores);
    return {
      quality: -meanAbsoluteError,
      shown: [meanAbsoluteError.toFixed(4), percent(printedAccuracy), percent(accuracy)],
    };
  };
  return {
    name: 'distillnet',
    title: 'QDistillNet, 16-64-32-1',
    figure: { label: 'mean absolute distance to the teacher', of: (quality) => -quality },
    shownNames: ['distance', 'accuracy as printed %', 'by min(ρ, 1/ρ) %'],
    start: study.start,
    training: study.training,
    loss: study.loss,
    batch,
    learningRate,
    uniformEpochs: smoke ? 2 : 8,
    uniform: precisionPlan(formats),
    inputFormats: { [studentInput]: inputFormats(formats.input) },
    walk: {
      ...compactWalk,
      ...(smoke && { epochs: 4, cycle: 2 }),
      bits: {
        calibration: firstRows(study.training.inputs as Tensor),
        precision: { dense3: { result: formats.logit }, weight: { result: formats.output } },
        ...compactWalk.bits,
      },
    },
    validation: (network) => worth(network, study.validation.inputs as Tensor, labelled.scores.validation),
    test: (network) => worth(network, study.testInputs, labelled.scores.test),
  };
}
