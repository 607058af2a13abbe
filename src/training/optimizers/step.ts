/**
 * One pure step of any optimiser: from parameters, gradients and a state to new parameters and a new state.
 *
 * `stepScalars` and `updateParameter` are its two halves: what is computed in doubles once per step, and what tensor
 * functions compute per parameter, which a trace records.
 */
import { ShapeError, ValueError } from '../../errors.ts';
import { scalar, tensor, toFloats } from '../../tensor/index.ts';
import type { Tensor } from '../../tensor/index.ts';
import { adagradScalars, adagradUpdate } from './adagrad.ts';
import { adamScalars, adamUpdate } from './adam.ts';
import { rmspropScalars, rmspropUpdate } from './rmsprop.ts';
import { sgdScalars, sgdUpdate } from './sgd.ts';
import type { Optimizer, OptimizerState, StepRates } from './optimizer.ts';
import type { ParameterUpdate, SlotTensors, StepScalars, UpdateRates } from './update.ts';

const unknownOptimizer = (optimizer: never): ValueError =>
  new ValueError(
    `The optimizer is "${String((optimizer as Optimizer).kind)}"; it must be sgd, adam, adamw, rmsprop or adagrad.`,
  );

/** Slots that an optimiser keeps per parameter. */
const slotNames = (optimizer: Optimizer): readonly string[] => {
  switch (optimizer.kind) {
    case 'sgd':
      return ['momentum'];
    case 'adam':
    case 'adamw':
      return ['firstMoment', 'secondMoment', ...(optimizer.amsgrad === true ? ['largestSecondMoment'] : [])];
    case 'rmsprop':
      return ['meanSquare', 'momentum', ...(optimizer.centered === true ? ['meanGradient'] : [])];
    case 'adagrad':
      return ['sumSquare'];
    default:
      throw unknownOptimizer(optimizer);
  }
};

/**
 * Give the state before the first step: all buffers zero.
 *
 * @param sizes number of elements of each parameter
 */
export const initialOptimizerState = (optimizer: Optimizer, sizes: readonly number[]): OptimizerState => ({
  step: 0,
  slots: sizes.map((size) => Object.fromEntries(slotNames(optimizer).map((name) => [name, new Float32Array(size)]))),
});

/**
 * Give the numbers of a step that are the same for all parameters: rates, bias corrections.
 *
 * @param step number of the step, from 1
 * @returns by name, the same names at every step; `updateParameter` takes them as scalar tensors
 */
export const stepScalars = (optimizer: Optimizer, rates: StepRates, step: number): StepScalars => {
  switch (optimizer.kind) {
    case 'sgd':
      return sgdScalars(optimizer, rates, step);
    case 'adam':
    case 'adamw':
      return adamScalars(optimizer, rates, step);
    case 'rmsprop':
      return rmspropScalars(optimizer, rates);
    case 'adagrad':
      return adagradScalars(rates);
    default:
      throw unknownOptimizer(optimizer);
  }
};

/**
 * Update one parameter of any shape.
 *
 * @param slots the buffers of its state, shaped as the parameter
 * @param rates the numbers of `stepScalars` as scalar tensors
 */
export const updateParameter = (
  optimizer: Optimizer,
  slots: SlotTensors,
  parameter: Tensor,
  gradient: Tensor,
  rates: UpdateRates,
): ParameterUpdate => {
  switch (optimizer.kind) {
    case 'sgd':
      return sgdUpdate(optimizer, slots, parameter, gradient, rates);
    case 'adam':
    case 'adamw':
      return adamUpdate(optimizer, slots, parameter, gradient, rates);
    case 'rmsprop':
      return rmspropUpdate(optimizer, slots, parameter, gradient, rates);
    case 'adagrad':
      return adagradUpdate(optimizer, slots, parameter, gradient, rates);
    default:
      throw unknownOptimizer(optimizer);
  }
};

const mapValues = <A, B>(record: Readonly<Record<string, A>>, map: (value: A) => B): Readonly<Record<string, B>> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));

/**
 * Take one step.
 *
 * @param parameters current values, one array per parameter; not changed
 * @param gradients of the loss, with the same lengths
 * @returns new parameters and the new state
 * @throws ShapeError when numbers or lengths of arrays differ
 */
export const optimizerStep = (
  optimizer: Optimizer,
  state: OptimizerState,
  parameters: readonly Float32Array[],
  gradients: readonly Float32Array[],
  rates: StepRates,
): { readonly parameters: readonly Float32Array[]; readonly state: OptimizerState } => {
  const step = state.step + 1;
  const scalars = mapValues(stepScalars(optimizer, rates, step), (value) => scalar(value));
  const results = parameters.map((parameter, i) => {
    const gradient = gradients[i];
    const slots = state.slots[i];
    if (gradient?.length !== parameter.length || slots === undefined) {
      throw new ShapeError(
        `Parameter ${i} has ${parameter.length} elements, its gradient ${gradient?.length ?? 'none'}; they must be equal.`,
      );
    }
    const buffers = mapValues(slots, (buffer) => tensor(buffer));
    return updateParameter(optimizer, buffers, tensor(parameter), tensor(gradient), scalars);
  });
  return {
    parameters: results.map((result) => toFloats(result.parameter)),
    state: { step, slots: results.map((result) => mapValues(result.slots, toFloats)) },
  };
};
