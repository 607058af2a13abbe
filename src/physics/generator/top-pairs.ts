/**
 * Dileptonic top pairs: t → bW and W → ℓν on both sides, recoiling against jets of the initial state.
 *
 * The tops are back to back in the transverse plane but for the recoil, which they share evenly. Their momentum there
 * follows pT·dpT / (1 + pT²/p0²)⁴, which peaks near 75 GeV, has its mean near 120 GeV and falls as pT⁻⁷, about as measured
 * at 13 TeV. Two neutrinos carry the missing momentum.
 *
 * Limits: no spin correlation, no widths, no τ leptons, no radiation of the b quarks but what their jets are made of.
 */
import type { RandomStream } from '../../random/index.ts';
import { cosScalar, expScalar, logScalar, sinScalar } from '../../tensor/index.ts';
import type { TransverseVector } from '../missing-momentum.ts';
import { bottomJet, massBottomQuark } from './bottom-jets.ts';
import type { GeneratorConfiguration } from './configuration.ts';
import { atRapidity, decay, type FourVector } from './decay.ts';
import { drawJets, recoilOf } from './fragmentation.ts';
import type { HardScatter } from './hard-scatter.ts';
import { decayW, type LeptonicDecay, leptons, massW, visibleLepton } from './w-boson.ts';

/** Mass in GeV. */
export const massTop = 172.5;
/** p0 of the spectrum in GeV. */
const momentumScale = 200;
/** Standard deviations of the rapidity of the pair, and of half the difference between the tops. */
const pairRapiditySpread = 0.8;
const halfDifferenceSpread = 0.6;

/** What a top quark becomes. */
export interface TopDecay extends LeptonicDecay {
  readonly bottom: FourVector;
}

/** Draw a pair of tops, the positive one first, with the given transverse momentum in GeV together, and decay both. */
export function decayTopPair(recoil: TransverseVector, stream: RandomStream): [TopDecay, TopDecay] {
  // Inverse of the cumulative distribution in pT², 1 − (1 + pT²/p0²)⁻³.
  const pt = momentumScale * Math.sqrt(expScalar(-logScalar(1 - stream.uniform()) / 3) - 1);
  const phi = stream.uniform(-Math.PI, Math.PI);
  const [x, y] = [pt * cosScalar(phi), pt * sinScalar(phi)];
  const rapidity = stream.normal(0, pairRapiditySpread);
  const difference = stream.normal(0, halfDifferenceSpread);
  const top = atRapidity(recoil.x / 2 + x, recoil.y / 2 + y, rapidity + difference, massTop);
  const antitop = atRapidity(recoil.x / 2 - x, recoil.y / 2 - y, rapidity - difference, massTop);
  return [decayTop(top, leptons.positive, stream), decayTop(antitop, leptons.negative, stream)];
}

function decayTop(top: FourVector, species: readonly number[], stream: RandomStream): TopDecay {
  const [bottom, boson] = decay(top, massTop, [massBottomQuark, massW], stream);
  return { bottom, ...decayW(boson, species, stream) };
}

/** Draw a top pair and the jets of the initial state. */
export function topPair(c: GeneratorConfiguration, stream: RandomStream): HardScatter {
  const fragments = drawJets(c, stream);
  const decays = decayTopPair(recoilOf(fragments), stream);
  return {
    visible: [...fragments, ...decays.flatMap((top) => [...bottomJet(top.bottom, c, stream), visibleLepton(top)])],
    invisible: {
      x: decays[0].neutrino.x + decays[1].neutrino.x,
      y: decays[0].neutrino.y + decays[1].neutrino.y,
    },
  };
}
