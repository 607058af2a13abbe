/**
 * A training step on named states as a plan: how it is traced, and how states and rates get into the plan and out again.
 *
 * A state is an input that a result replaces: a parameter, a running statistic, a buffer of the optimiser. What changes
 * from step to step (samples, rates, keys of dropout) is an input too. Whose states they are is for the caller to know.
 */
import { constant, gradients, variable } from '../autograd/index.ts';
import type { Variable } from '../autograd/index.ts';
import { symbolicInput, tensor, toFlat, toFloats } from '../tensor/index.ts';
import type { Dtype, InputSpec, PlanRunner, ResultSpec, SymbolicTensor, Tensor } from '../tensor/index.ts';
import type { TensorSpec } from './batch-source.ts';
import { clipTensorsByNorm, stepScalars, updateParameter } from './optimizers/index.ts';
import type { Optimizer, OptimizerState, StepRates } from './optimizers/index.ts';

/** What lives from step to step. */
export interface StepState {
  /** Parameters, and what else a step replaces, by name. */
  readonly values: Readonly<Record<string, Tensor>>;
  /** Its buffers are those of the trained values, in their order. */
  readonly optimizer: OptimizerState;
}

/** What a step computes. */
export interface StepComputation {
  readonly values: StepState['values'];
  readonly slots: OptimizerState['slots'];
  /** Names of the values that the optimiser updates. */
  readonly trained: readonly string[];
  readonly optimizer: Optimizer;
  readonly clipNorm?: number | undefined;
  /** Samples of a batch. */
  readonly batch: number;
  /** Inputs with the batch as their leading axis, which their shapes leave out. */
  readonly rows: Readonly<Record<string, TensorSpec>>;
  /** Inputs that all samples share. @defaultValue none */
  readonly wholes?: Readonly<Record<string, TensorSpec>>;
  /**
   * Compute the loss by tensor functions.
   *
   * @param values by name, as variables where they are trained
   * @param replace gives a value that is not trained its next one
   */
  readonly loss: (
    values: Readonly<Record<string, Variable>>,
    inputs: Readonly<Record<string, Tensor>>,
    replace: (name: string, next: Tensor) => void,
  ) => Variable;
}

/** A traced step: what a plan takes. */
export interface TracedStep {
  readonly inputs: readonly InputSpec[];
  readonly results: readonly ResultSpec[];
}

/** Names in the plan of a step; its other inputs have the names that they are given. */
export const stepNames = {
  loss: 'loss',
  value: (name: string): string => `state ${name}`,
  slot: (trained: number, name: string): string => `slot ${trained}/${name}`,
  rate: (name: string): string => `rate ${name}`,
} as const;

/** Trace a step. @throws TraceError if something in it looks at values */
export const traceComputation = (step: StepComputation): TracedStep => {
  const { optimizer, batch } = step;
  const inputs: InputSpec[] = [];
  const results: ResultSpec[] = [];
  const input = (name: string, shape: readonly number[], kind: InputSpec['kind'], dtype?: Dtype): SymbolicTensor => {
    const made = symbolicInput(name, shape, dtype);
    inputs.push({ tensor: made, name, kind });
    return made;
  };
  const replace = (name: string, next: Tensor, state: SymbolicTensor): void => {
    results.push({ name, tensor: next, replaces: state });
  };

  const states: Record<string, SymbolicTensor> = {};
  for (const [name, { shape }] of Object.entries(step.values))
    states[name] = input(stepNames.value(name), shape, 'whole');
  const trained = new Set(step.trained);
  const values = mapRecord(states, (state, name) => (trained.has(name) ? variable(state) : constant(state)));
  const given = {
    ...mapRecord(step.wholes ?? {}, ({ shape, dtype }, name) => input(name, shape, 'whole', dtype)),
    ...mapRecord(step.rows, ({ shape, dtype }, name) => input(name, [batch, ...shape], 'rows', dtype)),
  };
  const loss = step.loss(values, given, (name, next) => replace(stepNames.value(name), next, states[name]!));
  results.push({ name: stepNames.loss, tensor: loss.value });

  const wrt = step.trained.map((name) => values[name]!);
  const raw = gradients(loss, wrt);
  const clipped = step.clipNorm === undefined ? raw : clipTensorsByNorm(raw, step.clipNorm).gradients;
  const rates = mapRecord(stepScalars(optimizer, { learningRate: 1 }, 1), (_, name) =>
    input(stepNames.rate(name), [], 'whole'),
  );
  step.trained.forEach((name, i) => {
    const state = states[name]!;
    const slots = mapRecord(step.slots[i]!, (_, slot) => input(stepNames.slot(i, slot), state.shape, 'whole'));
    const update = updateParameter(optimizer, slots, state, clipped[i]!, rates);
    replace(stepNames.value(name), update.parameter, state);
    for (const [slot, next] of Object.entries(update.slots)) replace(stepNames.slot(i, slot), next, slots[slot]!);
  });
  return { inputs, results };
};

/** Copy a state into a plan. */
export const writeState = (runner: PlanRunner, { values, optimizer }: StepState): void => {
  for (const [name, value] of Object.entries(values)) writeInput(runner, stepNames.value(name), toFlat(value));
  optimizer.slots.forEach((slots, i) => {
    for (const [name, buffer] of Object.entries(slots)) writeInput(runner, stepNames.slot(i, name), buffer);
  });
};

/**
 * Copy the state out of a plan.
 *
 * @param before the state that was written, for what the plan does not hold
 * @param step optimiser steps taken
 */
export const fetchState = (runner: PlanRunner, before: StepState, step: number): StepState => {
  // `slice` copies at once where `Float32Array.from` asks for every element, and never into shared memory.
  const fetch = (name: string, old: Float32Array): Float32Array =>
    runner.reads(name) ? (runner.input(name) as Float32Array).slice() : old;
  return {
    values: mapRecord(before.values, (value, name) => {
      const state = stepNames.value(name);
      return runner.reads(state) ? tensor(fetch(state, toFloats(value)), value.shape) : value;
    }),
    optimizer: {
      step,
      slots: before.optimizer.slots.map((slots, i) =>
        mapRecord(slots, (buffer, name) => fetch(stepNames.slot(i, name), buffer)),
      ),
    },
  };
};

/** Give a plan the numbers of one step. @param step counts from 1 */
export const writeRates = (runner: PlanRunner, optimizer: Optimizer, rates: StepRates, step: number): void => {
  for (const [name, value] of Object.entries(stepScalars(optimizer, rates, step)))
    writeInput(runner, stepNames.rate(name), [value]);
};

/** Copy values into a plan that reads them; what its step does not depend on, it does not have. */
export const writeInput = (runner: PlanRunner, name: string, values: ArrayLike<number>): void => {
  if (runner.reads(name)) runner.write(name, values);
};

const mapRecord = <A, B>(
  record: Readonly<Record<string, A>>,
  map: (value: A, name: string) => B,
): Readonly<Record<string, B>> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]));
