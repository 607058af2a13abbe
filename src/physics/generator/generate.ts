/**
 * The pileup event generator: one hard collision, a Poisson number of pileup collisions, a detector, and the same hard
 * collision once more without pileup.
 *
 * It is a toy in its physics and honest in its statistics: every label is computed from what was generated. The truth
 * weight of a track is 1 if it came from the hard collision and else 0, whatever vertex it was put on; that of a tower is
 * the hard collision's share of its energy, so that merged towers have weights strictly between 0 and 1.
 */
import { ValueError } from '../../errors.ts';
import { type RandomStream, stream as namedStream } from '../../random/index.ts';
import type { PileupEvent } from '../events.ts';
import { emptyParticles, type Particles, vertexCode } from '../particles.ts';
import { type GeneratorConfiguration, generatorConfiguration, type GeneratorOptions } from './configuration.ts';
import { type Deposit, detect, type Track, towerGeometry, towerMomentum } from './detector.ts';
import { softParticles, fragmentJet, drawJetMomentum } from './fragmentation.ts';
import { chargeOf, type GeneratedParticle } from './generated-particle.ts';
import { hardScatter, visibleImbalance, visibleMomenta } from './hard-scatter.ts';

/**
 * Generate one event.
 *
 * The hard collision draws from its own substreams, so it is the same at any pileup.
 *
 * @param stream - stream of this event alone
 * @throws ValueError for an option outside its range
 */
export function generateEvent(options: GeneratorOptions, stream: RandomStream): PileupEvent {
  const c = generatorConfiguration(options);
  const hard = hardScatter(c, stream.split('hard scatter'));
  const hardDetector = stream.split('detector of hard scatter');
  const primary = hard.visible.map((p) => detect(p, 0, c, hardDetector)).filter((d) => d !== null);
  const vertices = stream.split('vertices');
  const vertex = vertices.normal(0, c.beamSpread);
  const pileupVertices = vertices.poisson(c.meanPileup);
  const collisions = stream.split('pileup');
  const pileup: (Track | Deposit)[] = [];
  for (let v = 0; v < pileupVertices; v++) {
    const z = vertices.normal(0, c.beamSpread) - vertex;
    for (const p of pileupCollision(c, collisions)) {
      const seen = detect(p, z, c, collisions);
      if (seen !== null) pileup.push(seen);
    }
  }
  const full = reconstruct(primary, pileup, c);
  return {
    ...full,
    twin: reconstruct(primary, [], c).particles,
    generated: visibleMomenta(hard.visible, c.calorimeterMaxEta),
    missing: visibleImbalance(hard.visible, c.calorimeterMaxEta),
    invisible: hard.invisible,
    pileupVertices,
  };
}

/**
 * Generate `count` events from a seed; event i does not depend on `count`.
 *
 * @param seed - names the sample; training and test samples take different ones
 * @throws ValueError if `count` is not a whole number of 0 or more, or for an option outside its range
 */
export function generateEvents(options: GeneratorOptions, seed: string | number, count: number): PileupEvent[] {
  if (!Number.isInteger(count) || count < 0)
    throw new ValueError(`The number of events is ${count}; it must be a whole number of 0 or more.`);
  return Array.from({ length: count }, (_, i) => generateEvent(options, namedStream(seed, 'event', String(i))));
}

/** Particles of one pileup collision; a few have a small jet, which is what makes pileup hard to tell apart. */
function pileupCollision(c: GeneratorConfiguration, stream: RandomStream): GeneratedParticle[] {
  const particles = softParticles(stream.poisson(c.particlesPerCollision), c, stream);
  if (stream.uniform() < c.pileupJetChance) {
    const eta = stream.uniform(-c.calorimeterMaxEta, c.calorimeterMaxEta);
    const phi = stream.uniform(-Math.PI, Math.PI);
    particles.push(...fragmentJet(drawJetMomentum(5, 50, stream), eta, phi, c, stream));
  }
  return particles;
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
