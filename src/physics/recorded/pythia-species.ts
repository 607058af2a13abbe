/**
 * What a particle is, from its printed momentum and energy alone.
 *
 * The mass E² − p² is known to the precision of the print. Where it tells kinds apart the nearest one is taken; a mass
 * that fits several is drawn among them. Limits: the sign of a charge is never printed and always drawn; a neutrino is
 * massless and so taken for a photon, which is seen; electrons count as photons where the print does not resolve their
 * mass, since photons are by far more frequent.
 */
import type { RandomStream } from '../../random/index.ts';
import { speciesCode } from '../generator/generated-particle.ts';

/** A printed four-momentum, and by how much its mass squared may be off, all in GeV. */
export interface PrintedMomentum {
  readonly px: number;
  readonly py: number;
  readonly pz: number;
  readonly energy: number;
  /** Largest error of E² − p² that the printed digits leave, in GeV². */
  readonly tolerance: number;
}

type Kind = 'photon' | 'electron' | 'muon' | 'charged hadron' | 'neutral hadron';

/** Stable particles: mass in GeV (Particle Data Group, rounded as event generators do) and what a detector sees. */
const stable: readonly { readonly mass: number; readonly kind: Kind }[] = [
  { mass: 0, kind: 'photon' },
  { mass: 0.000511, kind: 'electron' },
  { mass: 0.10566, kind: 'muon' },
  { mass: 0.13957, kind: 'charged hadron' },
  { mass: 0.49368, kind: 'charged hadron' },
  { mass: 0.49761, kind: 'neutral hadron' },
  { mass: 0.93827, kind: 'charged hadron' },
  { mass: 0.93957, kind: 'neutral hadron' },
];

/** Relative differences in mass squared between one program's table of masses and another's. */
const tableTolerance = 4e-4;

/** Compute E² − p² in GeV². */
export function massSquared({ px, py, pz, energy }: PrintedMomentum): number {
  return energy * energy - px * px - py * py - pz * pz;
}

/**
 * Tell or draw the species of a particle.
 *
 * @returns an index into `speciesNames`
 */
export function printedSpecies(momentum: PrintedMomentum, stream: RandomStream): number {
  const kind = kindOf(massSquared(momentum), momentum.tolerance, stream);
  const positive = stream.uniform() < 0.5;
  switch (kind) {
    case 'photon':
    case 'neutral hadron':
      return speciesCode(kind);
    case 'electron':
      return speciesCode(positive ? 'positron' : 'electron');
    case 'muon':
      return speciesCode(positive ? 'antimuon' : 'muon');
    case 'charged hadron':
      return speciesCode(positive ? 'positive hadron' : 'negative hadron');
  }
}

function kindOf(square: number, tolerance: number, stream: RandomStream): Kind {
  const distance = (mass: number): number => Math.abs(square - mass * mass);
  const fitting = stable.filter(({ mass }) => distance(mass) <= tolerance + tableTolerance * mass * mass);
  if (fitting[0]?.kind === 'photon') return 'photon';
  if (fitting.length > 0) return stream.choice(fitting).kind;
  return stable.reduce((best, other) => (distance(other.mass) < distance(best.mass) ? other : best)).kind;
}
