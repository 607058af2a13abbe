/**
 * The detector: tracks for charged particles, calorimeter towers for the rest, in the spirit of a particle-flow card.
 *
 * Every generated particle becomes one *deposit*, with all its random detector effects already applied: a track, or
 * smeared energy in one tower. The reconstruction then only sums deposits. So an event and its pileup-free twin are
 * built from the same numbers, and the share of the primary vertex in a tower is exact: truth weight × momentum of the
 * full event equals the twin's momentum, tower by tower.
 *
 * Limits: no magnetic bending, no fake tracks, no energy deposit of tracked particles, no tower noise; energy smearing is
 * log-normal, hence always positive, with the resolution of a particle alone (its stochastic part adds up correctly).
 */
import type { RandomStream } from '../../random/index.ts';
import { coshScalar, expScalar, logScalar } from '../../tensor/index.ts';
import { wrapPhi } from '../angles.ts';
import { speciesNames, vertexCode } from '../particles.ts';
import type { GeneratorConfiguration } from './configuration.ts';
import { chargeOf, energyOf, type GeneratedParticle, speciesCode } from './generated-particle.ts';

/** A reconstructed track. */
export interface Track {
  readonly kind: 'track';
  readonly pt: number;
  readonly eta: number;
  readonly phi: number;
  readonly energy: number;
  readonly d0: number;
  readonly dz: number;
  readonly species: number;
  readonly vertex: number;
}

/** Smeared energy that one particle leaves in a calorimeter tower. */
export interface Deposit {
  readonly kind: 'deposit';
  /** Number of the tower; a photon and a hadron tower at the same place differ. */
  readonly tower: number;
  readonly energy: number;
}

/** Resolution of dz in mm: 0.1 in the middle, 1 at |η| = 4. */
export function longitudinalResolution(eta: number): number {
  const x = Math.abs(eta) / 4;
  return 0.1 + 0.9 * x * x;
}

/** Resolution of d0 in mm: better for hard and for central tracks. */
export function transverseResolution(pt: number, eta: number): number {
  const x = Math.abs(eta) / 4;
  return (0.01 + 0.04 * x * x) * (1 + 1 / Math.max(pt, 0.1));
}

/** Share of charged particles that leave a track. */
export function trackEfficiency(eta: number): number {
  const size = Math.abs(eta);
  return size < 1.5 ? 0.97 : size < 2.5 ? 0.87 : 0.82;
}

/** A track is put on the primary vertex if |dz| is within this many resolutions. */
const associationWindow = 3;
/** Share of charged particles from long-lived decays, and their mean extra |d0| in mm. */
const displacedShare = 0.05;
const displacement = 0.4;

/** Towers are 0.088 × 2π/72 up to |η| = 3 and 0.167 × 2π/36 from there to 5. */
const fine = { edge: 3, rows: 34, columns: 72 };
const coarse = { edge: 5, rows: 12, columns: 36 };
const towersPerLayer = 2 * (fine.rows * fine.columns + coarse.rows * coarse.columns);

/**
 * Apply the detector to one particle.
 *
 * @param z - longitudinal distance in mm of its collision to the primary vertex
 * @param c - acceptance
 * @param stream - takes a varying number of draws; give each collision its own
 * @returns null if nothing is seen
 */
export function detect(
  p: GeneratedParticle,
  z: number,
  c: GeneratorConfiguration,
  stream: RandomStream,
): Track | Deposit | null {
  const size = Math.abs(p.eta);
  if (size >= c.calorimeterMaxEta) return null;
  const charge = chargeOf(p.species);
  if (
    charge !== 0 &&
    size < c.trackerMaxEta &&
    p.pt >= c.trackMinMomentum &&
    stream.uniform() < trackEfficiency(p.eta)
  ) {
    const pt = p.pt * logNormal(0.01 + 0.0001 * p.pt, stream);
    const sigma = longitudinalResolution(p.eta);
    const dz = z + stream.normal(0, sigma);
    const prompt = stream.normal(0, transverseResolution(p.pt, p.eta));
    const flight = p.d0 ?? drawFlight(stream);
    const vertex = Math.abs(dz) < associationWindow * sigma ? vertexCode.primary : vertexCode.pileup;
    const energy = energyOf(pt, p.eta, p.species);
    return { kind: 'track', pt, eta: p.eta, phi: p.phi, energy, d0: prompt + flight, dz, species: p.species, vertex };
  }
  const name = speciesNames[p.species]!;
  if (name === 'muon' || name === 'antimuon') return null;
  const electromagnetic = name === 'photon' || name === 'electron' || name === 'positron';
  const energy = energyOf(p.pt, p.eta, p.species);
  const relative = electromagnetic ? Math.sqrt(0.01 / energy + 0.0001) : Math.sqrt(0.25 / energy + 0.0025);
  return {
    kind: 'deposit',
    tower: towerAt(p.eta, p.phi) + (electromagnetic ? 0 : towersPerLayer),
    energy: energy * logNormal(relative, stream),
  };
}

/** Draw the true d0 in mm of an average track. */
function drawFlight(stream: RandomStream): number {
  if (stream.uniform() >= displacedShare) return 0;
  return stream.exponential(displacement) * (stream.uniform() < 0.5 ? -1 : 1);
}

/** A factor with mean 1 and the given relative width, always above 0. */
function logNormal(relative: number, stream: RandomStream): number {
  const variance = logScalar(1 + relative * relative);
  return expScalar(Math.sqrt(variance) * stream.normal() - variance / 2);
}

/** Number of the tower that contains a direction with |η| < 5. */
export function towerAt(eta: number, phi: number): number {
  const size = Math.abs(eta);
  const side = eta < 0 ? 1 : 0;
  const grid = size < fine.edge ? fine : coarse;
  const inner = grid === fine ? 0 : fine.edge;
  const row = Math.min(grid.rows - 1, Math.floor(((size - inner) / (grid.edge - inner)) * grid.rows));
  const column = Math.min(grid.columns - 1, Math.floor(((wrapPhi(phi) + Math.PI) / (2 * Math.PI)) * grid.columns));
  const first = grid === fine ? 0 : 2 * fine.rows * fine.columns;
  return first + (side * grid.rows + row) * grid.columns + column;
}

/** Centre and species of a tower. */
export function towerGeometry(tower: number): { readonly eta: number; readonly phi: number; readonly species: number } {
  const species = tower < towersPerLayer ? speciesCode('photon') : speciesCode('neutral hadron');
  let index = tower % towersPerLayer;
  const grid = index < 2 * fine.rows * fine.columns ? fine : coarse;
  const inner = grid === fine ? 0 : fine.edge;
  if (grid === coarse) index -= 2 * fine.rows * fine.columns;
  const column = index % grid.columns;
  const line = Math.floor(index / grid.columns);
  const size = inner + ((grid.edge - inner) * ((line % grid.rows) + 0.5)) / grid.rows;
  const phi = wrapPhi(-Math.PI + (2 * Math.PI * (column + 0.5)) / grid.columns);
  return { eta: line >= grid.rows ? -size : size, phi, species };
}

/** Transverse momentum in GeV of a tower: its energy as if massless, E/cosh η. */
export function towerMomentum(energy: number, eta: number): number {
  return energy / coshScalar(eta);
}
