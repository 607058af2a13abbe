/**
 * Training of named parameters by any loss of them: for what is no `Network`, such as one that sees a whole event at once.
 *
 * As in `fit`, a step is a plan where WebAssembly computes and the step can be planned, and tensor functions one by one
 * elsewhere, with the same bits.
 */
import { gradients, variable } from '../autograd/index.ts';
import type { Variable } from '../autograd/index.ts';
import { computeBackend, item, tensor, toFloats } from '../tensor/index.ts';
import type { Tensor } from '../tensor/index.ts';
import type { TensorSpec } from './batch-source.ts';
import { fallingBack } from './falling-back.ts';
import { optimizerStep } from './optimizers/index.ts';
import type { Optimizer, StepRates } from './optimizers/index.ts';
import { stepNames } from './planned-step.ts';
import type { StepState } from './planned-step.ts';
import { plannedSteps } from './planned-steps.ts';
import type { ThreadPool } from './thread-pool.ts';

/** A loss as a function of parameters and inputs by name; it consists of tensor functions. */
export type NamedLoss = (
  parameters: Readonly<Record<string, Variable>>,
  inputs: Readonly<Record<string, Tensor>>,
) => Variable;

export interface LossTrainerOptions {
  readonly loss: NamedLoss;
  readonly optimizer: Optimizer;
  /** Threads that share a step where the backend is WebAssembly; whoever made them closes them. */
  readonly pool: ThreadPool;
  /** Plans kept open, one for each number of rows, those used last. @defaultValue 8 */
  readonly open?: number;
  /** Receives the reason, once, where a step cannot be planned. */
  readonly onEager?: (reason: string) => void;
}

/** Takes optimiser steps. Stateful. */
export interface LossTrainer {
  /** Parameters and optimiser after the last step. */
  readonly state: () => StepState;
  /**
   * Take a step.
   *
   * @param inputs by name, all with the same number of rows; only that may differ from step to step
   * @returns the loss before the step, which the caller checks: if it is not finite, neither is the state
   */
  readonly train: (inputs: Readonly<Record<string, Tensor>>, rates: StepRates) => Promise<number>;
}

/** Start a trainer from a state. */
export const openLossTrainer = (start: StepState, options: LossTrainerOptions): LossTrainer => {
  if (computeBackend() === 'js') return eager(start, options);
  const first = planned(start, options);
  const { current, train } = fallingBack(first, () => eager(first.state(), options), options.onEager);
  return { state: () => current().state(), train };
};

const planned = (start: StepState, { loss, optimizer, pool, open = 8 }: LossTrainerOptions): LossTrainer => {
  const trained = Object.keys(start.values);
  const steps = plannedSteps<{ readonly batch: number; readonly rows: Readonly<Record<string, TensorSpec>> }>(start, {
    computation: ({ batch, rows }, { values, optimizer: { slots } }) => ({
      values,
      slots,
      trained,
      optimizer,
      batch,
      rows,
      loss,
    }),
    isSame: (a, b) => a.batch === b.batch,
    optimizer,
    pool,
    open,
  });
  return {
    state: steps.state,
    train: async (inputs, rates) => {
      const [first] = Object.values(inputs);
      const rows = Object.fromEntries(
        Object.entries(inputs).map(([name, { shape, dtype }]) => [name, { shape: shape.slice(1), dtype }]),
      );
      const runner = await steps.take({ batch: first!.shape[0]!, rows }, inputs, rates);
      return runner.result(stepNames.loss)[0]!;
    },
  };
};

const eager = (start: StepState, { loss, optimizer }: LossTrainerOptions): LossTrainer => {
  let state = start;
  return {
    state: () => state,
    train: async (inputs, rates) => {
      const names = Object.keys(state.values);
      const variables = Object.fromEntries(names.map((name) => [name, variable(state.values[name]!)]));
      const value = loss(variables, inputs);
      const slopes = gradients(
        value,
        names.map((name) => variables[name]!),
      ).map(toFloats);
      const old = names.map((name) => toFloats(state.values[name]!));
      const step = optimizerStep(optimizer, state.optimizer, old, slopes, rates);
      const values = Object.fromEntries(
        names.map((name, i) => [name, tensor(step.parameters[i]!, state.values[name]!.shape)]),
      );
      state = { values, optimizer: step.state };
      return item(value.value);
    },
  };
};
