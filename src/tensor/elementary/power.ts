/**
 * x^y = exp(y · log x), with the logarithm and the product carried in two words, because an absolute error in the
 * exponent becomes a relative one in the result. Relative error below 1e-15.
 */
import { powerOfTwo, splitNearOne } from '../../random/index.ts';
import { LN2_HIGH, LN2_LOW } from './constants.ts';
import { expScalar } from './exponential.ts';

const SPLITTER = 134217729;

/** The rounding error of the product p = a·b (Dekker 1971; exact while nothing over- or underflows). */
function productError(a: number, b: number, p: number): number {
  const aTop = SPLITTER * a - (SPLITTER * a - a);
  const bTop = SPLITTER * b - (SPLITTER * b - b);
  const aRest = a - aTop;
  const bRest = b - bTop;
  return aRest * bRest - (p - aTop * bTop - aRest * bTop - aTop * bRest);
}

/** log x for a positive finite x as high + low, times y: the exponent of x^y in two words. */
function exponentOf(x: number, y: number): { high: number; low: number } {
  const { exponent, mantissa } = splitNearOne(x);
  const f = mantissa - 1;
  const denominator = 2 + f;
  const s = f / denominator;
  // 2 + f rounds, and so does the quotient: both errors go into the low word of s.
  const denominatorLow = f - (denominator - 2);
  const product = s * denominator;
  const sLow = (f - product - productError(s, denominator, product) - s * denominatorLow) / denominator;
  const z = s * s;
  let tail = 0;
  for (let n = 25; n >= 3; n -= 2) tail = z * (2 / n + tail);
  const first = exponent * LN2_HIGH;
  const second = 2 * s;
  const high = first + second;
  const carried = Math.abs(first) > Math.abs(second) ? second - (high - first) : first - (high - second);
  const low = carried + (exponent * LN2_LOW + (2 * sLow + s * tail));
  const sum = high + low;
  const rest = low - (sum - high);
  const p = y * sum;
  return { high: p, low: productError(y, sum, p) + y * rest };
}

/** Compute x^y with the special cases of IEEE 754's pow (as `Math.pow`, but 1^NaN and (±1)^±∞ are 1). */
export function powScalar2(x: number, y: number): number {
  if (y === 0 || x === 1) return 1;
  if (Number.isNaN(x) || Number.isNaN(y)) return NaN;
  if (y === 1) return x;
  if (y === 2) return x * x;
  if (y === -1) return 1 / x;
  if (y === 0.5 && x > 0) return Math.sqrt(x);
  const size = Math.abs(x);
  const oddPower = Number.isInteger(y) && y % 2 !== 0;
  const negative = (x < 0 || Object.is(x, -0)) && oddPower;
  if (x < 0 && size < Infinity && !Number.isInteger(y)) return Math.abs(y) === Infinity ? magnitude(size, y) : NaN;
  const result = magnitude(size, y);
  return negative ? -result : result;
}

/** size^y for size ≥ 0. */
function magnitude(size: number, y: number): number {
  if (size === 1) return 1;
  if (size === 0 || size === Infinity || Math.abs(y) === Infinity) return size < 1 === y < 0 ? Infinity : 0;
  // Beyond this no double but 1 has a power that is neither 0 nor infinite, and Dekker's splitting would overflow.
  if (Math.abs(y) > powerOfTwo(66)) return size < 1 === y < 0 ? Infinity : 0;
  const { high, low } = exponentOf(size, y);
  if (!(Math.abs(high) < 746)) return high > 0 ? Infinity : 0;
  const base = expScalar(high);
  // ∞ + ∞·low would be no number for a negative low.
  return base === Infinity ? base : base + base * low;
}
