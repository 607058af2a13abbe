/** The logistic function and the hyperbolic ones, on expm1 and log1p. Errors below 4 ulp. */
import { LN2_HIGH, LN2_LOW } from './constants.ts';
import { expm1Scalar, expScalar } from './exponential.ts';
import { log1pScalar, logScalar } from './logarithms.ts';

/** Compute tanh x = 1 − 2 / (e^2x + 1). */
export function tanhScalar(x: number): number {
  const size = Math.abs(x);
  if (!(size < 22)) return x > 0 ? 1 : x < 0 ? -1 : x;
  if (size < 1e-9) return x;
  const e = expm1Scalar(2 * size);
  const t = size < 0.5 ? e / (e + 2) : 1 - 2 / (e + 2);
  return x < 0 ? -t : t;
}

/** Compute the logistic function 1 / (1 + e^−x), accurate relative to itself in both tails. */
export function sigmoidScalar(x: number): number {
  if (x >= 0) return 1 / (1 + expScalar(-x));
  const e = expScalar(x);
  return e / (1 + e);
}

/** Compute sinh x. */
export function sinhScalar(x: number): number {
  const size = Math.abs(x);
  if (size < 1e-9) return x;
  const sign = x < 0 ? -0.5 : 0.5;
  // The square of e^(x/2) reaches as far as sinh itself does.
  if (size > 709) {
    const root = expScalar(0.5 * size);
    return sign * root * root;
  }
  const e = expm1Scalar(size);
  return sign * (e + e / (e + 1));
}

/** Compute cosh x. */
export function coshScalar(x: number): number {
  const size = Math.abs(x);
  if (size > 709) {
    const root = expScalar(0.5 * size);
    return 0.5 * root * root;
  }
  const e = expScalar(size);
  return 0.5 * (e + 1 / e);
}

/** Compute the inverse of sinh. */
export function asinhScalar(x: number): number {
  const size = Math.abs(x);
  if (size < 1e-9 || !(size < Infinity)) return x;
  // Beyond 2^28 the 1 under the root is lost in rounding, and the square would only overflow.
  const t =
    size > 268435456
      ? logScalar(size) + (LN2_HIGH + LN2_LOW)
      : log1pScalar(size + (size * size) / (1 + Math.sqrt(size * size + 1)));
  return x < 0 ? -t : t;
}
