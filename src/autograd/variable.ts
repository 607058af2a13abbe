/**
 * Variables: tensors that remember how they were computed.
 *
 * A variable is plain data. Its record names a primitive, the variables it was applied to and its attributes; what the
 * primitive's gradient is stands in the rule table (`rules/`). Values that do not depend on any `variable` carry no
 * record, so that constants cost nothing in the backward pass.
 */
import { scalar, type Tensor } from '../tensor/index.ts';
import type { Primitive, PrimitiveAttributes } from './rules/index.ts';

/** How a variable was computed. */
export interface CallRecord {
  readonly primitive: Primitive;
  readonly inputs: readonly Variable[];
  readonly attributes: PrimitiveAttributes[Primitive];
}

/** A tensor in a differentiable computation. */
export interface Variable {
  readonly value: Tensor;
  /** Whether gradients flow through it. */
  readonly tracked: boolean;
  /** Null for leaves and constants. */
  readonly record: CallRecord | null;
}

/** What the differentiable functions accept; tensors and numbers are constants. */
export type Operand = Variable | Tensor | number;

/** Make a leaf to which gradients flow: a parameter or an input. */
export function variable(value: Tensor): Variable {
  return { value, tracked: true, record: null };
}

/** Make a leaf to which no gradient flows. */
export function constant(value: Tensor | number): Variable {
  return { value: typeof value === 'number' ? scalar(value) : value, tracked: false, record: null };
}

/** Tell a variable from a tensor or number. */
export function isVariable(operand: Operand): operand is Variable {
  return typeof operand === 'object' && 'tracked' in operand;
}

/** Make a variable of any operand. */
export function asVariable(operand: Operand): Variable {
  return isVariable(operand) ? operand : constant(operand);
}

/** Record the application of a primitive that gave `value`; a constant if no input is tracked. */
export function recordCall<P extends Primitive>(
  primitive: P,
  attributes: PrimitiveAttributes[P],
  inputs: readonly Variable[],
  value: Tensor,
): Variable {
  if (!inputs.some((input) => input.tracked)) return constant(value);
  return { value, tracked: true, record: { primitive, inputs, attributes } };
}

/** Cut the value off from how it was computed: the gradient stops here. */
export function stopGradient(operand: Operand): Variable {
  return constant(asVariable(operand).value);
}

/**
 * Give a value a gradient of your own, such as a straight-through estimator's.
 *
 * @param value The result, computed in any way.
 * @param parents The variables it depends on.
 * @param backward From dL/d(value) to dL/d(parent) for each parent, shaped as the parent; null means zero.
 */
export function customGradient(
  value: Tensor,
  parents: readonly Variable[],
  backward: (cotangent: Tensor) => readonly (Tensor | null)[],
): Variable {
  return recordCall('custom', { backward }, parents, value);
}
