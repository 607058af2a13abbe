/** x^y of two doubles: the operations of `tensor/elementary/power.ts` in their order, for x and a result that f32 hold. */
import { LN2_HIGH, LN2_LOW } from '../../../elementary/constants.ts';
import type { Arithmetic, Value } from '../vector-formula.ts';
import { exp } from './exponential.ts';
import { splitNearOne } from './logarithms.ts';

const SPLITTER = 134217729;

function split(d: Arithmetic, a: Value): { top: Value; rest: Value } {
  const spread = d.mul(SPLITTER, a);
  const top = d.sub(spread, d.sub(spread, a));
  return { top, rest: d.sub(a, top) };
}

/** The rounding error of the product p = a·b. */
export function productError(d: Arithmetic, a: Value, b: Value, p: Value): Value {
  const { top: aTop, rest: aRest } = split(d, a);
  const { top: bTop, rest: bRest } = split(d, b);
  const short = d.sub(d.sub(d.sub(p, d.mul(aTop, bTop)), d.mul(aRest, bTop)), d.mul(aTop, bRest));
  return d.sub(d.mul(aRest, bRest), short);
}

/** y · log x in two words. */
function exponentOf(d: Arithmetic, x: Value, y: Value): { high: Value; low: Value } {
  const { exponent, mantissa } = splitNearOne(d, x);
  const f = d.sub(mantissa, 1);
  const denominator = d.add(2, f);
  const s = d.div(f, denominator);
  const denominatorLow = d.sub(f, d.sub(denominator, 2));
  const product = d.mul(s, denominator);
  const missing = d.sub(d.sub(f, product), productError(d, s, denominator, product));
  const sLow = d.div(d.sub(missing, d.mul(s, denominatorLow)), denominator);
  const z = d.mul(s, s);
  let tail = d.mul(z, 2 / 25);
  for (let n = 23; n >= 3; n -= 2) tail = d.mul(z, d.add(2 / n, tail));
  const first = d.mul(exponent, LN2_HIGH);
  const second = d.mul(2, s);
  const high = d.add(first, second);
  const carried = d.select(
    d.gt(d.abs(first), d.abs(second)),
    d.sub(second, d.sub(high, first)),
    d.sub(first, d.sub(high, second)),
  );
  const low = d.add(carried, d.add(d.mul(exponent, LN2_LOW), d.add(d.mul(2, sLow), d.mul(s, tail))));
  const sum = d.add(high, low);
  const rest = d.sub(low, d.sub(sum, high));
  const p = d.mul(y, sum);
  return { high: p, low: d.add(productError(d, y, sum, p), d.mul(y, rest)) };
}

/** size^y for size ≥ 0: what f32 rounds to infinity or 0 is given as that. */
function magnitude(d: Arithmetic, size: Value, y: Value): Value {
  const { high, low } = exponentOf(d, size, y);
  const base = exp(d, high);
  const within = d.select(d.gt(high, 100), Infinity, d.and(d.add(base, d.mul(base, low)), d.ge(high, -110)));
  const extreme = d.or(
    d.or(d.eq(size, 0), d.eq(size, Infinity)),
    // Beyond this, infinity included, no number but 1 has a power that is neither 0 nor infinite.
    d.gt(d.abs(y), 2 ** 66),
  );
  const shrinks = d.xor(d.lt(size, 1), d.lt(y, 0));
  const limit = d.andnot(Infinity, shrinks);
  return d.select(d.eq(size, 1), 1, d.select(extreme, limit, within));
}

/** x^y by logarithm and exponential, and its special cases. */
function inexactPow(d: Arithmetic, x: Value, y: Value): Value {
  const size = d.abs(x);
  const whole = d.eq(d.trunc(y), y);
  const halfY = d.mul(y, 0.5);
  const odd = d.andnot(whole, d.eq(d.trunc(halfY), halfY));
  const power = d.or(magnitude(d, size, y), d.and(d.and(x, odd), -0));
  // An infinite base or exponent counts as whole here.
  const broken = d.andnot(d.and(d.lt(x, 0), d.lt(size, Infinity)), whole);
  const sum = d.add(size, d.abs(y));
  const general = d.select(d.or(broken, d.ne(sum, sum)), NaN, power);
  return d.select(d.or(d.eq(y, 0), d.eq(x, 1)), 1, general);
}

/** x^y. */
export function pow(d: Arithmetic, x: Value, y: Value): Value {
  const root = d.select(d.and(d.eq(y, 0.5), d.gt(x, 0)), d.sqrt(x), inexactPow(d, x, y));
  const inverse = d.select(d.eq(y, -1), d.div(1, x), root);
  const square = d.select(d.eq(y, 2), d.mul(x, x), inverse);
  return d.select(d.eq(y, 1), x, square);
}

/** x^exponent for one exponent, which need not be an f32. */
export function powScalar(d: Arithmetic, x: Value, exponent: number): Value {
  if (exponent === 0) return d.constant(1);
  if (exponent === 1) return x;
  if (exponent === 2) return d.mul(x, x);
  if (exponent === -1) return d.div(1, x);
  const power = inexactPow(d, x, d.constant(exponent));
  return exponent === 0.5 ? d.select(d.gt(x, 0), d.sqrt(x), power) : power;
}
