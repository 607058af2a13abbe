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
import { type GeneratorConfiguration, generatorConfiguration, type GeneratorOptions } from './configuration.ts';
import { drawJetMomentum, fragmentJet, softParticles } from './fragmentation.ts';
import type { GeneratedParticle } from './generated-particle.ts';
import { hardScatter } from './hard-scatter.ts';
import { reconstructEvent } from './reconstruct.ts';

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
  const vertices = stream.split('vertices');
  const z = vertices.normal(0, c.beamSpread);
  const particles = stream.split('pileup');
  const pileup = Array.from({ length: vertices.poisson(c.meanPileup) }, () => ({
    z: vertices.normal(0, c.beamSpread),
    particles: pileupCollision(c, particles),
  }));
  return reconstructEvent({ z, particles: hard.visible }, pileup, c, stream, hard.invisible);
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
