/** The W boson's leptonic decay, as W+jets and top pairs have it. */
import type { RandomStream } from '../../random/index.ts';
import { decay, direction, type FourVector } from './decay.ts';
import { type GeneratedParticle, massOf, speciesCode } from './generated-particle.ts';

/** Mass in GeV. */
export const massW = 80.4;

/** The leptons of either charge; W → τν is left out. */
export const leptons: Readonly<Record<'negative' | 'positive', readonly number[]>> = {
  negative: [speciesCode('electron'), speciesCode('muon')],
  positive: [speciesCode('positron'), speciesCode('antimuon')],
};

/** A charged lepton and its neutrino. */
export interface LeptonicDecay {
  readonly species: number;
  readonly lepton: FourVector;
  readonly neutrino: FourVector;
}

/** Decay a W boson to a lepton of one of the given species. */
export function decayW(boson: FourVector, species: readonly number[], stream: RandomStream): LeptonicDecay {
  const chosen = stream.choice(species);
  const [lepton, neutrino] = decay(boson, massW, [massOf(chosen), 0], stream);
  return { species: chosen, lepton, neutrino };
}

/** The lepton as a particle that flies into the detector, straight from the collision. */
export function visibleLepton({ lepton, species }: LeptonicDecay): GeneratedParticle {
  return { ...direction(lepton), species, d0: 0 };
}
