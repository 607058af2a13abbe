/**
 * Missing transverse momentum: minus the vector sum of what was seen, each particle scaled by its weight.
 *
 * |Σ w·pT·(cos φ, sin φ)| is what invisible particles must have carried away; a wrong weight of a pileup particle
 * enters directly, which makes its resolution the sharpest test of pileup weights.
 */
import { ShapeError } from '../errors.ts';
import { cosScalar, sinScalar } from '../tensor/index.ts';
import { type Particles, validateParticles } from './particles.ts';

/** A vector in the transverse plane, in GeV. */
export interface TransverseVector {
  readonly x: number;
  readonly y: number;
}

/**
 * Compute the missing transverse momentum −Σ w·pT·(cos φ, sin φ).
 *
 * @param weights - one per particle; all 1 by default
 * @returns a vector in GeV; (0, 0) for no particles
 * @throws ShapeError if the number of weights differs, ValueError for unphysical particles
 */
export function missingMomentum(particles: Particles, weights?: ArrayLike<number>): TransverseVector {
  validateParticles(particles);
  if (weights !== undefined && weights.length !== particles.count) {
    throw new ShapeError(
      `There are ${weights.length} weights for ${particles.count} particles; the numbers must be equal.`,
    );
  }
  let x = 0;
  let y = 0;
  for (let i = 0; i < particles.count; i++) {
    const pt = particles.pt[i]! * (weights === undefined ? 1 : weights[i]!);
    x -= pt * cosScalar(particles.phi[i]!);
    y -= pt * sinScalar(particles.phi[i]!);
  }
  return { x, y };
}

/** Return the length of a transverse vector in GeV. */
export function magnitude(vector: TransverseVector): number {
  return Math.sqrt(vector.x * vector.x + vector.y * vector.y);
}
