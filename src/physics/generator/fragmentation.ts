/**
 * Soft collisions and jets: how generated particles get their momenta and species.
 *
 * Soft particles are flat in η and φ with exponential pT. A jet gives away momentum fractions z of what is left of it,
 * drawn from (1 − z)²/z, until little remains; fragments spread around the axis with a Rayleigh-distributed ΔR, wider
 * for softer ones. This keeps what pileup weights feed on (collimated hard cores, a steep soft spectrum) and leaves out
 * everything else (colour flow, decays, magnetic bending).
 */
import type { RandomStream } from '../../random/index.ts';
import { atan2Scalar, cosScalar, expScalar, logScalar, sinScalar } from '../../tensor/index.ts';
import { wrapPhi } from '../angles.ts';
import type { TransverseVector } from '../missing-momentum.ts';
import type { GeneratorConfiguration } from './configuration.ts';
import { type GeneratedParticle, speciesCode } from './generated-particle.ts';

/** Share of photons among neutrals: most neutral energy comes from π⁰ decays. */
const photonShare = 0.75;
/** Share of electrons and of muons among charged particles, from heavy-flavour decays. */
const leptonShare = 0.005;
/** Momentum in GeV below which a jet stops fragmenting. */
const fragmentFloor = 0.5;
/** Width of a jet: ΔR of a fragment with a tenth of the jet's momentum has this Rayleigh scale. */
const jetWidth = 0.1;
/** Standard deviation and largest value of |η| of the jets of a hard collision. */
const jetRapiditySpread = 1.5;
const jetMaxEta = 4.5;

const code = {
  photon: speciesCode('photon'),
  neutral: speciesCode('neutral hadron'),
  charged: [
    [speciesCode('electron'), speciesCode('muon'), speciesCode('negative hadron')],
    [speciesCode('positron'), speciesCode('antimuon'), speciesCode('positive hadron')],
  ],
} as const;

/** Draw a species, by one number: what is left of it after each choice is uniform again. */
export function drawSpecies(chargedFraction: number, stream: RandomStream): number {
  const drawn = stream.uniform();
  if (drawn >= chargedFraction) {
    return drawn - chargedFraction < photonShare * (1 - chargedFraction) ? code.photon : code.neutral;
  }
  const both = (2 * drawn) / chargedFraction;
  const [electron, muon, hadron] = code.charged[both < 1 ? 0 : 1];
  const kind = both < 1 ? both : both - 1;
  return kind < leptonShare ? electron : kind < 2 * leptonShare ? muon : hadron;
}

/** Draw `count` soft particles within |η| below the calorimeter's edge. */
export function softParticles(count: number, c: GeneratorConfiguration, stream: RandomStream): GeneratedParticle[] {
  const particles: GeneratedParticle[] = [];
  for (let i = 0; i < count; i++) {
    particles.push({
      pt: stream.exponential(c.softMomentum),
      eta: stream.uniform(-c.calorimeterMaxEta, c.calorimeterMaxEta),
      phi: stream.uniform(-Math.PI, Math.PI),
      species: drawSpecies(c.chargedFraction, stream),
    });
  }
  return particles;
}

/** Draw the jets beside a W boson or a top pair, broken into particles. */
export function drawJets(c: GeneratorConfiguration, stream: RandomStream): GeneratedParticle[] {
  const count = stream.integer(c.jets[0], c.jets[1] + 1);
  const particles: GeneratedParticle[] = [];
  for (let j = 0; j < count; j++) {
    const pt = drawJetMomentum(c.jetMomentum[0], c.jetMomentum[1], stream);
    const eta = Math.max(-jetMaxEta, Math.min(jetMaxEta, stream.normal(0, jetRapiditySpread)));
    particles.push(...fragmentJet(pt, eta, stream.uniform(-Math.PI, Math.PI), c, stream));
  }
  return particles;
}

/** Draw a momentum from a spectrum falling as pT⁻³ between two limits in GeV. */
export function drawJetMomentum(low: number, high: number, stream: RandomStream): number {
  // Inverse of the cumulative distribution: pT⁻² is uniform.
  const inverse = stream.uniform(1 / (high * high), 1 / (low * low));
  return 1 / Math.sqrt(inverse);
}

/** Break a jet into particles; their pT sum to the jet's. */
export function fragmentJet(
  pt: number,
  eta: number,
  phi: number,
  c: GeneratorConfiguration,
  stream: RandomStream,
): GeneratedParticle[] {
  const particles: GeneratedParticle[] = [];
  let left = pt;
  while (left > 0) {
    const share = left > 2 * fragmentFloor ? drawFraction(fragmentFloor / left, stream) * left : left;
    left -= share;
    // Rayleigh by inversion; harder fragments stay closer to the axis.
    const scale = Math.min(0.25, jetWidth * Math.sqrt((0.1 * pt) / share));
    const distance = scale * Math.sqrt(-2 * logScalar(1 - stream.uniform()));
    const angle = stream.uniform(-Math.PI, Math.PI);
    particles.push({
      pt: share,
      eta: eta + distance * cosScalar(angle),
      phi: wrapPhi(phi + distance * sinScalar(angle)),
      species: drawSpecies(c.chargedFraction, stream),
    });
  }
  return particles;
}

/** Draw z in [low, 1] from (1 − z)²/z: log-uniform proposals, accepted with (1 − z)². */
function drawFraction(low: number, stream: RandomStream): number {
  const range = logScalar(low);
  for (;;) {
    const z = expScalar(range * stream.uniform());
    if (stream.uniform() < (1 - z) * (1 - z)) return z;
  }
}

/** Give the transverse momentum in GeV that balances the particles: −Σ pT. */
export function recoilOf(particles: readonly GeneratedParticle[]): TransverseVector {
  let x = 0;
  let y = 0;
  for (const p of particles) {
    x -= p.pt * cosScalar(p.phi);
    y -= p.pt * sinScalar(p.phi);
  }
  return { x, y };
}

/**
 * Bring the transverse momentum of particles to a wanted sum: each takes of what is missing its share of the pT.
 * The fragments of a jet spread around its axis and so fall short of its momentum a little.
 */
export function balanced(particles: readonly GeneratedParticle[], wanted: TransverseVector): GeneratedParticle[] {
  const recoil = recoilOf(particles);
  const whole = particles.reduce((total, { pt }) => total + pt, 0);
  return particles.map((p) => {
    const share = p.pt / whole;
    const x = p.pt * cosScalar(p.phi) + share * (wanted.x + recoil.x);
    const y = p.pt * sinScalar(p.phi) + share * (wanted.y + recoil.y);
    return { ...p, pt: Math.sqrt(x * x + y * y), phi: wrapPhi(atan2Scalar(y, x)) };
  });
}
