/**
 * The hard collision: a W boson that decays to a charged lepton and a neutrino, recoiling against two to four jets.
 *
 * The neutrino is never seen; its transverse momentum is the real missing momentum that every reconstruction is
 * measured against. The jets' fragments are drawn first and the W takes exactly their recoil, so that momentum is
 * balanced among them; the underlying event adds its own small imbalance, as it does in data.
 */
import type { RandomStream } from '../../random/index.ts';
import { asinhScalar, atan2Scalar, cosScalar, sinhScalar, sinScalar } from '../../tensor/index.ts';
import type { GeneratorConfiguration } from './configuration.ts';
import { drawJetMomentum, fragmentJet, softParticles } from './fragmentation.ts';
import { type GeneratedParticle, speciesCode } from './generated-particle.ts';

const massW = 80.4;

/** Visible particles of a hard collision and the sum of the invisible ones in GeV. */
export interface HardScatter {
  readonly visible: readonly GeneratedParticle[];
  readonly invisible: { readonly x: number; readonly y: number };
}

/** Draw one hard collision. */
export function hardScatter(c: GeneratorConfiguration, stream: RandomStream): HardScatter {
  const jets = stream.integer(c.jets[0], c.jets[1] + 1);
  const fragments: GeneratedParticle[] = [];
  for (let j = 0; j < jets; j++) {
    const pt = drawJetMomentum(c.jetMomentum[0], c.jetMomentum[1], stream);
    const eta = Math.max(-4.5, Math.min(4.5, stream.normal(0, 1.5)));
    fragments.push(...fragmentJet(pt, eta, stream.uniform(-Math.PI, Math.PI), c, stream));
  }
  let x = 0;
  let y = 0;
  for (const p of fragments) {
    x -= p.pt * cosScalar(p.phi);
    y -= p.pt * sinScalar(p.phi);
  }
  const transverseMass = Math.sqrt(massW * massW + x * x + y * y);
  const boson: Vector = [x, y, transverseMass * sinhScalar(stream.normal(0, 1))];
  const [lepton, neutrino] = twoBodyDecay(boson, massW, stream);
  const charged = stream.choice(['electron', 'positron', 'muon', 'antimuon'] as const);
  const pt = Math.sqrt(lepton[0] * lepton[0] + lepton[1] * lepton[1]);
  const visible = [
    ...fragments,
    { pt, eta: asinhScalar(lepton[2] / pt), phi: atan2Scalar(lepton[1], lepton[0]), species: speciesCode(charged) },
    ...softParticles(stream.poisson(c.underlyingEvent), c, stream),
  ];
  return { visible, invisible: { x: neutrino[0], y: neutrino[1] } };
}

type Vector = readonly [number, number, number];

/** Decay a boson of momentum `p` isotropically in its rest frame into two massless particles. */
function twoBodyDecay(p: Vector, mass: number, stream: RandomStream): [Vector, Vector] {
  const cosTheta = stream.uniform(-1, 1);
  const sinTheta = Math.sqrt(1 - cosTheta * cosTheta);
  const phi = stream.uniform(-Math.PI, Math.PI);
  const half = mass / 2;
  const rest: Vector = [half * sinTheta * cosScalar(phi), half * sinTheta * sinScalar(phi), half * cosTheta];
  const energy = Math.sqrt(mass * mass + p[0] * p[0] + p[1] * p[1] + p[2] * p[2]);
  // Boost along p: q = r + p·(r·p/(m(E+m)) + |r|/m); the other one takes the rest of p.
  const along = (rest[0] * p[0] + rest[1] * p[1] + rest[2] * p[2]) / (mass * (energy + mass)) + half / mass;
  const first: Vector = [rest[0] + p[0] * along, rest[1] + p[1] * along, rest[2] + p[2] * along];
  return [first, [p[0] - first[0], p[1] - first[1], p[2] - first[2]]];
}
