/**
 * Reconstructed particles of one event as a struct of arrays: one typed array per quantity, all of length `count`.
 *
 * Units everywhere in `physics`: momenta and energies in GeV, lengths in millimetres, angles in radians; η is
 * pseudorapidity and φ lies in [−π, π). Plain arrays, not objects, because an event has about a thousand particles
 * and every consumer walks one quantity at a time.
 */
import { ValueError } from '../errors.ts';

/**
 * Particle species in the order of the one-hot code: what a particle-flow reconstruction can tell apart.
 * The index of a name is the value stored in {@link Particles.species}.
 */
export const speciesNames = [
  'positive hadron',
  'negative hadron',
  'neutral hadron',
  'photon',
  'electron',
  'positron',
  'muon',
  'antimuon',
] as const;

/** Where a reconstruction puts a particle: a track of the primary vertex, a track of another one, or no track at all. */
export const vertexCode = { primary: 0, pileup: 1, none: -1 } as const;

/** Reconstructed particles; all arrays have `count` elements. */
export interface Particles {
  readonly count: number;
  /** Transverse momentum in GeV, at least 0. */
  readonly pt: Float64Array;
  readonly eta: Float64Array;
  /** Azimuth in radians, [−π, π). */
  readonly phi: Float64Array;
  /** Energy in GeV, at least 0. */
  readonly energy: Float64Array;
  /** Transverse impact parameter in mm; 0 without a track. */
  readonly d0: Float64Array;
  /** Longitudinal distance to the primary vertex in mm; 0 without a track. */
  readonly dz: Float64Array;
  /** −1, 0 or 1. */
  readonly charge: Int8Array;
  /** Index into {@link speciesNames}. */
  readonly species: Uint8Array;
  /** Reconstructed association, one of {@link vertexCode}. */
  readonly vertex: Int8Array;
}

/**
 * Make zero-filled arrays for `count` particles, for a caller that fills them.
 *
 * @param count - number of particles, at least 0
 */
export function emptyParticles(count: number): Particles {
  return {
    count,
    pt: new Float64Array(count),
    eta: new Float64Array(count),
    phi: new Float64Array(count),
    energy: new Float64Array(count),
    d0: new Float64Array(count),
    dz: new Float64Array(count),
    charge: new Int8Array(count),
    species: new Uint8Array(count),
    vertex: new Int8Array(count),
  };
}

/**
 * Check that particles are physical: equal lengths, finite values, no negative momentum or energy, known codes.
 *
 * @throws ValueError naming the first particle and quantity that is not.
 */
export function validateParticles(particles: Particles): void {
  const { count } = particles;
  for (const name of ['pt', 'eta', 'phi', 'energy', 'd0', 'dz', 'charge', 'species', 'vertex'] as const) {
    const values = particles[name];
    if (values.length !== count) {
      throw new ValueError(
        `Particle array "${name}" has ${values.length} elements, but the event has ${count} particles.`,
      );
    }
    for (let i = 0; i < count; i++) {
      const value = values[i]!;
      if (!Number.isFinite(value)) {
        throw new ValueError(`Particle ${i} has ${name} = ${value}; it must be a finite number.`);
      }
      if (value < 0 && (name === 'pt' || name === 'energy')) {
        throw new ValueError(`Particle ${i} has ${name} = ${value} GeV; it must be 0 or more.`);
      }
    }
  }
  for (let i = 0; i < count; i++) {
    if (particles.charge[i]! < -1 || particles.charge[i]! > 1) {
      throw new ValueError(`Particle ${i} has charge = ${particles.charge[i]}; it must be -1, 0 or 1.`);
    }
    if (particles.species[i]! >= speciesNames.length) {
      throw new ValueError(
        `Particle ${i} has species = ${particles.species[i]}; it must be 0 to ${speciesNames.length - 1}.`,
      );
    }
    if (particles.vertex[i]! < -1 || particles.vertex[i]! > 1) {
      throw new ValueError(
        `Particle ${i} has vertex = ${particles.vertex[i]}; it must be 0 (primary), 1 (pileup) or -1 (none).`,
      );
    }
  }
}
