/**
 * The training loop: shuffled minibatches, one optimiser step each, validation, early stopping, checkpoints.
 *
 * Between two batches the whole state is one `Checkpoint`; the loop is a fold over it. A stopped training resumed from
 * its checkpoint therefore has the same bits as one that ran through. The loop yields to the event loop now and then, so
 * that an AbortSignal (Ctrl-C) is heard.
 */
import { gradients } from '../autograd/index.ts';
import { ValueError } from '../errors.ts';
import {
  composeTransforms,
  forward,
  parameterAt,
  parameterVariables,
  trainableParameters,
  withParameters,
} from '../network/index.ts';
import type { Network, ParameterSite, ParameterUpdates, Transform } from '../network/index.ts';
import { restoreStream } from '../random/index.ts';
import type { RandomStream } from '../random/index.ts';
import { item, tensor, toFloats } from '../tensor/index.ts';
import type { Tensor } from '../tensor/index.ts';
import type { BestRecord, Checkpoint, EpochRecord } from './checkpoint.ts';
import { checkDataset, datasetSize, nameInputs, splitDataset, takeSamples } from './dataset.ts';
import type { Dataset, NamedDataset } from './dataset.ts';
import { evaluateLoss } from './evaluate-loss.ts';
import type { LossFunction } from './evaluate-loss.ts';
import { clipByNorm, initialOptimizerState, optimizerStep } from './optimizers/index.ts';
import type { Optimizer, StepRates } from './optimizers/index.ts';
import { initialPlateau, ratesAt, reportPlateau } from './schedules/index.ts';
import type { PlateauSchedule, Schedule } from './schedules/index.ts';
import type { TrainingTransform } from './training-transform.ts';

/** Progress after a batch. */
export interface BatchRecord {
  readonly epoch: number;
  readonly batch: number;
  readonly batches: number;
  readonly loss: number;
  readonly learningRate: number;
}

/** When to stop before the last epoch. */
export interface EarlyStopping {
  /** Stop after this many epochs in a row without improvement, at least 1. */
  readonly patience: number;
  /** Smallest fall of the loss that counts. @defaultValue 0 */
  readonly minimumDelta?: number;
}

/** Options of `fit`. */
export interface FitOptions {
  readonly loss: LossFunction;
  /** @defaultValue Adam */
  readonly optimizer?: Optimizer;
  /** A number is a constant rate. @defaultValue 0.001 */
  readonly learningRate?: number | Schedule | PlateauSchedule;
  /** What a schedule counts. A plateau schedule always counts epochs. @defaultValue 'batch' */
  readonly scheduleUnit?: 'batch' | 'epoch';
  /** An integer of at least 1. */
  readonly epochs: number;
  /** The last batch of an epoch may be smaller. @defaultValue 256 */
  readonly batchSize?: number;
  /** Source of shuffling, dropout and the validation split; it is split, not advanced. */
  readonly stream: RandomStream;
  /** Validation data, or the share in (0, 1) of the training data to set apart at random. @defaultValue none */
  readonly validation?: Dataset | number;
  /** Watches the validation loss, or the training loss without validation data. @defaultValue none */
  readonly earlyStopping?: EarlyStopping;
  /** Return the parameters of the best epoch in place of the last. @defaultValue true with validation data */
  readonly restoreBest?: boolean;
  /** Scale gradients down to this common norm. @defaultValue none */
  readonly clipNorm?: number;
  /** Quantization, pruning, …, applied in this order. @defaultValue none */
  readonly transforms?: readonly TrainingTransform[];
  readonly onBatch?: (record: BatchRecord) => void;
  readonly onEpoch?: (record: EpochRecord) => void | Promise<void>;
  /** Receives a checkpoint after every epoch, and every `checkpointBatches` batches. */
  readonly onCheckpoint?: (checkpoint: Checkpoint) => void | Promise<void>;
  /** @defaultValue none but at the end of epochs */
  readonly checkpointBatches?: number;
  /** Stops after the running batch; the result has a checkpoint to resume from. */
  readonly signal?: AbortSignal;
  /** Batches between two turns of the event loop. @defaultValue 16 */
  readonly yieldBatches?: number;
  /** Go on from here; network and stream of the call are then ignored. */
  readonly resume?: Checkpoint;
}

/** What training came to. */
export interface FitResult {
  /** The network with the transforms made part of it. */
  readonly network: Network;
  readonly status: 'finished' | 'stopped early' | 'aborted';
  readonly history: readonly EpochRecord[];
  /** Epoch whose parameters the network has, from 0. */
  readonly epoch: number;
  /** State after the last batch. */
  readonly checkpoint: Checkpoint;
}

/**
 * Train a network.
 *
 * @param network start; it is not changed
 * @param data inputs [n, …], targets [n, …] and further tensors of the loss
 * @throws ValueError when data, loss or an option is NaN or out of range, naming feature or batch
 * @throws ShapeError when data do not fit the network
 */
export const fit = async (network: Network, data: Dataset, options: FitOptions): Promise<FitResult> => {
  const plan = makePlan(network, data, options);
  let state = options.resume ?? startState(network, plan, options);
  checkResume(state, plan);
  let status: FitResult['status'] = 'finished';
  while (state.epoch < options.epochs) {
    if (isPatienceOver(state, options)) {
      status = 'stopped early';
      break;
    }
    if (options.signal?.aborted === true) {
      status = 'aborted';
      break;
    }
    state = await runEpoch(state, plan, options);
  }
  // Ctrl-C in the last batch still finds everything done.
  if (state.epoch >= options.epochs && isPatienceOver(state, options)) status = 'stopped early';
  const restore = options.restoreBest ?? plan.validation !== null;
  const chosen = restore && state.best !== null && status !== 'aborted' ? state.best : null;
  const last = { network: state.network, transforms: state.transforms, epoch: Math.max(state.history.length - 1, 0) };
  const { network: raw, transforms, epoch } = chosen ?? last;
  const finished = plan.transforms.reduce((current, t) => t.finish?.(transforms[t.name], current) ?? current, raw);
  return { network: finished, status, history: state.history, epoch, checkpoint: state };
};

/** What does not change during a training. */
interface Plan {
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

const makePlan = (network: Network, data: Dataset, options: FitOptions): Plan => {
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

const startState = (network: Network, plan: Plan, options: FitOptions): Checkpoint => ({
  network,
  optimizer: initialOptimizerState(
    plan.optimizer,
    plan.sites.map((site) => toFloats(parameterAt(network, site)).length),
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

const checkResume = (state: Checkpoint, plan: Plan): void => {
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

const isPatienceOver = (state: Checkpoint, options: FitOptions): boolean =>
  options.earlyStopping !== undefined && state.badEpochs >= Math.max(options.earlyStopping.patience, 1);

/** Run the rest of an epoch, or up to an abort. */
const runEpoch = async (start: Checkpoint, plan: Plan, options: FitOptions): Promise<Checkpoint> => {
  const order = plan.stream.split('shuffle').split(String(start.epoch)).permutation(plan.samples);
  let state = start;
  let learningRate = 0;
  // The transform of a state is built once and kept while the state stays the same object.
  let cached: { readonly transforms: Checkpoint['transforms']; readonly transform: Transform } | null = null;
  while (state.batch < plan.batches) {
    const { batch } = state;
    const updated = updateTransforms(state, plan);
    if (cached === null || cached.transforms !== updated)
      cached = { transforms: updated, transform: transformOf(plan, updated) };
    const rates = currentRates(state, plan, options);
    const next = trainBatch({ ...state, transforms: updated }, plan, options, order, cached.transform, rates);
    state = next.state;
    learningRate = rates.learningRate;
    options.onBatch?.({ epoch: state.epoch, batch, batches: plan.batches, loss: next.loss, learningRate });
    if (state.batch === plan.batches) break;
    if (options.checkpointBatches !== undefined && state.batch % options.checkpointBatches === 0) {
      await options.onCheckpoint?.(state);
    }
    if (state.batch % (options.yieldBatches ?? 16) === 0) await yieldTurn();
    if (options.signal?.aborted === true) return state;
  }
  state = endEpoch(state, plan, options, learningRate);
  await options.onEpoch?.(state.history.at(-1)!);
  await options.onCheckpoint?.(state);
  await yieldTurn();
  return state;
};

/** Let timers, signals and input have their turn; a resolved promise would not. */
const yieldTurn = (): Promise<void> =>
  new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else setTimeout(resolve, 0);
  });

const updateTransforms = (state: Checkpoint, plan: Plan): Checkpoint['transforms'] => {
  let states = state.transforms;
  for (const t of plan.transforms) {
    const old = states[t.name];
    const next = t.update === undefined ? old : t.update(old, state.optimizer.step, state.network);
    if (next !== old) states = { ...states, [t.name]: next };
  }
  return states;
};

const transformOf = (plan: Plan, states: Checkpoint['transforms']): Transform =>
  composeTransforms(...plan.transforms.map((t) => t.transform(states[t.name])));

const currentRates = (state: Checkpoint, plan: Plan, options: FitOptions): StepRates => {
  if (plan.schedule.kind === 'plateau') return { learningRate: state.plateau!.learningRate };
  return ratesAt(plan.schedule, options.scheduleUnit === 'epoch' ? state.epoch : state.optimizer.step);
};

const trainBatch = (
  state: Checkpoint,
  plan: Plan,
  options: FitOptions,
  order: Int32Array,
  transform: Transform,
  rates: StepRates,
): { readonly state: Checkpoint; readonly loss: number } => {
  const first = state.batch * plan.batchSize;
  const end = Math.min(first + plan.batchSize, plan.samples);
  const batch = takeSamples(plan.training, order, first, end);
  const parameters = parameterVariables(state.network, plan.sites);
  const statistics: Record<string, Readonly<Record<string, Tensor>>> = {};
  const prediction = forward(state.network, batch.inputs, {
    training: true,
    stream: plan.stream.split('dropout').split(String(state.optimizer.step)),
    transform,
    parameters,
    onStatistics: (layer, values) => {
      statistics[layer] = values;
    },
  });
  const lossValue = options.loss(prediction, batch.targets, batch.extras);
  const loss = item(lossValue.value);
  if (!Number.isFinite(loss)) {
    throw new ValueError(
      `The loss is ${loss} in batch ${state.batch} of epoch ${state.epoch}; lower the learning rate ${rates.learningRate} or set clipNorm.`,
    );
  }
  const wrt = plan.sites.map((site) => parameters[site.layer]![site.role]!);
  const raw = gradients(lossValue, wrt).map(toFloats);
  const bad = raw.findIndex((gradient) => !gradient.every(Number.isFinite));
  if (bad >= 0) {
    const { layer, role } = plan.sites[bad]!;
    throw new ValueError(
      `The gradient of parameter "${role}" of layer "${layer}" is not finite in batch ${state.batch} of epoch ${state.epoch}; lower the learning rate ${rates.learningRate} or set clipNorm.`,
    );
  }
  const clipped = options.clipNorm === undefined ? raw : clipByNorm(raw, options.clipNorm).gradients;
  const old = plan.sites.map((site) => toFloats(parameterAt(state.network, site)));
  const step = optimizerStep(plan.optimizer, state.optimizer, old, clipped, rates);
  return {
    state: {
      ...state,
      network: withParameters(
        withParameters(state.network, siteUpdates(state.network, plan.sites, step.parameters)),
        statistics,
      ),
      optimizer: step.state,
      batch: state.batch + 1,
      lossSum: state.lossSum + loss * (end - first),
    },
    loss,
  };
};

const siteUpdates = (
  network: Network,
  sites: readonly ParameterSite[],
  values: readonly Float32Array[],
): ParameterUpdates => {
  const updates: Record<string, Record<string, Tensor>> = {};
  sites.forEach((site, i) => {
    (updates[site.layer] ??= {})[site.role] = tensor(values[i]!, parameterAt(network, site).shape);
  });
  return updates;
};

const endEpoch = (state: Checkpoint, plan: Plan, options: FitOptions, learningRate: number): Checkpoint => {
  const loss = state.lossSum / plan.samples;
  const transform = transformOf(plan, state.transforms);
  const validationLoss =
    plan.validation === null ? null : evaluateLoss(state.network, plan.validation, options.loss, { transform });
  const watched = validationLoss ?? loss;
  if (!Number.isFinite(watched)) {
    throw new ValueError(
      `The validation loss is ${watched} after epoch ${state.epoch}; lower the learning rate ${learningRate}.`,
    );
  }
  const record: EpochRecord = { epoch: state.epoch, loss, validationLoss, learningRate };
  const settled = plan.transforms.every((t) => t.settled?.(state.optimizer.step) ?? true);
  const better =
    settled && (state.best === null || watched < state.best.loss - (options.earlyStopping?.minimumDelta ?? 0));
  const best: BestRecord | null = better
    ? { epoch: state.epoch, loss: watched, network: state.network, transforms: state.transforms }
    : state.best;
  return {
    ...state,
    epoch: state.epoch + 1,
    batch: 0,
    lossSum: 0,
    plateau: plan.schedule.kind === 'plateau' ? reportPlateau(plan.schedule, state.plateau!, watched) : null,
    best,
    badEpochs: better || !settled ? 0 : state.badEpochs + 1,
    history: [...state.history, record],
  };
};
