/**
 * Poisson counts, exact in distribution: no normal approximation at any mean.
 *
 * Small means count exponential arrivals; from 10 on, Hörmann's transformed rejection PTRS ("The transformed rejection
 * method for generating Poisson random variables", Insurance: Mathematics and Economics 12, 1993), whose cost does not
 * grow with the mean. Rounding in the acceptance test limits it to means below 2^40 or so.
 */
import { logarithm } from './logarithm.ts';

/** Draw a Poisson count; `uniform` gives doubles in (0, 1). */
export function poissonCount(uniform: () => number, mean: number): number {
  return mean < 10 ? countArrivals(uniform, mean) : transformedRejection(uniform, mean);
}

function countArrivals(uniform: () => number, mean: number): number {
  let count = 0;
  let time = -logarithm(uniform());
  while (time < mean) {
    count += 1;
    time -= logarithm(uniform());
  }
  return count;
}

function transformedRejection(uniform: () => number, mean: number): number {
  const logMean = logarithm(mean);
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const squeeze = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = uniform() - 0.5;
    const v = uniform();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= squeeze) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    if (logarithm((v * inverseAlpha) / (a / (us * us) + b)) <= k * logMean - mean - logFactorial(k)) return k;
  }
}

const HALF_LOG_TWO_PI = 0.9189385332046727;

/** ln k!, by the product below 16 and Stirling's series above (error below 1e-12). */
function logFactorial(k: number): number {
  if (k < 16) {
    let product = 1;
    for (let i = 2; i <= k; i += 1) product *= i;
    return logarithm(product);
  }
  const r = 1 / (k * k);
  return (k + 0.5) * logarithm(k) - k + HALF_LOG_TWO_PI + (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r / 1680))) / k;
}
