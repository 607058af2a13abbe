/**
 * What the update rules share. They are tensor functions in f32, so that a training step can be traced: the numbers
 * that differ from step to step come in as scalar tensors, and nothing looks at a value.
 */
import { add, multiply } from '../../tensor/index.ts';
import type { Tensor } from '../../tensor/index.ts';

/** Buffers of one parameter by name. */
export type SlotTensors = Readonly<Record<string, Tensor>>;

/** The numbers of one step by name, computed in double precision; an optimiser has the same names at every step. */
export type StepScalars = Readonly<Record<string, number>>;

/** The numbers of one step as f32 tensors of shape []. */
export type UpdateRates = Readonly<Record<string, Tensor>>;

/** What every update rule returns: the new parameter and its new buffers. */
export interface ParameterUpdate {
  readonly parameter: Tensor;
  readonly slots: SlotTensors;
}

/** Add the L2 penalty λp to a gradient. */
export const penalized = (gradient: Tensor, parameter: Tensor, weightDecay: number): Tensor =>
  weightDecay === 0 ? gradient : add(gradient, multiply(parameter, weightDecay));

/** Mix a running average with a new value: keep·average + take·value. */
export const mixed = (average: Tensor, keep: Tensor | number, value: Tensor, take: Tensor | number): Tensor =>
  add(multiply(average, keep), multiply(value, take));

/**
 * Raise to a whole power by repeated squaring, so that the bits do not depend on the engine's `Math.pow`.
 *
 * @param exponent an integer of at least 0
 */
export const integerPower = (base: number, exponent: number): number => {
  let result = 1;
  let square = base;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result *= square;
    square *= square;
  }
  return result;
};
