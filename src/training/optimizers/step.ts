/**
 * One pure step of any optimiser: from parameters, gradients and a state to new parameters and a new state.
 *
 * Every rule is one fused loop per parameter: doubles inside, one rounding to f32 per stored number.
 */
import { ShapeError, ValueError } from '../../errors.ts';
import { adagradUpdate } from './adagrad.ts';
import { adamUpdate } from './adam.ts';
import { rmspropUpdate } from './rmsprop.ts';
import { sgdUpdate } from './sgd.ts';
import type { Optimizer, OptimizerState, StepRates } from './optimizer.ts';

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
      throw new ValueError(
        `The optimizer is "${String((optimizer satisfies never as Optimizer).kind)}"; it must be sgd, adam, adamw, rmsprop or adagrad.`,
      );
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
  const results = parameters.map((parameter, i) => {
    const gradient = gradients[i];
    const slots = state.slots[i];
    if (gradient?.length !== parameter.length || slots === undefined) {
      throw new ShapeError(
        `Parameter ${i} has ${parameter.length} elements, its gradient ${gradient?.length ?? 'none'}; they must be equal.`,
      );
    }
    switch (optimizer.kind) {
      case 'sgd':
        return sgdUpdate(optimizer, slots, parameter, gradient, rates, step);
      case 'adam':
      case 'adamw':
        return adamUpdate(optimizer, slots, parameter, gradient, rates, step);
      case 'rmsprop':
        return rmspropUpdate(optimizer, slots, parameter, gradient, rates);
      case 'adagrad':
        return adagradUpdate(optimizer, slots, parameter, gradient, rates);
      default:
        throw new ValueError(`The optimizer "${String((optimizer satisfies never as Optimizer).kind)}" is unknown.`);
    }
  });
  return {
    parameters: results.map((result) => result.parameter),
    state: { step, slots: results.map((result) => result.slots) },
  };
};
