/**
 * α, the shape by which PUPPI tells pileup: a sum over the neighbours of a particle, and how it is distributed for pileup.
 *
 * Source: Bertolini, Harris, Low, Tran, arXiv:1407.6013; the metrics are numbered as in CMSSW (`algoId`) and Delphes
 * (`MetricId`).
 */
import { logScalar } from '../tensor/index.ts';
import { cellGrid, distanceSquared, mostStretches, stretchesWithin } from './neighbours.ts';
import type { Particles } from './particles.ts';

/** A definition of α, by the number that CMSSW and Delphes give it. */
export type PuppiMetric = 0 | 1 | 2 | 3 | 4 | 5;

interface Metric {
  /** What a neighbour of this pT adds, before a division by ΔR². */
  readonly term: (pt: number) => number;
  /** Divide by ΔR²: the nearer a neighbour, the more it counts. */
  readonly divided: boolean;
  /** Take the logarithm of the sum. */
  readonly logarithm: boolean;
  /** Add the particle's own pT. */
  readonly own: boolean;
}

/** The definitions: 0 ln Σ pT/ΔR², 1 pT_i + Σ pT, 2 Σ 1/ΔR², 3 ln Σ 1/ΔR², 4 Σ pT, 5 ln Σ (pT/ΔR)². */
export const puppiMetrics: Readonly<Record<PuppiMetric, Metric>> = {
  0: { term: (pt) => pt, divided: true, logarithm: true, own: false },
  1: { term: (pt) => pt, divided: false, logarithm: false, own: true },
  2: { term: () => 1, divided: true, logarithm: false, own: false },
  3: { term: () => 1, divided: true, logarithm: true, own: false },
  4: { term: (pt) => pt, divided: false, logarithm: false, own: false },
  5: { term: (pt) => pt * pt, divided: true, logarithm: true, own: false },
};

/** The ring in which neighbours count: `minDistance` < ΔR < `radius`. */
export interface PuppiRing {
  readonly radius: number;
  readonly minDistance: number;
}

/** Median and spread of α over charged pileup. */
export interface AlphaReference {
  readonly median: number;
  /** Root mean square distance to the median, at least 1e-5. */
  readonly rms: number;
  /** Number of charged pileup particles with at least one neighbour. */
  readonly count: number;
}

/** Floor on the RMS, so that a sample of equal α values does not divide by zero. */
const minRms = 1e-5;

/**
 * Compute α of particles.
 *
 * @param sources - indices of the particles that are summed over, ascending; a particle is never its own neighbour
 * @param targets - indices of the particles whose α is asked for, ascending; all by default
 * @returns one α for every particle; NaN where no source with momentum lies in the ring (metric 1 has the particle's own
 * pT there), and for particles that are no targets
 */
export function puppiAlpha(
  particles: Particles,
  sources: Int32Array,
  { radius, minDistance }: PuppiRing,
  { metric = 5, targets }: { readonly metric?: PuppiMetric; readonly targets?: Int32Array | undefined } = {},
): Float64Array {
  const { eta, phi, pt, count } = particles;
  const { term, divided, logarithm, own } = puppiMetrics[metric];
  const grid = cellGrid(eta, phi, radius, targets);
  const { members } = grid;
  const stretches = new Int32Array(2 * mostStretches(grid));
  const outer = radius * radius;
  const inner = minDistance * minDistance;
  const sums = new Float64Array(count);
  if (own) for (const i of members) sums[i] = pt[i]!;
  // Source by source and not target by target: so each sum is taken in ascending order without any sorting.
  for (const j of sources) {
    const share = term(pt[j]!);
    const found = stretchesWithin(grid, eta[j]!, phi[j]!, radius, stretches);
    for (let s = 0; s < found; s++) {
      const end = stretches[2 * s + 1]!;
      for (let m = stretches[2 * s]!; m < end; m++) {
        const i = members[m]!;
        const d2 = distanceSquared(eta[i]!, phi[i]!, eta[j]!, phi[j]!);
        if (d2 < outer && d2 > inner && i !== j) sums[i]! += divided ? share / d2 : share;
      }
    }
  }
  for (let i = 0; i < count; i++) {
    if (!(sums[i]! > 0)) sums[i] = Number.NaN;
    else if (logarithm) sums[i] = logScalar(sums[i]!);
  }
  return sums;
}

/**
 * Summarise the α of charged pileup.
 *
 * @param values - finite α values; an empty list gives median 0, the smallest RMS and count 0
 * @param lowPileupCorrection - take the RMS over values at or below the median only
 */
export function alphaReference(values: ArrayLike<number>, lowPileupCorrection: boolean): AlphaReference {
  const sorted = Float64Array.from(values).toSorted();
  const count = sorted.length;
  if (count === 0) return { median: 0, rms: minRms, count: 0 };
  const half = count >> 1;
  const median = count % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
  let squares = 0;
  let used = 0;
  for (const value of sorted) {
    if (lowPileupCorrection && value > median) break;
    squares += (value - median) * (value - median);
    used++;
  }
  return { median, rms: Math.max(minRms, Math.sqrt(squares / used)), count };
}
