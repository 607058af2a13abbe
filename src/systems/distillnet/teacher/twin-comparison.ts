/**
 * What the self-supervised teacher learns from: how far the weighted particles of an event are from its twin without pileup.
 *
 * No particle has a label. The loss compares two clouds of momenta by the sliced Wasserstein distance, and adds a term for
 * the missing momentum, which sums all particles and so sees a bias that no single one shows.
 *
 * A particle is the point pT·g(η, φ) in the space of its kind (track, photon, neutral hadron), in GeV, where g are the 35
 * products of 1, cos mφ, sin mφ for m to 3 with the Chebyshev polynomials of η/5 to degree 4. Why so:
 * - Linear in pT: a calorimeter tower sums the momenta of all collisions, so the weight that makes w·pT the twin's momentum
 *   is the share of the primary vertex, which the distance then has as its minimum. A logarithm would not.
 * - Smooth functions of the place: a random direction is a random landscape over (η, φ), and moving weight from one place to
 *   another changes some projections. With momenta alone (px, py, pz), soft particles lie together near the origin and are
 *   exchanged without cost.
 * - Kinds apart: tracks are told apart by their vertex; in the same sorted list they would hide the few neutral particles.
 */
import { type Particles, type PileupEvent, speciesNames } from '../../../physics/index.ts';
import type { RandomStream } from '../../../random/index.ts';
import { cosScalar, sinScalar } from '../../../tensor/index.ts';
import { type Cloud, type Directions, slicedWasserstein, type WeightedDistance } from './sliced-wasserstein.ts';

/** An event beside its twin. */
export interface TwinComparison {
  readonly own: Cloud;
  readonly twin: Cloud;
}

const photon = speciesNames.indexOf('photon');

/** Functions of the place, and kinds of particles. */
const dimensions = 35;
const kinds = 3;

/** Coordinates that are px and py: those of cos φ and sin φ. */
const [cosAt, sinAt] = [1, 2];

/** Take what the loss needs of an event. */
export function twinComparison({ particles, twin }: Pick<PileupEvent, 'particles' | 'twin'>): TwinComparison {
  return { own: momentumCloud(particles), twin: momentumCloud(twin) };
}

function momentumCloud({ count, pt, eta, phi, charge, species }: Particles): Cloud {
  const points = new Float32Array(count * dimensions);
  for (let i = 0; i < count; i++) {
    const [c, s] = [cosScalar(phi[i]!), sinScalar(phi[i]!)];
    const [c2, s2] = [2 * c * c - 1, 2 * s * c];
    const around = [1, c, s, c2, s2, c2 * c - s2 * s, s2 * c + c2 * s];
    const t = eta[i]! / 5;
    const along = [1, t, 2 * t * t - 1, (4 * t * t - 3) * t, 8 * t * t * (t * t - 1) + 1];
    along.forEach((a, n) => {
      for (let m = 0; m < around.length; m++) points[i * dimensions + n * around.length + m] = pt[i]! * a * around[m]!;
    });
  }
  const kindOf = (_: number, i: number): number => (charge[i] !== 0 ? 0 : species[i] === photon ? 1 : 2);
  return { count, kinds: Uint8Array.from({ length: count }, kindOf), points };
}

/** Draw so many directions, of mean squared length 1 in the space of each kind. */
export function drawDirections(slices: number, stream: RandomStream): Directions {
  const sigma = 1 / Math.sqrt(dimensions);
  const values = Float64Array.from({ length: slices * kinds * dimensions }, () => stream.normal(0, sigma));
  return { slices, kinds, dimensions, values };
}

/**
 * Compute the loss of weights and its derivatives.
 *
 * Both terms are in GeV per particle: the sliced distance, and √(|Δ|² + 1 GeV²) − 1 GeV over the number of particles, Δ
 * being the difference of Σ w·pT from that of the twin. For large |Δ| that is its length, so that a few events with a
 * poorly measured jet do not decide, and at 0 it is smooth.
 *
 * @param weights - one per particle
 * @param directions - from `drawDirections`
 * @param missingWeight - weight of the second term, at least 0
 */
export function compareWithTwin(
  weights: ArrayLike<number>,
  { own, twin }: TwinComparison,
  directions: Directions,
  missingWeight: number,
): WeightedDistance {
  const { distance, slopes } = slicedWasserstein(weights, own, twin, directions);
  let [x, y] = [0, 0];
  for (let i = 0; i < own.count; i++) {
    x += weights[i]! * own.points[i * dimensions + cosAt]!;
    y += weights[i]! * own.points[i * dimensions + sinAt]!;
  }
  for (let j = 0; j < twin.count; j++) {
    x -= twin.points[j * dimensions + cosAt]!;
    y -= twin.points[j * dimensions + sinAt]!;
  }
  const length = Math.sqrt(x * x + y * y + 1);
  const scale = missingWeight / Math.max(1, own.count);
  for (let i = 0; i < own.count; i++) {
    const [px, py] = [own.points[i * dimensions + cosAt]!, own.points[i * dimensions + sinAt]!];
    slopes[i]! += (scale * (x * px + y * py)) / length;
  }
  return { distance: distance + scale * (length - 1), slopes };
}
