/** Differentiable elementwise functions, named as in `tensor`. */
import * as t from '../../tensor/index.ts';
import type { Tensor, TensorLike } from '../../tensor/index.ts';
import type { ElementwiseAttributes } from '../rules/elementwise.ts';
import { asVariable, constant, recordCall, type Operand, type Variable } from '../variable.ts';

/** The primitives without attributes. */
type Plain = {
  [P in keyof ElementwiseAttributes]: ElementwiseAttributes[P] extends undefined ? P : never;
}[keyof ElementwiseAttributes];

function binary(name: Plain, f: (a: TensorLike, b: TensorLike) => Tensor, a: Operand, b: Operand): Variable {
  const left = asVariable(a);
  const right = asVariable(b);
  return recordCall(name, undefined, [left, right], f(left.value, right.value));
}

function unary(name: Plain, f: (x: TensorLike) => Tensor, x: Operand): Variable {
  const input = asVariable(x);
  return recordCall(name, undefined, [input], f(input.value));
}

/** Compute a + b. */
export function add(a: Operand, b: Operand): Variable {
  return binary('add', t.add, a, b);
}

/** Compute a − b. */
export function subtract(a: Operand, b: Operand): Variable {
  return binary('subtract', t.subtract, a, b);
}

/** Compute a · b. */
export function multiply(a: Operand, b: Operand): Variable {
  return binary('multiply', t.multiply, a, b);
}

/** Compute a / b. */
export function divide(a: Operand, b: Operand): Variable {
  return binary('divide', t.divide, a, b);
}

/** Compute the greater; at a tie half the gradient goes to each. */
export function maximum(a: Operand, b: Operand): Variable {
  return binary('maximum', t.maximum, a, b);
}

/** Compute the smaller; at a tie half the gradient goes to each. */
export function minimum(a: Operand, b: Operand): Variable {
  return binary('minimum', t.minimum, a, b);
}

/** Compute a^b for a ≥ 0. */
export function pow(a: Operand, b: Operand): Variable {
  return binary('pow', t.pow, a, b);
}

/** Compute the angle of the point (x, y). */
export function atan2(y: Operand, x: Operand): Variable {
  return binary('atan2', t.atan2, y, x);
}

/** Take a where the condition is not 0, else b; no gradient flows to the condition. */
export function where(condition: Operand, a: Operand, b: Operand): Variable {
  const inputs = [constant(asVariable(condition).value), asVariable(a), asVariable(b)];
  return recordCall('where', undefined, inputs, t.where(inputs[0]!.value, inputs[1]!.value, inputs[2]!.value));
}

/** Compute x^exponent for one exponent. */
export function powScalar(x: Operand, exponent: number): Variable {
  const input = asVariable(x);
  return recordCall('powScalar', { exponent }, [input], t.powScalar(input.value, exponent));
}

/** Compute x above 0, slope · x below. @param slope @defaultValue 0.01 */
export function leakyRelu(x: Operand, slope = 0.01): Variable {
  const input = asVariable(x);
  return recordCall('leakyRelu', { slope }, [input], t.leakyRelu(input.value, slope));
}

/** Limit to [lo, hi]; the gradient is 1 inside and at the bounds, 0 outside. */
export function clip(x: Operand, lo: number, hi: number): Variable {
  const input = asVariable(x);
  return recordCall('clip', { lo, hi }, [input], t.clip(input.value, lo, hi));
}

/** Compute −x. */
export function negate(x: Operand): Variable {
  return unary('negate', t.negate, x);
}

/** Compute |x|; the gradient at 0 is 0. */
export function abs(x: Operand): Variable {
  return unary('abs', t.abs, x);
}

/** Compute x². */
export function square(x: Operand): Variable {
  return unary('square', t.square, x);
}

/** Compute √x. */
export function sqrt(x: Operand): Variable {
  return unary('sqrt', t.sqrt, x);
}

/** Compute e^x. */
export function exp(x: Operand): Variable {
  return unary('exp', t.exp, x);
}

/** Compute e^x − 1. */
export function expm1(x: Operand): Variable {
  return unary('expm1', t.expm1, x);
}

/** Compute the natural logarithm. */
export function log(x: Operand): Variable {
  return unary('log', t.log, x);
}

/** Compute log(1 + x). */
export function log1p(x: Operand): Variable {
  return unary('log1p', t.log1p, x);
}

/** Compute the logarithm to base 2. */
export function log2(x: Operand): Variable {
  return unary('log2', t.log2, x);
}

/** Compute the hyperbolic tangent. */
export function tanh(x: Operand): Variable {
  return unary('tanh', t.tanh, x);
}

/** Compute the hyperbolic sine. */
export function sinh(x: Operand): Variable {
  return unary('sinh', t.sinh, x);
}

/** Compute the hyperbolic cosine. */
export function cosh(x: Operand): Variable {
  return unary('cosh', t.cosh, x);
}

/** Compute the inverse of sinh. */
export function asinh(x: Operand): Variable {
  return unary('asinh', t.asinh, x);
}

/** Compute 1 / (1 + e^−x). */
export function sigmoid(x: Operand): Variable {
  return unary('sigmoid', t.sigmoid, x);
}

/** Compute log(1 + e^x). */
export function softplus(x: Operand): Variable {
  return unary('softplus', t.softplus, x);
}

/** Compute x above 0, else 0; the gradient at 0 is 0. */
export function relu(x: Operand): Variable {
  return unary('relu', t.relu, x);
}

/** Compute the sine. */
export function sin(x: Operand): Variable {
  return unary('sin', t.sin, x);
}

/** Compute the cosine. */
export function cos(x: Operand): Variable {
  return unary('cos', t.cos, x);
}

/** Compute the error function. */
export function erf(x: Operand): Variable {
  return unary('erf', t.erf, x);
}
