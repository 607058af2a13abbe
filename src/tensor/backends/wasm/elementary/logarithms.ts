/**
 * Logarithms of two doubles: the operations of `tensor/elementary/logarithms.ts` and `random/logarithm.ts`, in their
 * order. Arguments are positive, finite and normal, as every positive f32 is in double precision.
 */
import { i32, i64x2, v128, type Code } from '../../../../wasm/index.ts';
import { LN2_HIGH, LN2_LOW, LOG2_E } from '../../../elementary/constants.ts';
import type { Arithmetic, Value, VectorFormula } from '../vector-formula.ts';

/** 2 / (2n + 1): the series of 2·artanh(s)/s in s², without its leading 2. */
const ARTANH = [3, 5, 7, 9, 11, 13, 15, 17, 19, 21].map((n) => 2 / n);

/** Or-ed with a small integer, these bits are 2^52 plus that integer; the number is that and the exponent's bias. */
const TWO_52_BITS = 0x4330_0000_0000_0000n;
const TO_NUMBER = 2 ** 52 + 1023;

/** Carries into the exponent where the top of the fraction exceeds that of √2, 0x6a09e. */
const HALVE_ABOVE_ROOT = 0x0009_5f61_0000_0000n;
const EXPONENT_BITS = 0xfff0_0000_0000_0000n;
const ONE_BITS = 0x3ff0_0000_0000_0000n;

function words(formula: VectorFormula, bits: bigint): Value {
  return formula.constant(new Uint8Array(new BigUint64Array(2).fill(bits).buffer));
}

function exponentToLow(code: Code): void {
  i32.const(code, 52);
  i64x2.shrU(code);
}

/** Split into 2^exponent · mantissa with the mantissa in [√½, √2). */
export function splitNearOne(d: Arithmetic, x: Value): { exponent: Value; mantissa: Value } {
  const { formula } = d;
  const carried = formula.apply(i64x2.add, x, words(formula, HALVE_ABOVE_ROOT));
  const biased = formula.apply(v128.or, formula.apply(exponentToLow, carried), words(formula, TWO_52_BITS));
  const power = formula.apply(v128.and, carried, words(formula, EXPONENT_BITS));
  const fraction = formula.apply(i64x2.sub, x, power);
  return {
    exponent: d.sub(biased, TO_NUMBER),
    mantissa: formula.apply(i64x2.add, fraction, words(formula, ONE_BITS)),
  };
}

/** f − (half − tail) of log m = f − half + tail, in its parts. */
function mantissaParts(d: Arithmetic, mantissa: Value): { f: Value; half: Value; tail: Value } {
  const f = d.sub(mantissa, 1);
  const s = d.div(f, d.add(2, f));
  const half = d.mul(d.mul(0.5, f), f);
  const z = d.mul(s, s);
  const tail = d.mul(s, d.add(half, d.mul(z, d.polynomial(z, ARTANH))));
  return { f, half, tail };
}

/** log x. Where the exponent is 0 the scalar function has fewer terms; those that it leaves out are zeros. */
export function log(d: Arithmetic, x: Value): Value {
  const { exponent, mantissa } = splitNearOne(d, x);
  const { f, half, tail } = mantissaParts(d, mantissa);
  const low = d.sub(d.sub(half, d.add(tail, d.mul(exponent, LN2_LOW))), f);
  return d.sub(d.mul(exponent, LN2_HIGH), low);
}

/** What `log` leaves out of log(1 + x) with sum = 1 + x rounded, for x of (−1, 1] or, where `large`, beyond. */
export function log1pRest(d: Arithmetic, x: Value, sum: Value, large?: Value): Value {
  const small = d.sub(x, d.sub(sum, 1));
  const lost = large === undefined ? small : d.select(large, d.sub(1, d.sub(sum, x)), small);
  return d.div(lost, sum);
}

/** log(1 + x) for x > −1, but +0 for −0. */
export function log1p(d: Arithmetic, x: Value): Value {
  const sum = d.add(1, x);
  return d.add(log(d, sum), log1pRest(d, x, sum, d.gt(d.abs(x), 1)));
}

/** log₂ x. */
export function log2(d: Arithmetic, x: Value): Value {
  const { exponent, mantissa } = splitNearOne(d, x);
  const { f, half, tail } = mantissaParts(d, mantissa);
  return d.add(exponent, d.mul(d.sub(f, d.sub(half, tail)), LOG2_E));
}
