/**
 * The steps of one training by plans: one plan per kind of step (such as a size of batch), the newest state in one of
 * them. Plans of a few kinds stay open, those used last.
 */
import { compilePlan, openPlan, toFlat } from '../tensor/index.ts';
import type { PlanRunner, Tensor } from '../tensor/index.ts';
import type { Optimizer, StepRates } from './optimizers/index.ts';
import { fetchState, traceComputation, writeInput, writeRates, writeState } from './planned-step.ts';
import type { StepComputation, StepState } from './planned-step.ts';
import type { ThreadPool } from './thread-pool.ts';

export interface PlannedStepsOptions<Kind> {
  /** Say what a step of some kind computes, given a state for names and shapes. */
  readonly computation: (kind: Kind, state: StepState) => StepComputation;
  readonly isSame: (a: Kind, b: Kind) => boolean;
  readonly optimizer: Optimizer;
  readonly pool: ThreadPool;
  /** Number of plans that stay open. */
  readonly open: number;
}

/** Takes steps. Stateful. */
export interface PlannedSteps<Kind> {
  /** Optimiser steps taken so far, those before the start included. */
  readonly steps: () => number;
  /** The state after the last step. */
  readonly state: () => StepState;
  /**
   * Take a step.
   *
   * @param inputs by name
   * @returns the plan that took it, for its results
   * @throws TraceError, before anything is changed, if the step cannot be planned
   */
  readonly take: (kind: Kind, inputs: Readonly<Record<string, Tensor>>, rates: StepRates) => Promise<PlanRunner>;
}

/** Start from a state. */
export const plannedSteps = <Kind>(start: StepState, options: PlannedStepsOptions<Kind>): PlannedSteps<Kind> => {
  interface OpenStep {
    readonly kind: Kind;
    readonly runner: PlanRunner;
  }
  let state = start;
  let { step } = start.optimizer;
  /** The plan that holds the newest state; null while `state` does. */
  let newest: OpenStep | null = null;
  const open: OpenStep[] = [];

  const fetch = (): void => {
    if (newest === null) return;
    state = fetchState(newest.runner, state, step);
    newest = null;
  };

  const stepFor = async (kind: Kind): Promise<OpenStep> => {
    const at = open.findIndex((item) => options.isSame(item.kind, kind));
    if (at >= 0) {
      const [found] = open.splice(at, 1);
      open.unshift(found!);
      return found!;
    }
    const computation = options.computation(kind, state);
    const traced = traceComputation(computation);
    const compiled = compilePlan({ ...traced, batch: computation.batch, workers: options.pool.workers });
    const made = { kind, runner: await openPlan(compiled, await options.pool.threads()) };
    fetch();
    open.unshift(made);
    open.length = Math.min(open.length, options.open);
    return made;
  };

  return {
    steps: () => step,
    state: () => {
      fetch();
      return state;
    },
    take: async (kind, inputs, rates) => {
      const target = await stepFor(kind);
      const { runner } = target;
      if (newest !== target) {
        fetch();
        writeState(runner, state);
      }
      for (const [name, value] of Object.entries(inputs)) writeInput(runner, name, toFlat(value));
      writeRates(runner, options.optimizer, rates, step + 1);
      newest = target;
      runner.run();
      step += 1;
      return runner;
    },
  };
};
