/**
 * The training loop: shuffled minibatches, one optimiser step each, validation, early stopping, checkpoints.
 *
 * Between two batches the whole state is one `Checkpoint`; the loop is a fold over it. A stopped training resumed
 * from its checkpoint therefore has the same bits as one that ran through. The loop yields to the event loop now and
 * then, so that an AbortSignal (Ctrl-C) is heard.
 */
import { ValueError } from '../errors.ts';
import { composeTransforms } from '../network/index.ts';
import type { Network, Transform } from '../network/index.ts';
import type { BestRecord, Checkpoint, EpochRecord } from './checkpoint.ts';
import type { Dataset } from './dataset.ts';
import { evaluateLoss } from './evaluate-loss.ts';
import type { FitOptions, FitResult } from './fit-options.ts';
import { checkResume, makePlan, startState } from './fit-plan.ts';
import type { Plan } from './fit-plan.ts';
import type { StepRates } from './optimizers/index.ts';
import { ratesAt, reportPlateau } from './schedules/index.ts';
import { trainBatch } from './train-batch.ts';

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
