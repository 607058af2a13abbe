/** What a training fixes before its first batch: data, batches, parameters, schedule; and the state it starts from. */
import { UnsupportedError, ValueError } from '../errors.ts';
import { parameterAt, trainableParameters, validateNetwork } from '../network/index.ts';
import type { Network, ParameterSite } from '../network/index.ts';
import { restoreStream } from '../random/index.ts';
import type { RandomStream } from '../random/index.ts';
import { size } from '../tensor/index.ts';
import { checkSource, isBatchSource, memorySource } from './batch-source.ts';
import type { BatchSource } from './batch-source.ts';
import type { Checkpoint } from './checkpoint.ts';
import { checkDataset, nameInputs, splitDataset } from './dataset.ts';
import type { Dataset, NamedDataset } from './dataset.ts';
import type { FitOptions } from './fit-options.ts';
import { initialOptimizerState } from './optimizers/index.ts';
import type { Optimizer } from './optimizers/index.ts';
import { initialPlateau } from './schedules/index.ts';
import { initialCompanions } from './step-pass.ts';
import type { PlateauSchedule, Schedule } from './schedules/index.ts';
import type { TrainingTransform } from './training-transform.ts';

/** What does not change during a training. */
export interface Plan {
  readonly training: BatchSource;
  readonly validation: NamedDataset | BatchSource | null;
  readonly samples: number;
  readonly batchSize: number;
  readonly batches: number;
  readonly sites: readonly ParameterSite[];
  readonly transforms: readonly TrainingTransform[];
  readonly optimizer: Optimizer;
  readonly schedule: Schedule | PlateauSchedule;
  readonly stream: RandomStream;
}

/**
 * Check options and data and fix what follows from them.
 *
 * @throws ValueError or ShapeError naming the option, or tensor, sample and feature
 */
export const makePlan = (network: Network, data: Dataset | BatchSource, options: FitOptions): Plan => {
  validateNetwork(network);
  const stream = options.resume === undefined ? options.stream : restoreStream(options.resume.stream);
  const [training, validation] = chooseData(network, data, options.validation, stream);
  const transforms = options.transforms ?? [];
  const twice = transforms.find((t, i) => transforms.findIndex((other) => other.name === t.name) !== i);
  if (twice !== undefined)
    throw new ValueError(`Two transforms of one training are named "${twice.name}"; names must be unique.`);
  const batchSize = positiveInteger('batchSize', options.batchSize ?? 256);
  positiveInteger('epochs', options.epochs);
  positiveInteger('workers', options.workers ?? 1);
  const rate = options.learningRate ?? 0.001;
  return {
    training,
    validation,
    samples: training.samples,
    batchSize,
    batches: Math.ceil(training.samples / batchSize),
    sites: trainableParameters(network),
    transforms,
    optimizer: options.optimizer ?? { kind: 'adam' },
    schedule: typeof rate === 'number' ? { kind: 'constant', learningRate: rate } : rate,
    stream,
  };
};

/** Check the data and set those for validation apart. */
const chooseData = (
  network: Network,
  data: Dataset | BatchSource,
  given: FitOptions['validation'],
  stream: RandomStream,
): readonly [BatchSource, Plan['validation']] => {
  if (typeof given === 'number') {
    if (isBatchSource(data)) {
      throw new UnsupportedError(
        `Option "validation" of fit is the share ${given}, which cannot be cut out of a source of batches; give validation data, or a second source.`,
      );
    }
    const [training, validation] = splitDataset(
      named(network, data, 'training data'),
      given,
      stream.split('validation'),
    );
    return [memorySource(training), validation];
  }
  if (isBatchSource(data)) checkSource(data, network.inputs, 'training data');
  const training = isBatchSource(data) ? data : memorySource(named(network, data, 'training data'));
  if (given === undefined) return [training, null];
  if (!isBatchSource(given)) return [training, named(network, given, 'validation data')];
  checkSource(given, network.inputs, 'validation data');
  return [training, given];
};

const named = (network: Network, data: Dataset, what: string): NamedDataset => {
  const result = nameInputs(
    data,
    network.inputs.map((input) => input.name),
  );
  checkDataset(result, what);
  return result;
};

const positiveInteger = (option: string, value: number): number => {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new ValueError(`Option "${option}" of fit is ${value}; it must be an integer of at least 1.`);
};

/** Give the state before the first batch. */
export const startState = (network: Network, plan: Plan, options: FitOptions): Checkpoint => {
  const companions = initialCompanions(plan.transforms, network);
  return {
    network,
    companions,
    optimizer: initialOptimizerState(plan.optimizer, [
      ...plan.sites.map((site) => size(parameterAt(network, site))),
      ...Object.values(companions).map(size),
    ]),
    epoch: 0,
    batch: 0,
    samples: plan.samples,
    ...(plan.training.identity !== undefined && { source: plan.training.identity }),
    batchSize: plan.batchSize,
    stream: options.stream.state(),
    transforms: Object.fromEntries(plan.transforms.map((t) => [t.name, t.initial(network)])),
    plateau: plan.schedule.kind === 'plateau' ? initialPlateau(plan.schedule) : null,
    best: null,
    badEpochs: 0,
    lossSum: 0,
    history: [],
  };
};
