/**
 * PUPPI, pileup per particle identification: a weight in [0, 1] for every particle, 1 for the primary vertex.
 *
 * Each particle gets α = ln Σ_j (pT_j/ΔR_ij)² over neighbours 0.01 < ΔR < R0: charged particles of the primary vertex
 * where there is a tracker, all particles beyond it. Charged pileup shows how α is distributed for pileup; a neutral is
 * weighted by how far its own α lies above that median, w = F_{χ²,1}(χ²), χ² = (α − ᾱ)|α − ᾱ|/RMS².
 * Sources: Bertolini, Harris, Low, Tran, arXiv:1407.6013; parameters of the Delphes Phase-II card.
 * Limits: one α per region, and no η extrapolation of median and RMS: the forward region uses the forward α of tracks.
 */
import { ValueError } from '../errors.ts';
import { logScalar } from '../tensor/index.ts';
import { chiSquareCumulative } from './chi-square.ts';
import { cellGrid, distanceSquared, mostStretches, stretchesWithin } from './neighbours.ts';
import { type Particles, validateParticles, vertexCode } from './particles.ts';

/** Cut on the weighted momentum of neutrals in one |η| region: keep if w·pT > base + slope·N_PU. */
export interface PuppiNeutralCut {
  /** Upper edge of the region in |η|, exclusive. */
  readonly maxEta: number;
  /** GeV. */
  readonly base: number;
  /** GeV per pileup vertex. */
  readonly slope: number;
}

export interface PuppiOptions {
  /** Cone radius R0, above `minDistance`. @defaultValue 0.2 */
  readonly radius?: number;
  /** Neighbours this close or closer are left out of α. @defaultValue 0.01 */
  readonly minDistance?: number;
  /** |η| up to which α sums charged primary particles only. @defaultValue 4 */
  readonly trackerMaxEta?: number;
  /** Take the RMS over values at or below the median, where few primary tracks leak in. @defaultValue true */
  readonly lowPileupCorrection?: boolean;
  /** Weights below this become 0. @defaultValue 0.05 */
  readonly minWeight?: number;
  /** Cuts on neutrals in ascending |η|; beyond the last one there is no cut. @defaultValue the Delphes Phase-II card */
  readonly neutralCuts?: readonly PuppiNeutralCut[];
}

/** Neutral cuts of the Delphes Phase-II card. */
export const phaseTwoNeutralCuts: readonly PuppiNeutralCut[] = [
  { maxEta: 1.5, base: 0.2, slope: 0.006 },
  { maxEta: 4, base: 0.2, slope: 0.013 },
  { maxEta: 10, base: 0.5, slope: 0.067 },
];

/** Median and spread of α over charged pileup. */
export interface AlphaReference {
  readonly median: number;
  /** Root mean square distance to the median, at least the floor `minRms`. */
  readonly rms: number;
  /** Number of charged pileup particles with at least one neighbour. */
  readonly count: number;
}

export interface PuppiResult {
  /** Weights in [0, 1], one per particle. */
  readonly weights: Float64Array;
  /** The same before the cuts on neutrals: what a network can still learn from. */
  readonly uncut: Float64Array;
  /** α of the particle's own region; NaN where there is no neighbour. */
  readonly alpha: Float64Array;
  readonly central: AlphaReference;
  readonly forward: AlphaReference;
}

/** Floor on the RMS, so that a sample of equal α values does not divide by zero. */
const minRms = 1e-5;

/**
 * Weight a neutral by its α, before cuts.
 *
 * @returns F_{χ²,1}((α − median)|α − median| / rms²): in [0, 1], monotone in α, 0 at and below the median
 */
export function puppiWeight(alpha: number, median: number, rms: number): number {
  const pull = (alpha - median) / rms;
  return chiSquareCumulative(pull * Math.abs(pull));
}

/**
 * Compute α of particles.
 *
 * @param sources - indices of the particles that are summed over, ascending; a particle is never its own neighbour
 * @param targets - indices of the particles whose α is asked for, ascending; all by default
 * @returns ln Σ_j (pT_j/ΔR_ij)², one for every particle; NaN where no source with momentum lies in the ring, and for
 * particles that are no targets
 */
export function puppiAlpha(
  particles: Particles,
  sources: Int32Array,
  radius: number,
  minDistance: number,
  targets?: Int32Array,
): Float64Array {
  const { eta, phi, pt, count } = particles;
  const grid = cellGrid(eta, phi, radius, targets);
  const { members } = grid;
  const stretches = new Int32Array(2 * mostStretches(grid));
  const outer = radius * radius;
  const inner = minDistance * minDistance;
  const sums = new Float64Array(count);
  // Source by source and not target by target: so each sum is taken in ascending order without any sorting.
  for (const j of sources) {
    const square = pt[j]! * pt[j]!;
    const found = stretchesWithin(grid, eta[j]!, phi[j]!, radius, stretches);
    for (let s = 0; s < found; s++) {
      const end = stretches[2 * s + 1]!;
      for (let m = stretches[2 * s]!; m < end; m++) {
        const i = members[m]!;
        const d2 = distanceSquared(eta[i]!, phi[i]!, eta[j]!, phi[j]!);
        if (d2 < outer && d2 > inner && i !== j) sums[i]! += square / d2;
      }
    }
  }
  const alpha = new Float64Array(count);
  for (let i = 0; i < count; i++) alpha[i] = sums[i]! > 0 ? logScalar(sums[i]!) : Number.NaN;
  return alpha;
}

/**
 * Summarise the α of charged pileup.
 *
 * @param values - finite α values; an empty list gives median 0, the smallest RMS and count 0
 * @param lowPileupCorrection - take the RMS over values at or below the median only
 */
export function alphaReference(values: readonly number[], lowPileupCorrection: boolean): AlphaReference {
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

/**
 * Compute PUPPI weights of one event.
 *
 * Tracks are subtracted exactly: 1 for the primary vertex, 0 for pileup. A neutral without neighbours gets 0. Without
 * any charged pileup there is nothing to subtract, and every neutral gets 1; where charged pileup exists but none of it
 * has a neighbour, a neutral with one is far above pileup and gets 1 before cuts.
 *
 * @param pileupVertices - N_PU of the neutral cuts, at least 0
 * @throws ValueError for unphysical particles or options outside their ranges
 */
export function puppi(particles: Particles, pileupVertices: number, options: PuppiOptions = {}): PuppiResult {
  const {
    radius = 0.2,
    minDistance = 0.01,
    trackerMaxEta = 4,
    lowPileupCorrection = true,
    minWeight = 0.05,
    neutralCuts = phaseTwoNeutralCuts,
  } = options;
  validateParticles(particles);
  if (!(minDistance >= 0 && radius > minDistance && radius < Math.PI)) {
    throw new ValueError(
      `The PUPPI cone is ${minDistance} < ΔR < ${radius}; it must satisfy 0 ≤ minDistance < radius < π.`,
    );
  }
  if (!(pileupVertices >= 0 && pileupVertices < Infinity)) {
    throw new ValueError(`The number of pileup vertices is ${pileupVertices}; it must be 0 or more.`);
  }
  const { count, eta, pt, vertex } = particles;
  const isCentral = (i: number): boolean => Math.abs(eta[i]!) < trackerMaxEta;
  const chargedPileup = indicesOf(count, (i) => vertex[i] === vertexCode.pileup);
  const centralAlpha = puppiAlpha(
    particles,
    indicesOf(count, (i) => vertex[i] === vertexCode.primary),
    radius,
    minDistance,
    indicesOf(count, (i) => isCentral(i) || vertex[i] === vertexCode.pileup),
  );
  const forwardAlpha = puppiAlpha(
    particles,
    indicesOf(count, () => true),
    radius,
    minDistance,
    indicesOf(count, (i) => !isCentral(i) || vertex[i] === vertexCode.pileup),
  );
  const reference = (alpha: Float64Array): AlphaReference =>
    alphaReference(
      Array.from(chargedPileup, (i) => alpha[i]!).filter((a) => !Number.isNaN(a)),
      lowPileupCorrection,
    );
  const central = reference(centralAlpha);
  const forward = reference(forwardAlpha);
  const weights = new Float64Array(count);
  const uncut = new Float64Array(count);
  const alpha = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    alpha[i] = (isCentral(i) ? centralAlpha : forwardAlpha)[i]!;
    if (vertex[i] !== vertexCode.none) {
      weights[i] = uncut[i] = vertex[i] === vertexCode.primary ? 1 : 0;
      continue;
    }
    if (chargedPileup.length === 0) {
      weights[i] = uncut[i] = 1;
      continue;
    }
    if (Number.isNaN(alpha[i]!)) continue;
    const { median, rms, count: samples } = isCentral(i) ? central : forward;
    const weight = samples === 0 ? 1 : puppiWeight(alpha[i]!, median, rms);
    uncut[i] = weight;
    const cut = neutralCuts.find((c) => Math.abs(eta[i]!) < c.maxEta);
    const threshold = cut === undefined ? 0 : cut.base + cut.slope * pileupVertices;
    if (weight >= minWeight && weight * pt[i]! > threshold) weights[i] = weight;
  }
  return { weights, uncut, alpha, central, forward };
}

function indicesOf(count: number, belongs: (i: number) => boolean): Int32Array {
  const indices = new Int32Array(count);
  let used = 0;
  for (let i = 0; i < count; i++) if (belongs(i)) indices[used++] = i;
  return indices.subarray(0, used);
}
