/** exp and expm1 of two doubles: the operations of `tensor/elementary/exponential.ts`, in their order. */
import { i32, i64x2, type Code } from '../../../../wasm/index.ts';
import { LN2_HIGH, LN2_LOW, LOG2_E } from '../../../elementary/constants.ts';
import type { Arithmetic, Value } from '../vector-formula.ts';

/** Added to a whole number of [−1023, 1024], it leaves that number plus the exponent bias in the lowest bits. */
const TO_EXPONENT = 1.5 * 2 ** 52 + 1023;

const EVEN = [1 / 2, 1 / 24, 1 / 720, 1 / 40320, 1 / 3628800, 1 / 479001600];
const ODD = [1 / 6, 1 / 120, 1 / 5040, 1 / 362880, 1 / 39916800, 1 / 6227020800];

function intoExponent(code: Code): void {
  i32.const(code, 52);
  i64x2.shl(code);
}

/** 2^k for whole k of [−1022, 1023]. */
export function powerOfTwo(d: Arithmetic, k: Value): Value {
  return d.formula.apply(intoExponent, d.add(k, TO_EXPONENT));
}

function expm1Reduced(d: Arithmetic, r: Value): Value {
  const z = d.mul(r, r);
  const even = d.polynomial(z, EVEN);
  const odd = d.polynomial(z, ODD);
  return d.add(r, d.mul(z, d.add(even, d.mul(r, odd))));
}

function nearestPower(d: Arithmetic, x: Value): Value {
  return d.floor(d.add(d.mul(x, LOG2_E), 0.5));
}

/** e^x for x of [−700, 700]. */
export function exp(d: Arithmetic, x: Value): Value {
  const k = nearestPower(d, x);
  const r = d.sub(d.sub(x, d.mul(k, LN2_HIGH)), d.mul(k, LN2_LOW));
  return d.mul(d.add(1, expm1Reduced(d, r)), powerOfTwo(d, k));
}

/**
 * e^x − 1 for x of [−40, 700], but +0 for −0.
 *
 * Where k is 0 the scalar function skips the scaling, which gives the same there: r is x, and nothing is lost.
 */
export function expm1(d: Arithmetic, x: Value): Value {
  const k = nearestPower(d, x);
  const high = d.sub(x, d.mul(k, LN2_HIGH));
  const low = d.mul(k, LN2_LOW);
  const r = d.sub(high, low);
  const lost = d.sub(d.sub(high, r), low);
  const p = d.add(expm1Reduced(d, r), lost);
  const scale = powerOfTwo(d, k);
  const far = d.mul(d.add(1, p), scale);
  const near = d.add(d.mul(scale, p), d.sub(scale, 1));
  return d.select(d.gt(k, 56), far, near);
}
