/**
 * Jets of b quarks: a b hadron that takes most of the momentum, flies some millimetres and decays, and what is left.
 *
 * The tracks of the decay do not point back to the vertex: a straight track that leaves a place at transverse distance L
 * under the angle Δφ to the flight passes the beam at d0 = L·sin Δφ. The flight is drawn per hadron, so its tracks share it.
 *
 * Limits: no semileptonic decays beyond the usual share of leptons, hence no neutrinos, and no charm decays further out.
 */
import type { RandomStream } from '../../random/index.ts';
import { sinScalar } from '../../tensor/index.ts';
import type { GeneratorConfiguration } from './configuration.ts';
import { direction, type FourVector } from './decay.ts';
import { balanced, fragmentJet } from './fragmentation.ts';
import type { GeneratedParticle } from './generated-particle.ts';

/** Mass in GeV of the quark in a top's decay, and of the hadron that it ends in. */
export const massBottomQuark = 4.8;
const massBottomHadron = 5.28;

/** Break a b quark into particles; their transverse momentum sums to the quark's. */
export function bottomJet(quark: FourVector, c: GeneratorConfiguration, stream: RandomStream): GeneratedParticle[] {
  const { pt, eta, phi } = direction(quark);
  const hadron = hadronShare(stream) * pt;
  const flight = (stream.exponential(c.bottomLifetime) * hadron) / massBottomHadron;
  const products = fragmentJet(hadron, eta, phi, c, stream);
  const others = fragmentJet(pt - hadron, eta, phi, c, stream);
  return balanced([...products, ...others], quark).map((p, i) =>
    i < products.length ? { ...p, d0: flight * sinScalar(p.phi - phi) } : p,
  );
}

/** Draw the hadron's share z of the momentum from z⁴(1 − z), mean 5/7: the second largest of six uniform numbers. */
function hadronShare(stream: RandomStream): number {
  let largest = 0;
  let second = 0;
  for (let i = 0; i < 6; i++) {
    const drawn = stream.uniform();
    second = Math.max(second, Math.min(largest, drawn));
    largest = Math.max(largest, drawn);
  }
  return second;
}
