/**
 * The detector: tracks for charged particles, calorimeter towers for the rest, in the spirit of a particle-flow card.
 *
 * Every particle leaves one thing, with all its random detector effects already applied: a track, or smeared energy in one
 * tower. The reconstruction then only sums. So an event and its pileup-free twin are built from the same numbers, and the
 * share of the primary vertex in a tower is exact: truth weight × momentum of the full event equals the twin's momentum,
 * tower by tower.
 *
 * Limits: no magnetic bending, no fake tracks, no energy of tracked particles in the calorimeter; energy smearing is
 * log-normal, hence always positive, with the resolution of a particle alone (its stochastic part adds up correctly).
 */
import type { RandomStream } from '../../random/index.ts';
import { expScalar, logScalar } from '../../tensor/index.ts';
import { wrapPhi } from '../angles.ts';
import { emptyParticles, type Particles, vertexCode } from '../particles.ts';
import { towerAt, towerCount, towersPerLayer } from './calorimeter.ts';
import type { GeneratorConfiguration } from './configuration.ts';
import { chargeOf, energyOf, type GeneratedParticle, speciesCode } from './generated-particle.ts';

/** What the detector has seen so far; `detect` adds to it. */
export interface Readout {
  /** Tracks in the order of the particles; rows from `trackCount` on are empty. */
  readonly tracks: Particles;
  trackCount: number;
  /** Energy in GeV in each tower. */
  readonly towers: Float64Array;
  /** Numbers of the towers with energy, in the order in which they were hit; what follows `hitCount` is empty. */
  readonly hits: Int32Array;
  hitCount: number;
}

/** Start a readout that has room for what that many particles leave. */
export function emptyReadout(particles: number): Readout {
  return {
    tracks: emptyParticles(particles),
    trackCount: 0,
    towers: new Float64Array(towerCount),
    hits: new Int32Array(Math.min(particles, towerCount)),
    hitCount: 0,
  };
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

/** Resolution of a track's pT, relative, and of the energy in either layer of the calorimeter, relative and squared. */
const trackResolution = (pt: number): number => 0.01 + 0.0001 * pt;
const electromagneticVariance = (energy: number): number => 0.01 / energy + 0.0001;
const hadronicVariance = (energy: number): number => 0.25 / energy + 0.0025;

const isMuon = (species: number): boolean => species === muon || species === antimuon;
const isElectromagnetic = (species: number): boolean =>
  species === photon || species === electron || species === positron;
const [photon, electron, positron, muon, antimuon] = (
  ['photon', 'electron', 'positron', 'muon', 'antimuon'] as const
).map(speciesCode);

/**
 * Apply the detector to one particle. Muons without a track and what is outside the acceptance leave nothing.
 *
 * @param z - longitudinal distance in mm of its collision to the primary vertex
 * @param c - acceptance, and the impact parameters of particles that do not bring their own
 * @param stream - takes a varying number of draws; give the hard collision its own
 */
export function detect(
  p: GeneratedParticle,
  z: number,
  c: GeneratorConfiguration,
  stream: RandomStream,
  readout: Readout,
): void {
  const { eta, phi, species } = p;
  const size = Math.abs(eta);
  if (size >= c.calorimeterMaxEta || p.pt === 0) return;
  const charge = chargeOf(species);
  const reached = charge !== 0 && size < c.trackerMaxEta && p.pt >= c.trackMinMomentum;
  if (reached && stream.uniform() < trackEfficiency(eta)) {
    const { tracks } = readout;
    const i = readout.trackCount++;
    const sigma = longitudinalResolution(eta);
    const relative = trackResolution(p.pt);
    const pt = p.pt * logNormal(relative * relative, stream);
    const dz = z + stream.normal(0, sigma);
    tracks.pt[i] = pt;
    tracks.eta[i] = eta;
    tracks.phi[i] = wrapPhi(phi);
    tracks.energy[i] = energyOf(pt, eta, species);
    tracks.d0[i] = stream.normal(0, transverseResolution(p.pt, eta)) + (p.d0 ?? drawImpact(c, stream));
    tracks.dz[i] = dz;
    tracks.charge[i] = charge;
    tracks.species[i] = species;
    tracks.vertex[i] = Math.abs(dz) < associationWindow * sigma ? vertexCode.primary : vertexCode.pileup;
    return;
  }
  if (isMuon(species)) return;
  const energy = energyOf(p.pt, eta, species);
  if (energy === 0) return;
  const tower = towerAt(eta, phi);
  if (isElectromagnetic(species)) {
    deposit(tower, energy * logNormal(electromagneticVariance(energy), stream), readout);
  } else {
    deposit(tower + towersPerLayer, energy * logNormal(hadronicVariance(energy), stream), readout);
  }
}

function deposit(tower: number, energy: number, readout: Readout): void {
  if (readout.towers[tower] === 0) readout.hits[readout.hitCount++] = tower;
  readout.towers[tower]! += energy;
}

/** Draw a factor with mean 1 and the given variance, always above 0. */
function logNormal(variance: number, stream: RandomStream): number {
  const ofLogarithm = logScalar(1 + variance);
  return expScalar(Math.sqrt(ofLogarithm) * stream.normal() - ofLogarithm / 2);
}

/** Draw the true d0 in mm of an average track. */
function drawImpact(c: GeneratorConfiguration, stream: RandomStream): number {
  if (stream.uniform() >= c.displacedShare) return 0;
  return stream.exponential(c.displacement) * (stream.uniform() < 0.5 ? -1 : 1);
}
