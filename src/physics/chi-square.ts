/**
 * Cumulative χ² distribution with one degree of freedom: F(x) = erf(√(x/2)).
 *
 * Own arithmetic, because the weights built on it must have the same bits on every machine. The series is the one with
 * only positive terms, so nothing cancels; from x = 18 on a continued fraction of erfc gives the small complement.
 * Source: Abramowitz and Stegun 7.1.6 and 7.1.14. Absolute error below 1e-14.
 */
import { expScalar } from '../tensor/index.ts';

const inverseRootPi = 0.5641895835477563;

/**
 * Compute the error function of a non-negative number.
 *
 * @param x - argument, at least 0 (negative ones use erf(−x) = −erf(x)); infinity gives 1
 * @returns a value in [−1, 1]
 */
export function errorFunction(x: number): number {
  if (x < 0) return -errorFunction(-x);
  if (x > 6) return 1;
  const gaussian = expScalar(-x * x) * inverseRootPi;
  if (x < 3) {
    // erf x = (2/√π) e^{−x²} Σ 2ⁿ x^{2n+1} / (1·3·…·(2n+1))
    let term = x;
    let sum = x;
    for (let n = 1; term > sum * 1e-17; n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return Math.min(1, 2 * gaussian * sum);
  }
  // √π e^{x²} erfc x = 1/(x + (1/2)/(x + (2/2)/(x + (3/2)/(x + …))))
  let fraction = x;
  for (let n = 60; n >= 1; n--) fraction = x + n / 2 / fraction;
  return 1 - gaussian / fraction;
}

/**
 * Compute P(χ²₁ ≤ x).
 *
 * @param x - any number; 0 and below give 0
 * @returns a probability in [0, 1]
 */
export function chiSquareCumulative(x: number): number {
  return x <= 0 ? 0 : errorFunction(Math.sqrt(x / 2));
}
