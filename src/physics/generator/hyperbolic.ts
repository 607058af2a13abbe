/** Hyperbolic functions for pseudorapidity, on the deterministic exponential and logarithm. */
import { expScalar, logScalar } from '../../tensor/index.ts';

/** cosh x. */
export function coshScalar(x: number): number {
  return (expScalar(x) + expScalar(-x)) / 2;
}

/** sinh x; loses relative precision near 0, where pseudorapidities do not need it. */
export function sinhScalar(x: number): number {
  return (expScalar(x) - expScalar(-x)) / 2;
}

/** arsinh x = sgn x · ln(|x| + √(x² + 1)). */
export function arsinhScalar(x: number): number {
  const size = Math.abs(x);
  const value = logScalar(size + Math.sqrt(size * size + 1));
  return x < 0 ? -value : value;
}
