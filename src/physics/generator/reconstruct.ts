/**
 * From collisions to events: the detector sees every particle once, and what it sees is summed twice, with pileup and
 * without.
 *
 * Generated and recorded collisions go the same way. Every label is computed from the collisions: the truth weight of a
 * track is 1 if it came from the hard collision and else 0, whatever vertex it was put on; that of a tower is the hard
 * collision's share of its energy, so that merged towers have weights strictly between 0 and 1.
 */
import { ValueError } from '../../errors.ts';
import type { RandomStream } from '../../random/index.ts';
import { cosScalar, sinhScalar, sinScalar } from '../../tensor/index.ts';
import type { PileupEvent } from '../events.ts';
import { emptyMomenta, type FourMomenta } from '../four-momenta.ts';
import type { TransverseVector } from '../missing-momentum.ts';
import { emptyParticles, type Particles, speciesNames, vertexCode } from '../particles.ts';
import { generatorConfiguration, type GeneratorOptions } from './configuration.ts';
import { towerEta, towerMomentum, towerPhi, towerSpecies } from './calorimeter.ts';
import { descendingOrder } from './descending-order.ts';
import { detect, emptyReadout, type Readout } from './detector.ts';
import { type Collision, energyOf, type GeneratedParticle } from './generated-particle.ts';

/**
 * Reconstruct one event from its collisions.
 *
 * The detector draws for the hard collision and for pileup from substreams of their own, so the twin is the same with any
 * pileup.
 *
 * @param hard - the collision of the primary vertex
 * @param options - only those of the detector matter: acceptance and thresholds
 * @param stream - stream of this event alone
 * @param invisible - summed transverse momentum in GeV of the neutrinos. @defaultValue 0
 * @throws ValueError for an option outside its range or a particle that is none
 */
export function reconstructEvent(
  hard: Collision,
  pileup: readonly Collision[],
  options: GeneratorOptions,
  stream: RandomStream,
  invisible: TransverseVector = { x: 0, y: 0 },
): PileupEvent {
  const c = generatorConfiguration(options);
  for (const collision of [hard, ...pileup]) validateCollision(collision);
  const count = pileup.reduce((sum, { particles }) => sum + particles.length, hard.particles.length);
  const readout = emptyReadout(count);
  const hardDetector = stream.split('detector of hard scatter');
  for (const p of hard.particles) detect(p, 0, c, hardDetector, readout);
  const primary: Readout = { ...readout, towers: readout.towers.slice() };
  const pileupDetector = stream.split('detector of pileup');
  for (const { z, particles } of pileup) {
    for (const p of particles) detect(p, z - hard.z, c, pileupDetector, readout);
  }
  const { particles, sources } = collect(readout, c.towerMinMomentum);
  return {
    particles,
    truth: truthWeights(sources, primary, readout),
    twin: collect(primary, c.towerMinMomentum).particles,
    generated: visibleMomenta(hard.particles, c.calorimeterMaxEta),
    missing: visibleImbalance(hard.particles, c.calorimeterMaxEta),
    invisible,
    pileupVertices: pileup.length,
    vertices: Float64Array.from(pileup, ({ z }) => z - hard.z),
  };
}

/** Refuse what no detector can see, before it becomes NaN in an event. */
function validateCollision({ z, particles }: Collision): void {
  if (!Number.isFinite(z)) throw new ValueError(`A collision has z = ${z} mm; it must be a finite number.`);
  for (const p of particles) {
    if (!(Number.isFinite(p.pt + p.eta + p.phi + (p.d0 ?? 0)) && p.pt >= 0)) {
      throw new ValueError(
        `A generated particle has pt = ${p.pt} GeV, eta = ${p.eta}, phi = ${p.phi}, d0 = ${p.d0 ?? 0} mm; ` +
          'all must be finite numbers and pt 0 or more.',
      );
    }
    if (!(p.species >= 0 && p.species < speciesNames.length && Number.isInteger(p.species))) {
      throw new ValueError(
        `A generated particle has species = ${p.species}; it must be a whole number from 0 to ${speciesNames.length - 1}.`,
      );
    }
  }
}

/** Particles of a readout, hardest first, and where each comes from: a track's row, or −1 − number of a tower. */
interface Collected {
  readonly particles: Particles;
  readonly sources: Int32Array;
}

/** Make one list of tracks and towers of at least `minMomentum` GeV. */
function collect({ tracks, trackCount, towers, hits, hitCount }: Readout, minMomentum: number): Collected {
  const pt = new Float64Array(trackCount + hitCount);
  const found = new Int32Array(trackCount + hitCount);
  for (let i = 0; i < trackCount; i++) {
    pt[i] = tracks.pt[i]!;
    found[i] = i;
  }
  let count = trackCount;
  for (let h = 0; h < hitCount; h++) {
    const momentum = towerMomentum(hits[h]!, towers[hits[h]!]!);
    if (momentum < minMomentum) continue;
    pt[count] = momentum;
    found[count++] = -1 - hits[h]!;
  }
  const order = descendingOrder(pt.subarray(0, count));
  const particles = emptyParticles(count);
  const sources = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const source = found[order[i]!]!;
    sources[i] = source;
    particles.pt[i] = pt[order[i]!]!;
    if (source < 0) {
      const tower = -1 - source;
      particles.eta[i] = towerEta(tower);
      particles.phi[i] = towerPhi(tower);
      particles.energy[i] = towers[tower]!;
      particles.species[i] = towerSpecies(tower);
      particles.vertex[i] = vertexCode.none;
    } else {
      particles.eta[i] = tracks.eta[source]!;
      particles.phi[i] = tracks.phi[source]!;
      particles.energy[i] = tracks.energy[source]!;
      particles.d0[i] = tracks.d0[source]!;
      particles.dz[i] = tracks.dz[source]!;
      particles.charge[i] = tracks.charge[source]!;
      particles.species[i] = tracks.species[source]!;
      particles.vertex[i] = tracks.vertex[source]!;
    }
  }
  return { particles, sources };
}

/** Share of the hard collision in each particle: its tracks are the first ones of the readout. */
function truthWeights(sources: Int32Array, primary: Readout, full: Readout): Float64Array {
  const truth = new Float64Array(sources.length);
  for (let i = 0; i < truth.length; i++) {
    const source = sources[i]!;
    if (source < 0) truth[i] = primary.towers[-1 - source]! / full.towers[-1 - source]!;
    else if (source < primary.trackCount) truth[i] = 1;
  }
  return truth;
}

/**
 * Sum the momentum of visible particles within |η| < maxEta, as a generator-level missing momentum −Σ pT.
 * Momentum along the beam is not balanced in a collision, so only the transverse plane counts.
 */
function visibleImbalance(particles: readonly GeneratedParticle[], maxEta: number): { x: number; y: number } {
  let x = 0;
  let y = 0;
  for (const p of particles) {
    if (Math.abs(p.eta) >= maxEta) continue;
    x -= p.pt * cosScalar(p.phi);
    y -= p.pt * sinScalar(p.phi);
  }
  return { x, y };
}

/** Give the four-momenta of visible particles within |η| < maxEta. */
function visibleMomenta(particles: readonly GeneratedParticle[], maxEta: number): FourMomenta {
  const seen = particles.filter((p) => Math.abs(p.eta) < maxEta);
  const momenta = emptyMomenta(seen.length);
  seen.forEach((p, i) => {
    momenta.px[i] = p.pt * cosScalar(p.phi);
    momenta.py[i] = p.pt * sinScalar(p.phi);
    momenta.pz[i] = p.pt * sinhScalar(p.eta);
    momenta.energy[i] = energyOf(p.pt, p.eta, p.species);
  });
  return momenta;
}
