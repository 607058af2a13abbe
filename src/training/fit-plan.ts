/** What a training fixes before its first batch: data, batches, parameters, schedule; and the state it starts from. */
import { ValueError } from '../errors.ts';
import { parameterAt, trainableParameters, validateNetwork } from '../network/index.ts';
import type { Network, ParameterSite } from '../network/index.ts';
import { restoreStream } from '../random/index.ts';
import type { RandomStream } from '../random/index.ts';
import { size } from '../tensor/index.ts';
import type { Checkpoint } from './checkpoint.ts';
import { checkDataset, datasetSize, nameInputs, splitDataset } from './dataset.ts';
import type { Dataset, NamedDataset } from './dataset.ts';
import type { FitOptions } from './fit-options.ts';
import { initialOptimizerState } from './optimizers/index.ts';
import type { Optimizer } from './optimizers/index.ts';
import { initialPlateau } from './schedules/index.ts';
import type { PlateauSchedule, Schedule } from './schedules/index.ts';
import type { TrainingTransform } from './training-transform.ts';

/** What does not change during a training. */
export interface Plan {
  readonly training: NamedDataset;
  readonly validation: NamedDataset | null;
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
export const makePlan = (network: Network, data: Dataset, options: FitOptions): Plan => {
  validateNetwork(network);
  const names = network.inputs.map((input) => input.name);
  const all = nameInputs(data, names);
  checkDataset(all, 'training data');
  const stream = options.resume === undefined ? options.stream : restoreStream(options.resume.stream);
  const given = options.validation;
  const [training, validation] =
    typeof given === 'number'
      ? splitDataset(all, given, stream.split('validation'))
      : [all, given === undefined ? null : nameInputs(given, names)];
  if (validation !== null) checkDataset(validation, 'validation data');
  const transforms = options.transforms ?? [];
  const twice = transforms.find((t, i) => transforms.findIndex((other) => other.name === t.name) !== i);
  if (twice !== undefined)
    throw new ValueError(`Two transforms of one training are named "${twice.name}"; names must be unique.`);
  const batchSize = positiveInteger('batchSize', options.batchSize ?? 256);
  positiveInteger('epochs', options.epochs);
  const rate = options.learningRate ?? 0.001;
  return {
    training,
    validation,
    samples: datasetSize(training),
    batchSize,
    batches: Math.ceil(datasetSize(training) / batchSize),
    sites: trainableParameters(network),
    transforms,
    optimizer: options.optimizer ?? { kind: 'adam' },
    schedule: typeof rate === 'number' ? { kind: 'constant', learningRate: rate } : rate,
    stream,
  };
};

const positiveInteger = (option: string, value: number): number => {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new ValueError(`Option "${option}" of fit is ${value}; it must be an integer of at least 1.`);
};

/** Give the state before the first batch. */
export const startState = (network: Network, plan: Plan, options: FitOptions): Checkpoint => ({
  network,
  optimizer: initialOptimizerState(
    plan.optimizer,
    plan.sites.map((site) => size(parameterAt(network, site))),
  ),
  epoch: 0,
  batch: 0,
  samples: plan.samples,
  batchSize: plan.batchSize,
  stream: options.stream.state(),
  transforms: Object.fromEntries(plan.transforms.map((t) => [t.name, t.initial(network)])),
  plateau: plan.schedule.kind === 'plateau' ? initialPlateau(plan.schedule) : null,
  best: null,
  badEpochs: 0,
  lossSum: 0,
  history: [],
});

/**
 * Demand that a checkpoint belongs to this training.
 *
 * @throws ValueError when data, batch size or transforms are others
 */
export const checkResume = (state: Checkpoint, plan: Plan): void => {
  if (state.samples !== plan.samples || state.batchSize !== plan.batchSize) {
    throw new ValueError(
      `The checkpoint was made with ${state.samples} samples in batches of ${state.batchSize}, this training has ${plan.samples} in batches of ${plan.batchSize}; they must be equal.`,
    );
  }
  const missing = plan.transforms.find((t) => !Object.hasOwn(state.transforms, t.name));
  if (missing === undefined) return;
  throw new ValueError(
    `The checkpoint has no state of transform "${missing.name}"; it has ${Object.keys(state.transforms).join(', ') || 'none'}.`,
  );
};
