/**
 * The training loop: shuffled minibatches, one optimiser step each, validation, early stopping, checkpoints.
 *
 * Between two batches the whole state is one `Checkpoint`, of which the trainer holds the network and the buffers of the
 * optimiser. A stopped training resumed from its checkpoint therefore has the same bits as one that ran through. The loop yields to the event loop now and
 * then, so that an AbortSignal (Ctrl-C) is heard.
 */
import { ShapeError, ValueError } from '../errors.ts';
import type { Network } from '../network/index.ts';
import { rowsOfBatch } from './batch-source.ts';
import type { BatchSource } from './batch-source.ts';
import type { BestRecord, Checkpoint, EpochRecord } from './checkpoint.ts';
import { datasetSize } from './dataset.ts';
import type { Dataset, NamedDataset } from './dataset.ts';
import { lossEvaluator } from './evaluate-loss.ts';
import type { LossEvaluator } from './evaluate-loss.ts';
import type { FitOptions, FitResult } from './fit-options.ts';
import { makePlan, startState } from './fit-plan.ts';
import type { Plan } from './fit-plan.ts';
import type { StepRates } from './optimizers/index.ts';
import { checkResume } from './resume.ts';
import { ratesAt, reportPlateau } from './schedules/index.ts';
import { openTrainer } from './open-trainer.ts';
import { evaluationMemory, participantValues, passMemory, stepSettings } from './step-pass.ts';
import type { EvaluationOf, PassOf } from './step-pass.ts';
import type { Trainer } from './trainer.ts';

/**
 * Train a network.
 *
 * @param network start; it is not changed
 * @param data inputs [n, …], targets [n, …] and further tensors of the loss; or a source that streams their batches
 * @throws ValueError when data, loss or an option is NaN or out of range, naming feature or batch
 * @throws ShapeError when data do not fit the network
 */
export const fit = async (network: Network, data: Dataset | BatchSource, options: FitOptions): Promise<FitResult> => {
  const plan = makePlan(network, data, options);
  const start = options.resume ?? startState(network, plan, options);
  if (options.resume !== undefined) checkResume(options.resume, network, plan);
  const trainer = openTrainer(start, plan, options);
  const evaluator = lossEvaluator(options.loss, options.workers ?? 1);
  try {
    return await run(
      start,
      { trainer, evaluator, passOf: passMemory(plan.transforms), evaluationOf: evaluationMemory() },
      plan,
      options,
    );
  } finally {
    await trainer.close();
    await evaluator.close();
  }
};

/** What computes during a training. */
interface Engines {
  readonly trainer: Trainer;
  readonly evaluator: LossEvaluator;
  readonly passOf: PassOf;
  readonly evaluationOf: EvaluationOf;
}

/** What training holds besides the trainer. */
type Progress = Omit<Checkpoint, 'network' | 'companions' | 'optimizer'>;

const snapshot = (progress: Progress, trainer: Trainer): Checkpoint => ({
  ...progress,
  network: trainer.network(),
  companions: trainer.companions(),
  optimizer: trainer.optimizer(),
});

const run = async (start: Checkpoint, engines: Engines, plan: Plan, options: FitOptions): Promise<FitResult> => {
  const { trainer } = engines;
  const { network: _network, companions: _companions, optimizer: _optimizer, ...progress } = start;
  let state: Progress = progress;
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
    state = await runEpoch(state, engines, plan, options);
  }
  // Ctrl-C in the last batch still finds everything done.
  if (state.epoch >= options.epochs && isPatienceOver(state, options)) status = 'stopped early';
  const restore = options.restoreBest ?? plan.validation !== null;
  const chosen = restore && state.best !== null && status !== 'aborted' ? state.best : null;
  const last = {
    network: trainer.network(),
    companions: trainer.companions(),
    transforms: state.transforms,
    epoch: Math.max(state.history.length - 1, 0),
  };
  const { network: raw, companions, transforms, epoch } = chosen ?? last;
  const finished = plan.transforms.reduce(
    (current, t) => t.finish?.(transforms[t.name], current, participantValues(companions, t.name)) ?? current,
    raw,
  );
  return { network: finished, status, history: state.history, epoch, checkpoint: snapshot(state, trainer) };
};

const isPatienceOver = (state: Progress, options: FitOptions): boolean =>
  options.earlyStopping !== undefined && state.badEpochs >= Math.max(options.earlyStopping.patience, 1);

/** Run the rest of an epoch, or up to an abort. */
const runEpoch = async (start: Progress, engines: Engines, plan: Plan, options: FitOptions): Promise<Progress> => {
  const { trainer, passOf } = engines;
  const batches = plan.training.open({
    epoch: start.epoch,
    batchSize: plan.batchSize,
    firstBatch: start.batch,
    stream: plan.stream.split('shuffle').split(String(start.epoch)),
  });
  let state = start;
  let learningRate = 0;
  for await (const data of batches) {
    const { batch } = state;
    checkRows(data, state, plan);
    const updated = updateTransforms(state, trainer, plan);
    const rates = currentRates(state, trainer.steps(), plan, options);
    const step = { pass: passOf(updated), settings: stepSettings(plan.transforms, updated, trainer.steps()) };
    const loss = await trainer.train(data, step, rates, state);
    state = { ...state, transforms: updated, batch: batch + 1, lossSum: state.lossSum + loss * datasetSize(data) };
    learningRate = rates.learningRate;
    options.onBatch?.({ epoch: state.epoch, batch, batches: plan.batches, loss, learningRate });
    if (state.batch === plan.batches) break;
    if (options.checkpointBatches !== undefined && state.batch % options.checkpointBatches === 0) {
      await options.onCheckpoint?.(snapshot(state, trainer));
    }
    if (state.batch % (options.yieldBatches ?? 16) === 0) await yieldTurn();
    if (options.signal?.aborted === true) return state;
  }
  checkWhole(state, plan);
  state = await endEpoch(state, engines, plan, options, learningRate);
  await options.onEpoch?.(state.history.at(-1)!);
  await options.onCheckpoint?.(snapshot(state, trainer));
  await yieldTurn();
  return state;
};

/** A source that gives other numbers of samples than it announced would spoil every mean after it. */
const checkRows = (data: NamedDataset, { batch, epoch }: Progress, plan: Plan): void => {
  const wanted = rowsOfBatch(plan.samples, plan.batchSize, batch);
  if (datasetSize(data) === wanted) return;
  throw new ShapeError(
    `The source of the training data gives ${datasetSize(data)} samples for batch ${batch} of epoch ${epoch}; it must give ${wanted}.`,
  );
};

const checkWhole = ({ batch, epoch }: Progress, plan: Plan): void => {
  if (batch === plan.batches) return;
  throw new ShapeError(
    `The source of the training data ends epoch ${epoch} after ${batch} batches; it must give ${plan.batches}.`,
  );
};

/** Let timers, signals and input have their turn; a resolved promise would not. */
const yieldTurn = (): Promise<void> =>
  new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else setTimeout(resolve, 0);
  });

const updateTransforms = (state: Progress, trainer: Trainer, plan: Plan): Checkpoint['transforms'] => {
  let states = state.transforms;
  for (const t of plan.transforms) {
    const old = states[t.name];
    const next =
      t.update === undefined
        ? old
        : t.update(old, trainer.steps(), trainer.network, () => participantValues(trainer.companions(), t.name));
    if (next !== old) states = { ...states, [t.name]: next };
  }
  return states;
};

const currentRates = (state: Progress, steps: number, plan: Plan, options: FitOptions): StepRates => {
  if (plan.schedule.kind === 'plateau') return { learningRate: state.plateau!.learningRate };
  return ratesAt(plan.schedule, options.scheduleUnit === 'epoch' ? state.epoch : steps);
};

const endEpoch = async (
  state: Progress,
  { trainer, evaluator, passOf, evaluationOf }: Engines,
  plan: Plan,
  options: FitOptions,
  learningRate: number,
): Promise<Progress> => {
  const loss = state.lossSum / plan.samples;
  const network = trainer.network();
  const companions = trainer.companions();
  const settings = stepSettings(plan.transforms, state.transforms, trainer.steps());
  const transform = evaluationOf({ pass: passOf(state.transforms), settings }, companions);
  const validationLoss =
    plan.validation === null ? null : await evaluator.evaluate(network, plan.validation, transform, state.epoch);
  const watched = validationLoss ?? loss;
  if (!Number.isFinite(watched)) {
    throw new ValueError(
      `The validation loss is ${watched} after epoch ${state.epoch}; lower the learning rate ${learningRate}.`,
    );
  }
  const record: EpochRecord = { epoch: state.epoch, loss, validationLoss, learningRate };
  const settled = plan.transforms.every((t) => t.settled?.(trainer.steps()) ?? true);
  const better =
    settled && (state.best === null || watched < state.best.loss - (options.earlyStopping?.minimumDelta ?? 0));
  const best: BestRecord | null = better
    ? { epoch: state.epoch, loss: watched, network, companions, transforms: state.transforms }
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
