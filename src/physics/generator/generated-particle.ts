/** Stable particles before the detector, the collisions that they leave, and the kinematics that a species fixes. */
import { coshScalar } from '../../tensor/index.ts';
import { speciesNames } from '../particles.ts';

/** A visible particle that leaves a collision; all numbers finite. */
export interface GeneratedParticle {
  /** Transverse momentum in GeV, at least 0. */
  readonly pt: number;
  readonly eta: number;
  /** Azimuth in radians, any turn. */
  readonly phi: number;
  /** Index into `speciesNames`. */
  readonly species: number;
  /**
   * True transverse impact parameter in mm, as the flight of a parent left it. Where it is absent, the detector draws
   * that of an average track: most are prompt, a few come from long-lived parents.
   */
  readonly d0?: number;
}

/** One collision of two protons. */
export interface Collision {
  /** Place along the beam in mm. */
  readonly z: number;
  readonly particles: readonly GeneratedParticle[];
}

const masses: Record<(typeof speciesNames)[number], number> = {
  'positive hadron': 0.13957,
  'negative hadron': 0.13957,
  'neutral hadron': 0.49761,
  photon: 0,
  electron: 0.000511,
  positron: 0.000511,
  muon: 0.10566,
  antimuon: 0.10566,
};

const charges: Record<(typeof speciesNames)[number], -1 | 0 | 1> = {
  'positive hadron': 1,
  'negative hadron': -1,
  'neutral hadron': 0,
  photon: 0,
  electron: -1,
  positron: 1,
  muon: -1,
  antimuon: 1,
};

/** Index of a species name. */
export function speciesCode(name: (typeof speciesNames)[number]): number {
  return speciesNames.indexOf(name);
}

/** Electric charge of a species. */
export function chargeOf(species: number): -1 | 0 | 1 {
  return charges[speciesNames[species]!];
}

/** Energy in GeV of a particle, E² = (pT·cosh η)² + m². */
export function energyOf(pt: number, eta: number, species: number): number {
  const momentum = pt * coshScalar(eta);
  const mass = masses[speciesNames[species]!];
  return Math.sqrt(momentum * momentum + mass * mass);
}
