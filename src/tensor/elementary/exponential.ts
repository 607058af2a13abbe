/**
 * exp and expm1 in double precision from + − × only, so that they have the same bits in every engine.
 *
 * x = k·ln 2 + r with |r| ≤ ½ ln 2; exp r − 1 is its Taylor polynomial of degree 13 (truncation below 5e-18), summed
 * in two halves so that the terms can overlap in time. Errors below 1 ulp for exp, below 2 ulp for expm1.
 */
import { LN2_HIGH, LN2_LOW, LOG2_E, scaleByPowerOfTwo } from './constants.ts';

/** exp(r) − 1 for |r| ≤ 0.35. */
function expm1Reduced(r: number): number {
  const z = r * r;
  const even = 1 / 2 + z * (1 / 24 + z * (1 / 720 + z * (1 / 40320 + z * (1 / 3628800 + z * (1 / 479001600)))));
  const odd = 1 / 6 + z * (1 / 120 + z * (1 / 5040 + z * (1 / 362880 + z * (1 / 39916800 + z * (1 / 6227020800)))));
  return r + z * (even + r * odd);
}

/** Compute e^x. Overflows to Infinity above 709.78, falls to 0 below −745.13. */
export function expScalar(x: number): number {
  if (!(x < 709.782712893384)) return x > 0 ? Infinity : x;
  if (x < -745.1332191019412) return 0;
  const k = Math.floor(x * LOG2_E + 0.5);
  const r = x - k * LN2_HIGH - k * LN2_LOW;
  return scaleByPowerOfTwo(1 + expm1Reduced(r), k);
}

/** Compute e^x − 1 without the cancellation near zero. */
export function expm1Scalar(x: number): number {
  if (!(x < 709.782712893384)) return x > 0 ? Infinity : x;
  if (x < -40) return -1;
  const k = Math.floor(x * LOG2_E + 0.5);
  if (k === 0) return x === 0 ? x : expm1Reduced(x);
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  // What r lost in rounding matters here: the subtraction of 1 can magnify it.
  const lost = high - r - low;
  const p = expm1Reduced(r) + lost;
  if (k > 56) return scaleByPowerOfTwo(1 + p, k);
  const scale = scaleByPowerOfTwo(1, k);
  return scale * p + (scale - 1);
}
