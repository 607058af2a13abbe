/**
 * Training by a plan: the step is traced once per size of batch and transform, compiled to WebAssembly, and run by any
 * number of workers. Parameters and buffers stay in the memory of the plan between steps.
 */
import { randomKey, withParameters } from '../network/index.ts';
import type { Network, ParameterUpdates } from '../network/index.ts';
import type { Tensor } from '../tensor/index.ts';
import { datasetSize } from './dataset.ts';
import type { FitOptions } from './fit-options.ts';
import type { Plan } from './fit-plan.ts';
import { gradientError, lossError } from './loss-error.ts';
import { stepNames } from './planned-step.ts';
import type { StepState } from './planned-step.ts';
import { plannedSteps } from './planned-steps.ts';
import { threadPool } from './thread-pool.ts';
import { networkNames, networkStep, networkValues } from './network-step.ts';
import type { BoundStep } from './step-pass.ts';
import type { Trainer, TrainerState } from './trainer.ts';

/** What tells one step from another. */
interface Kind {
  readonly batch: number;
  readonly step: BoundStep;
}

/** Steps kept open: the whole batch and the last one of an epoch. */
const OPEN_STEPS = 2;

/**
 * Start a trainer from a state.
 *
 * @param workers threads that share a step, the calling one included
 * @throws TraceError from `train`, before anything is changed, if the step cannot be planned
 */
export const plannedTrainer = (
  start: TrainerState,
  plan: Pick<Plan, 'sites' | 'optimizer' | 'stream' | 'training'>,
  options: Pick<FitOptions, 'loss' | 'clipNorm'>,
  workers: number,
): Trainer => {
  const pool = threadPool(workers);
  const { sites, optimizer } = plan;
  const { inputs, targets, extras } = plan.training;
  const { loss, clipNorm } = options;
  const names = Object.keys(start.companions);
  const state = { values: networkValues(start.network, start.companions), optimizer: start.optimizer };
  const steps = plannedSteps<Kind>(state, {
    computation: ({ batch, step }, { optimizer: { slots } }) =>
      networkStep({
        network: start.network,
        companions: start.companions,
        sites,
        optimizer,
        slots,
        inputs,
        targets,
        extras,
        loss,
        clipNorm,
        step,
        batch,
      }),
    isSame: (a, b) => a.batch === b.batch && a.step.pass === b.step.pass,
    optimizer,
    pool,
    open: OPEN_STEPS,
  });
  const dropouts = start.network.layers.filter(({ kind }) => kind === 'dropout').map(({ name }) => name);
  let fetched = { state: steps.state(), network: start.network, companions: start.companions };
  const fetch = (): typeof fetched => {
    const now = steps.state();
    if (now === fetched.state) return fetched;
    const companions = Object.fromEntries(names.map((name) => [name, now.values[networkNames.companion(name)]!]));
    fetched = { state: now, network: networkOf(start.network, now.values), companions };
    return fetched;
  };

  return {
    steps: steps.steps,
    network: () => fetch().network,
    companions: () => fetch().companions,
    optimizer: () => steps.state().optimizer,
    train: async (batch, step, rates, at) => {
      const { input, extra, key, setting } = networkNames;
      const given: Record<string, Tensor> = { [networkNames.targets]: batch.targets };
      for (const [name, value] of Object.entries(batch.inputs)) given[input(name)] = value;
      for (const [name, value] of Object.entries(batch.extras)) given[extra(name)] = value;
      for (const [name, value] of Object.entries(step.settings)) given[setting(name)] = value;
      if (dropouts.length > 0) {
        const stream = plan.stream.split('dropout').split(String(steps.steps()));
        for (const layer of dropouts) given[key(layer)] = randomKey(stream, layer);
      }
      const runner = await steps.take({ batch: datasetSize(batch), step }, given, rates);
      const value = runner.result(stepNames.loss)[0]!;
      if (!Number.isFinite(value)) throw lossError(value, batch, at, rates.learningRate);
      const isFinite = (state: string): boolean => runner.isFinite(stepNames.value(state));
      const bad =
        sites.find(({ layer, role }) => !isFinite(networkNames.parameter(layer, role))) ??
        names.find((name) => !isFinite(networkNames.companion(name)));
      if (bad !== undefined) throw gradientError(bad, at, rates.learningRate);
      return value;
    },
    close: async () => {
      steps.state();
      await pool.close();
    },
  };
};

/** Put values in the places that `networkValues` took them from. */
const networkOf = (network: Network, values: StepState['values']): Network => {
  const updates: Record<string, Record<string, Tensor>> = {};
  for (const { name, parameters } of network.layers)
    for (const role of Object.keys(parameters))
      (updates[name] ??= {})[role] = values[networkNames.parameter(name, role)]!;
  return withParameters(network, updates satisfies ParameterUpdates);
};
