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
import { type GeneratorConfiguration, generatorConfiguration, type GeneratorOptions } from './configuration.ts';
import { type Deposit, detect, type Track, towerGeometry, towerMomentum } from './detector.ts';
import { chargeOf, type Collision, energyOf, type GeneratedParticle } from './generated-particle.ts';

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
  const hardDetector = stream.split('detector of hard scatter');
  const primary = hard.particles.map((p) => detect(p, 0, c, hardDetector)).filter((d) => d !== null);
  const pileupDetector = stream.split('detector of pileup');
  const others = pileup
    .flatMap(({ z, particles }) => particles.map((p) => detect(p, z - hard.z, c, pileupDetector)))
    .filter((d) => d !== null);
  return {
    ...reconstruct(primary, others, c),
    twin: reconstruct(primary, [], c).particles,
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
    for (const [name, value] of [
      ['pt', p.pt],
      ['eta', p.eta],
      ['phi', p.phi],
      ['d0', p.d0 ?? 0],
    ] as const) {
      if (!Number.isFinite(value))
        throw new ValueError(`A generated particle has ${name} = ${value}; it must be a finite number.`);
    }
    if (p.pt < 0) throw new ValueError(`A generated particle has pt = ${p.pt} GeV; it must be 0 or more.`);
    if (speciesNames[p.species] === undefined) {
      throw new ValueError(
        `A generated particle has species = ${p.species}; it must be a whole number from 0 to ${speciesNames.length - 1}.`,
      );
    }
  }
}

interface Tower {
  primary: number;
  total: number;
}

/** Sum deposits to towers and sort everything by falling pT. */
function reconstruct(
  primary: readonly (Track | Deposit)[],
  pileup: readonly (Track | Deposit)[],
  c: GeneratorConfiguration,
): { particles: Particles; truth: Float64Array } {
  const towers = new Map<number, Tower>();
  const rows: { track: Track; truth: number }[] = [];
  const add = (seen: Track | Deposit, fromPrimary: boolean): void => {
    if (seen.kind === 'track') {
      rows.push({ track: seen, truth: fromPrimary ? 1 : 0 });
      return;
    }
    let tower = towers.get(seen.tower);
    if (tower === undefined) towers.set(seen.tower, (tower = { primary: 0, total: 0 }));
    tower.total += seen.energy;
    if (fromPrimary) tower.primary += seen.energy;
  };
  for (const seen of primary) add(seen, true);
  for (const seen of pileup) add(seen, false);
  for (const [id, tower] of [...towers].toSorted((a, b) => a[0] - b[0])) {
    const { eta, phi, species } = towerGeometry(id);
    const pt = towerMomentum(tower.total, eta);
    if (pt < c.towerMinMomentum) continue;
    const track: Track = {
      kind: 'track',
      pt,
      eta,
      phi,
      energy: tower.total,
      d0: 0,
      dz: 0,
      species,
      vertex: vertexCode.none,
    };
    rows.push({ track, truth: tower.primary / tower.total });
  }
  rows.sort((a, b) => b.track.pt - a.track.pt);
  const particles = emptyParticles(rows.length);
  const truth = new Float64Array(rows.length);
  rows.forEach(({ track, truth: weight }, i) => {
    particles.pt[i] = track.pt;
    particles.eta[i] = track.eta;
    particles.phi[i] = track.phi;
    particles.energy[i] = track.energy;
    particles.d0[i] = track.d0;
    particles.dz[i] = track.dz;
    particles.charge[i] = track.vertex === vertexCode.none ? 0 : chargeOf(track.species);
    particles.species[i] = track.species;
    particles.vertex[i] = track.vertex;
    truth[i] = weight;
  });
  return { particles, truth };
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
