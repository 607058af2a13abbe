/** Cumulative χ² distribution with one degree of freedom, on the deterministic error function. */
import { erfScalar } from '../tensor/index.ts';

/**
 * Compute P(χ²₁ ≤ x) = erf(√(x/2)).
 *
 * @param x - any number; 0 and below give 0
 * @returns a probability in [0, 1]
 */
export function chiSquareCumulative(x: number): number {
  // The error function may exceed 1 by its rounding.
  return x <= 0 ? 0 : Math.min(1, erfScalar(Math.sqrt(x / 2)));
}
