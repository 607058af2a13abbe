/**
 * The hard collision: W+jets to train on, dileptonic top pairs to test on.
 *
 * Neutrinos are never seen; their transverse momentum is the real missing momentum that every reconstruction is measured
 * against. It balances what else comes from the hard process; the underlying event adds its own small imbalance, as it
 * does in data.
 */
import type { RandomStream } from '../../random/index.ts';
import type { TransverseVector } from '../missing-momentum.ts';
import type { GeneratorConfiguration, HardProcess } from './configuration.ts';
import { softParticles } from './fragmentation.ts';
import type { GeneratedParticle } from './generated-particle.ts';
import { topPair } from './top-pairs.ts';
import { wJets } from './w-jets.ts';

/** Visible particles of a hard collision and the summed transverse momentum of the invisible ones in GeV. */
export interface HardScatter {
  readonly visible: readonly GeneratedParticle[];
  readonly invisible: TransverseVector;
}

const processes: Record<HardProcess, (c: GeneratorConfiguration, stream: RandomStream) => HardScatter> = {
  wjets: wJets,
  ttbar: topPair,
};

/** Draw one hard collision with its underlying event. */
export function hardScatter(c: GeneratorConfiguration, stream: RandomStream): HardScatter {
  const { visible, invisible } = processes[c.process](c, stream);
  const underlying = softParticles(stream.poisson(c.underlyingEvent), c, stream);
  return { visible: [...visible, ...underlying], invisible };
}
