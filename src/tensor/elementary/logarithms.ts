/**
 * Logarithms and what is made of them, on `random`'s deterministic logarithm. Errors below 2 ulp.
 */
import { logarithm, splitNearOne } from '../../random/index.ts';
import { LOG2_E } from './constants.ts';
import { expScalar } from './exponential.ts';

/** Compute the natural logarithm; −∞ at 0, NaN below. */
export function logScalar(x: number): number {
  return logarithm(x);
}

/** Compute log(1 + x) without the cancellation near zero; −∞ at −1, NaN below. */
export function log1pScalar(x: number): number {
  const sum = 1 + x;
  if (sum === 1) return x;
  if (!(sum > 0) || sum === Infinity) return logarithm(sum);
  // The rounding error of 1 + x (Dekker's fast two-sum), brought back to first order.
  const lost = Math.abs(x) > 1 ? 1 - (sum - x) : x - (sum - 1);
  return logarithm(sum) + lost / sum;
}

/** Compute the logarithm to base 2; exact at powers of two. */
export function log2Scalar(x: number): number {
  if (!(x > 0 && x < Infinity)) return logarithm(x);
  const { exponent, mantissa } = splitNearOne(x);
  return exponent + logarithm(mantissa) * LOG2_E;
}

/** Compute log(1 + e^x), finite for every finite x. */
export function softplusScalar(x: number): number {
  return (x > 0 ? x : 0) + log1pScalar(expScalar(x > 0 ? -x : x));
}
