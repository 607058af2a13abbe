/** A jet: the sum of its constituents (E-scheme), and which they are. */
import { asinhScalar } from '../../tensor/index.ts';
import { wrapPhi } from '../angles.ts';
import { azimuthOf, rapidityOf } from './direction.ts';

/** A jet; momentum and energy in GeV. */
export interface Jet {
  readonly px: number;
  readonly py: number;
  readonly pz: number;
  readonly energy: number;
  /** Indices of the particles that it is made of, ascending. */
  readonly constituents: Int32Array;
}

/** A momentum with its energy in GeV. */
type Momentum = Omit<Jet, 'constituents'>;

/** Transverse momentum in GeV. */
export function jetPt({ px, py }: Momentum): number {
  return Math.sqrt(px * px + py * py);
}

/** Azimuth in [−π, π); 0 without transverse momentum. */
export function jetPhi({ px, py }: Momentum): number {
  return wrapPhi(azimuthOf(px, py));
}

/** Rapidity ½ ln((E + pz)/(E − pz)); ±(1e5 + |pz|) along the beam. */
export function jetRapidity({ px, py, pz, energy }: Momentum): number {
  return rapidityOf(px, py, pz, energy);
}

/** Pseudorapidity asinh(pz/pT); along the beam what the rapidity is there, as it is for a massless particle. */
export function jetEta({ px, py, pz }: Momentum): number {
  const pt = Math.sqrt(px * px + py * py);
  return pt > 0 ? asinhScalar(pz / pt) : rapidityOf(px, py, pz, Math.abs(pz));
}

/** Invariant mass in GeV; 0 where rounding makes its square negative. */
export function jetMass({ px, py, pz, energy }: Momentum): number {
  return Math.sqrt(Math.max(0, (energy + pz) * (energy - pz) - px * px - py * py));
}
