/**
 * Rapidity and azimuth of a four-momentum, defined to the last case as FastJet defines them, since a jet is a set of
 * neighbours in this plane: the transverse mass is taken from E and pz, a negative square of a mass counts as 0, and a
 * particle along the beam gets a rapidity of its own far beyond every other.
 *
 * Source: FastJet 3.4, PseudoJet (Cacciari, Salam, Soyez, arXiv:1111.6097). One deviation: E = pz = 0 with transverse
 * momentum, which no particle has, lies at rapidity 0 and not at infinity.
 */
import { atan2Scalar, logScalar } from '../../tensor/index.ts';

const fullTurn = 2 * Math.PI;

/** Rapidity beyond that of every particle with transverse momentum. */
const beamRapidity = 1e5;

/**
 * Compute the rapidity ½ ln((E + pz)/(E − pz)).
 *
 * @returns a finite number; ±(1e5 + |pz|) along the beam, and 1e5 for a four-momentum of zeros
 */
export function rapidityOf(px: number, py: number, pz: number, energy: number): number {
  const size = Math.abs(pz);
  const transverse = px * px + py * py;
  const massSquared = (energy + pz) * (energy - pz) - transverse;
  const transverseMass = transverse + Math.max(0, massSquared);
  if (transverseMass === 0) return pz < 0 ? -beamRapidity - size : beamRapidity + size;
  const longitudinal = energy + size;
  const square = longitudinal * longitudinal;
  if (square === 0) return 0;
  const rapidity = 0.5 * logScalar(transverseMass / square);
  return pz > 0 ? -rapidity : rapidity;
}

/** Compute the azimuth in [0, 2π); 0 without transverse momentum. */
export function azimuthOf(px: number, py: number): number {
  if (px === 0 && py === 0) return 0;
  const phi = atan2Scalar(py, px);
  // A tiny negative angle becomes 2π by rounding, which is 0.
  const turned = phi < 0 ? phi + fullTurn : phi;
  return turned >= fullTurn ? turned - fullTurn : turned;
}

/** Return Δy² + Δφ² of two directions with azimuths in [0, 2π). */
export function planeDistanceSquared(rapidityA: number, phiA: number, rapidityB: number, phiB: number): number {
  const apart = Math.abs(phiA - phiB);
  const dPhi = apart > Math.PI ? fullTurn - apart : apart;
  const dRapidity = rapidityA - rapidityB;
  return dPhi * dPhi + dRapidity * dRapidity;
}
