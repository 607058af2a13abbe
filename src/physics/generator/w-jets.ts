/**
 * W+jets: a W boson that decays to a charged lepton and a neutrino, recoiling against jets.
 *
 * The jets' fragments are drawn first and the W takes exactly their recoil, so that transverse momentum is balanced among
 * them.
 */
import type { RandomStream } from '../../random/index.ts';
import type { GeneratorConfiguration } from './configuration.ts';
import { atRapidity } from './decay.ts';
import { drawJets, recoilOf } from './fragmentation.ts';
import type { HardScatter } from './hard-scatter.ts';
import { decayW, leptons, massW, visibleLepton } from './w-boson.ts';

/** Standard deviation of the boson's rapidity. */
const rapiditySpread = 1;

/** Draw a W boson and its jets. */
export function wJets(c: GeneratorConfiguration, stream: RandomStream): HardScatter {
  const fragments = drawJets(c, stream);
  const { x, y } = recoilOf(fragments);
  const boson = atRapidity(x, y, stream.normal(0, rapiditySpread), massW);
  const decayed = decayW(boson, [...leptons.negative, ...leptons.positive], stream);
  return {
    visible: [...fragments, visibleLepton(decayed)],
    invisible: { x: decayed.neutrino.x, y: decayed.neutrino.y },
  };
}
