/** Functions whose derivative is zero wherever it exists: they give constants. Named as in `tensor`. */
import * as t from '../../tensor/index.ts';
import { asVariable, constant, type Operand, type Variable } from '../variable.ts';

/** Tell where a = b, as 1 and 0. */
export function equal(a: Operand, b: Operand): Variable {
  return constant(t.equal(asVariable(a).value, asVariable(b).value));
}

/** Tell where a ≠ b, as 1 and 0. */
export function notEqual(a: Operand, b: Operand): Variable {
  return constant(t.notEqual(asVariable(a).value, asVariable(b).value));
}

/** Tell where a < b, as 1 and 0. */
export function less(a: Operand, b: Operand): Variable {
  return constant(t.less(asVariable(a).value, asVariable(b).value));
}

/** Tell where a ≤ b, as 1 and 0. */
export function lessEqual(a: Operand, b: Operand): Variable {
  return constant(t.lessEqual(asVariable(a).value, asVariable(b).value));
}

/** Tell where a > b, as 1 and 0. */
export function greater(a: Operand, b: Operand): Variable {
  return constant(t.greater(asVariable(a).value, asVariable(b).value));
}

/** Tell where a ≥ b, as 1 and 0. */
export function greaterEqual(a: Operand, b: Operand): Variable {
  return constant(t.greaterEqual(asVariable(a).value, asVariable(b).value));
}

/** Round down. */
export function floor(x: Operand): Variable {
  return constant(t.floor(asVariable(x).value));
}

/** Round to the nearest integer, ties to even. */
export function round(x: Operand): Variable {
  return constant(t.round(asVariable(x).value));
}

/** Give −1, 0 or 1. */
export function sign(x: Operand): Variable {
  return constant(t.sign(asVariable(x).value));
}

/** Give the index (i32) of the first greatest element along an axis, or in row-major order of all. */
export function argmax(x: Operand, axis?: number, keepDims = false): Variable {
  return constant(t.argmax(asVariable(x).value, axis, keepDims));
}

/** Give the index (i32) of the first smallest element along an axis, or in row-major order of all. */
export function argmin(x: Operand, axis?: number, keepDims = false): Variable {
  return constant(t.argmin(asVariable(x).value, axis, keepDims));
}

/** Mark one class per index: 1 at the index and 0 elsewhere. */
export function oneHot(index: Operand, depth: number): Variable {
  return constant(t.oneHot(asVariable(index).value, depth));
}
