/** Four-momenta as a struct of arrays: what jets are made of, before and after the detector. */
import { ShapeError } from '../errors.ts';
import { cosScalar, sinhScalar, sinScalar } from '../tensor/index.ts';
import type { Particles } from './particles.ts';

/** Four-momenta in GeV; all arrays have `count` elements. */
export interface FourMomenta {
  readonly count: number;
  readonly px: Float64Array;
  readonly py: Float64Array;
  readonly pz: Float64Array;
  readonly energy: Float64Array;
}

/**
 * Make zero-filled arrays for `count` four-momenta, for a caller that fills them.
 *
 * @param count - at least 0
 */
export function emptyMomenta(count: number): FourMomenta {
  return {
    count,
    px: new Float64Array(count),
    py: new Float64Array(count),
    pz: new Float64Array(count),
    energy: new Float64Array(count),
  };
}

/**
 * Give the four-momenta of particles, each scaled by its weight.
 *
 * @param weights - one per particle; all 1 by default
 * @throws ShapeError if the number of weights differs
 */
export function fourMomenta(particles: Particles, weights?: ArrayLike<number>): FourMomenta {
  const { count, pt, eta, phi, energy } = particles;
  if (weights !== undefined && weights.length !== count)
    throw new ShapeError(`There are ${weights.length} weights for ${count} particles; the numbers must be equal.`);
  const momenta = emptyMomenta(count);
  for (let i = 0; i < count; i++) {
    const weight = weights === undefined ? 1 : weights[i]!;
    const scaled = weight * pt[i]!;
    momenta.px[i] = scaled * cosScalar(phi[i]!);
    momenta.py[i] = scaled * sinScalar(phi[i]!);
    momenta.pz[i] = scaled * sinhScalar(eta[i]!);
    momenta.energy[i] = weight * energy[i]!;
  }
  return momenta;
}
