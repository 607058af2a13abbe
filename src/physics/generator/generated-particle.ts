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

/** Mass in GeV and charge of each species: pions for charged hadrons, kaons for neutral ones. */
const properties: Record<(typeof speciesNames)[number], { readonly mass: number; readonly charge: -1 | 0 | 1 }> = {
  'positive hadron': { mass: 0.13957, charge: 1 },
  'negative hadron': { mass: 0.13957, charge: -1 },
  'neutral hadron': { mass: 0.49761, charge: 0 },
  photon: { mass: 0, charge: 0 },
  electron: { mass: 0.000511, charge: -1 },
  positron: { mass: 0.000511, charge: 1 },
  muon: { mass: 0.10566, charge: -1 },
  antimuon: { mass: 0.10566, charge: 1 },
};
const masses = Float64Array.from(speciesNames, (name) => properties[name].mass);
const charges = Int8Array.from(speciesNames, (name) => properties[name].charge);

/** Index of a species name. */
export function speciesCode(name: (typeof speciesNames)[number]): number {
  return speciesNames.indexOf(name);
}

/** Electric charge of a species: −1, 0 or 1. */
export function chargeOf(species: number): number {
  return charges[species]!;
}

/** Mass in GeV of a species. */
export function massOf(species: number): number {
  return masses[species]!;
}

/** Energy in GeV of a particle, E² = (pT·cosh η)² + m². */
export function energyOf(pt: number, eta: number, species: number): number {
  const momentum = pt * coshScalar(eta);
  const mass = masses[species]!;
  return Math.sqrt(momentum * momentum + mass * mass);
}
