/** Gradients of the elementwise primitives. At a kink they take PyTorch's choice, stated with each. */
import * as t from '../../tensor/index.ts';
import type { Tensor } from '../../tensor/index.ts';
import { unbroadcast, type Rule, type RuleTable } from './rule.ts';

/** Attributes by primitive. */
export interface ElementwiseAttributes {
  add: undefined;
  subtract: undefined;
  multiply: undefined;
  divide: undefined;
  maximum: undefined;
  minimum: undefined;
  pow: undefined;
  atan2: undefined;
  where: undefined;
  powScalar: { readonly exponent: number };
  leakyRelu: { readonly slope: number };
  clip: { readonly lo: number; readonly hi: number };
  negate: undefined;
  abs: undefined;
  square: undefined;
  sqrt: undefined;
  exp: undefined;
  expm1: undefined;
  log: undefined;
  log1p: undefined;
  log2: undefined;
  tanh: undefined;
  sinh: undefined;
  cosh: undefined;
  asinh: undefined;
  sigmoid: undefined;
  softplus: undefined;
  relu: undefined;
  sin: undefined;
  cos: undefined;
  erf: undefined;
}

/** A rule of two broadcast operands from the partial derivatives times the gradient. */
function binary(
  left: (g: Tensor, a: Tensor, b: Tensor, y: Tensor) => Tensor,
  right: (g: Tensor, a: Tensor, b: Tensor, y: Tensor) => Tensor,
): Rule<undefined> {
  return (g, { inputs, output, wants }) => {
    const [a, b] = inputs as [Tensor, Tensor];
    return [
      wants[0] ? unbroadcast(left(g, a, b, output), a.shape) : null,
      wants[1] ? unbroadcast(right(g, a, b, output), b.shape) : null,
    ];
  };
}

/** A rule of one operand x with result y. */
function unary(derive: (g: Tensor, x: Tensor, y: Tensor) => Tensor): Rule<undefined> {
  return (g, { inputs, output }) => [derive(g, inputs[0]!, output)];
}

/** The share of an operand that equals the extremum: 1, ½ at a tie, 0. */
function share(own: Tensor, other: Tensor, wins: (a: Tensor, b: Tensor) => Tensor): Tensor {
  return t.multiply(0.5, t.add(wins(own, other), t.subtract(1, wins(other, own))));
}

const TWO_OVER_SQRT_PI = 1.1283791670955126;

export const elementwiseRules: RuleTable<ElementwiseAttributes> = {
  add: binary(
    (g) => g,
    (g) => g,
  ),
  subtract: binary(
    (g) => g,
    (g) => t.negate(g),
  ),
  multiply: binary(
    (g, _a, b) => t.multiply(g, b),
    (g, a) => t.multiply(g, a),
  ),
  divide: binary(
    (g, _a, b) => t.divide(g, b),
    (g, _a, b, y) => t.negate(t.divide(t.multiply(g, y), b)),
  ),
  // A tie gives half to each side.
  maximum: binary(
    (g, a, b) => t.multiply(g, share(a, b, t.greater)),
    (g, a, b) => t.multiply(g, share(b, a, t.greater)),
  ),
  minimum: binary(
    (g, a, b) => t.multiply(g, share(a, b, t.less)),
    (g, a, b) => t.multiply(g, share(b, a, t.less)),
  ),
  // For a base ≥ 0; at base 0 the second gradient is 0, the limit for exponents above 0.
  pow: binary(
    (g, a, b) => t.multiply(g, t.multiply(b, t.pow(a, t.subtract(b, 1)))),
    (g, a, _b, y) => t.where(t.greater(a, 0), t.multiply(g, t.multiply(y, t.log(a))), 0),
  ),
  atan2: binary(
    (g, y, x) => t.divide(t.multiply(g, x), t.add(t.square(x), t.square(y))),
    (g, y, x) => t.negate(t.divide(t.multiply(g, y), t.add(t.square(x), t.square(y)))),
  ),
  where: (g, { inputs, wants }) => [
    null,
    wants[1] ? unbroadcast(t.where(inputs[0]!, g, 0), inputs[1]!.shape) : null,
    wants[2] ? unbroadcast(t.where(inputs[0]!, 0, g), inputs[2]!.shape) : null,
  ],
  powScalar: (g, { inputs, attributes: { exponent } }) => {
    if (exponent === 0) return [null];
    return [t.multiply(g, t.multiply(t.powScalar(inputs[0]!, exponent - 1), exponent))];
  },
  // At 0 the slope of the negative side.
  leakyRelu: (g, { inputs, attributes: { slope } }) => [t.where(t.greater(inputs[0]!, 0), g, t.multiply(g, slope))],
  // 1 at the bounds themselves.
  clip: (g, { inputs, attributes: { lo, hi } }) => {
    const inside = t.multiply(t.greaterEqual(inputs[0]!, lo), t.lessEqual(inputs[0]!, hi));
    return [t.multiply(g, inside)];
  },
  negate: unary((g) => t.negate(g)),
  // 0 at 0.
  abs: unary((g, x) => t.multiply(g, t.sign(x))),
  square: unary((g, x) => t.multiply(g, t.add(x, x))),
  sqrt: unary((g, _x, y) => t.divide(t.multiply(g, 0.5), y)),
  exp: unary((g, _x, y) => t.multiply(g, y)),
  expm1: unary((g, _x, y) => t.multiply(g, t.add(y, 1))),
  log: unary((g, x) => t.divide(g, x)),
  log1p: unary((g, x) => t.divide(g, t.add(x, 1))),
  log2: unary((g, x) => t.divide(g, t.multiply(x, Math.LN2))),
  tanh: unary((g, _x, y) => t.tanhGradient(g, y)),
  sinh: unary((g, x) => t.multiply(g, t.cosh(x))),
  cosh: unary((g, x) => t.multiply(g, t.sinh(x))),
  asinh: unary((g, x) => t.divide(g, t.sqrt(t.add(t.square(x), 1)))),
  sigmoid: unary((g, _x, y) => t.sigmoidGradient(g, y)),
  softplus: unary((g, x) => t.multiply(g, t.sigmoid(x))),
  // 0 at 0.
  relu: unary((g, x) => t.reluGradient(g, x)),
  sin: unary((g, x) => t.multiply(g, t.cos(x))),
  cos: unary((g, x) => t.negate(t.multiply(g, t.sin(x)))),
  erf: unary((g, x) => t.multiply(g, t.multiply(t.exp(t.negate(t.square(x))), TWO_OVER_SQRT_PI))),
};
