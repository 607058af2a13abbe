/** The logistic and hyperbolic functions of two doubles: `tensor/elementary/hyperbolic.ts`, for what f32 can hold. */
import { LN2_HIGH, LN2_LOW } from '../../../elementary/constants.ts';
import type { Arithmetic, Value } from '../vector-formula.ts';
import { exp, expm1 } from './exponential.ts';
import { log, log1pRest } from './logarithms.ts';

/** 1 / (1 + e^−x) for x of [−700, 700]. */
export function sigmoid(d: Arithmetic, x: Value): Value {
  const e = exp(d, d.neg(d.abs(x)));
  return d.div(d.select(d.ge(x, 0), 1, e), d.add(1, e));
}

/** log(1 + e^x); below −110 it rounds to 0, and above 110 to x. */
export function softplus(d: Arithmetic, x: Value): Value {
  const e = exp(d, d.neg(d.pmin(d.abs(x), 110)));
  const sum = d.add(1, e);
  const positive = d.and(x, d.gt(x, 0));
  return d.add(positive, d.add(log(d, sum), log1pRest(d, e, sum)));
}

/** tanh x for x of [0, 22]. */
export function tanh(d: Arithmetic, x: Value): Value {
  const e = expm1(d, d.add(x, x));
  const below = d.lt(x, 0.5);
  const quotient = d.div(d.select(below, e, 2), d.add(e, 2));
  return d.select(below, quotient, d.sub(1, quotient));
}

/** sinh x for x of [0, 700]. */
export function sinh(d: Arithmetic, x: Value): Value {
  const e = expm1(d, x);
  return d.mul(0.5, d.add(e, d.div(e, d.add(e, 1))));
}

/** cosh x for x of [0, 700]. */
export function cosh(d: Arithmetic, x: Value): Value {
  const e = exp(d, x);
  return d.mul(0.5, d.add(e, d.div(1, e)));
}

/** asinh x for finite x ≥ 0: one logarithm, of x beyond 2^28 and of 1 + y else. */
export function asinh(d: Arithmetic, x: Value): Value {
  const square = d.mul(x, x);
  const y = d.add(x, d.div(square, d.add(1, d.sqrt(d.add(square, 1)))));
  const sum = d.add(1, y);
  const far = d.gt(x, 268435456);
  const rest = d.select(far, LN2_HIGH + LN2_LOW, log1pRest(d, y, sum, d.gt(y, 1)));
  return d.add(log(d, d.select(far, x, sum)), rest);
}
