/**
 * PUPPI, pileup per particle identification: a weight in [0, 1] for every particle, 1 for the primary vertex.
 *
 * Each particle gets α = ln Σ_j (pT_j/ΔR_ij)² over neighbours 0.01 < ΔR < R0: charged particles of the primary vertex
 * where there is a tracker, all particles beyond it. Charged pileup shows how α is distributed for pileup; a neutral is
 * weighted by how far its own α lies above that median, w = F_{χ²,1}(χ²), χ² = (α − ᾱ)|α − ᾱ|/RMS².
 * Sources: Bertolini, Harris, Low, Tran, arXiv:1407.6013; parameters of the Delphes Phase-II card, whose names and those
 * of CMSSW are given with the options.
 * Limits: one α per region, one cone for both, and neither a shift of the median by primary tracks below it nor scale
 * factors of median and RMS by η, as CMSSW has them: the forward region uses the forward α of tracks.
 */
import { ValueError } from '../errors.ts';
import { chiSquareCumulative } from './chi-square.ts';
import { type Particles, validateParticles, vertexCode } from './particles.ts';
import { type AlphaReference, alphaReference, puppiAlpha, type PuppiMetric, puppiMetrics } from './puppi-alpha.ts';

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
  /** Cone radius R0, above `minDistance` (`cone`, `ConeSizeBin`). @defaultValue 0.2 */
  readonly radius?: number;
  /** Neighbours this close or closer are left out of α. @defaultValue 0.01 */
  readonly minDistance?: number;
  /** Definition of α (`algoId`, `MetricId`). @defaultValue 5 */
  readonly metric?: PuppiMetric;
  /** |η| up to which α sums charged primary particles only (`useCharged`). @defaultValue 4 */
  readonly trackerMaxEta?: number;
  /** Take the RMS over values at or below the median, where few primary tracks leak in (`applyLowPUCorr`). @defaultValue true */
  readonly lowPileupCorrection?: boolean;
  /** Least pT in GeV of charged pileup that counts for median and RMS (`rmsPtMin`; Delphes 0.1 and 0.5). @defaultValue 0 */
  readonly rmsMinPt?: number;
  /** |η| below which charged pileup counts for median and RMS (`EtaMaxExtrap`; CMSSW 2). @defaultValue Infinity */
  readonly rmsMaxEta?: number;
  /** Factor on the RMS, above 0 (`rmsScaleFactor`). @defaultValue 1 */
  readonly rmsScale?: number;
  /**
   * Give tracks 1 or 0 by their vertex (`applyCHS`). Without it they are weighted by α as neutrals are, but not cut by
   * their momentum. @defaultValue true
   */
  readonly chargedHadronSubtraction?: boolean;
  /** Weights below this become 0 (`MinPuppiWeight`; CMSSW 0.01). @defaultValue 0.05 */
  readonly minWeight?: number;
  /**
   * Cuts on neutrals in ascending |η|; beyond the last one there is no cut (`MinNeutralPt` and `MinNeutralPtSlope`).
   * @defaultValue the Delphes Phase-II card
   */
  readonly neutralCuts?: readonly PuppiNeutralCut[];
  /**
   * Neutrals from this pT in GeV have weight 1, and softer ones at least (pT − start)/(this − start), since pileup is
   * not so hard (`PtMaxNeutrals`; CMSSW 200). @defaultValue Infinity
   */
  readonly maxNeutralPt?: number;
  /** The start of that rise in GeV, below `maxNeutralPt` (`PtMaxNeutralsStartSlope`). @defaultValue 0 */
  readonly maxNeutralPtStart?: number;
}

/** Neutral cuts of the Delphes Phase-II card. */
export const phaseTwoNeutralCuts: readonly PuppiNeutralCut[] = [
  { maxEta: 1.5, base: 0.2, slope: 0.006 },
  { maxEta: 4, base: 0.2, slope: 0.013 },
  { maxEta: 10, base: 0.5, slope: 0.067 },
];

export interface PuppiResult {
  /** Weights in [0, 1], one per particle. */
  readonly weights: Float64Array;
  /** The same before `minWeight` and the cuts on neutrals: what a network can still learn from. */
  readonly uncut: Float64Array;
  /** α of the particle's own region; NaN where there is no neighbour. */
  readonly alpha: Float64Array;
  readonly central: AlphaReference;
  readonly forward: AlphaReference;
}

/**
 * Weight a particle by its α, before cuts.
 *
 * @returns F_{χ²,1}((α − median)|α − median| / rms²): in [0, 1], monotone in α, 0 at and below the median
 */
export function puppiWeight(alpha: number, median: number, rms: number): number {
  const pull = (alpha - median) / rms;
  return chiSquareCumulative(pull * Math.abs(pull));
}

/**
 * Compute PUPPI weights of one event.
 *
 * Tracks are subtracted exactly: 1 for the primary vertex, 0 for pileup. A neutral without neighbours gets 0. Without
 * any charged pileup (that counts for the median) there is nothing to subtract, and every neutral gets 1; where such
 * pileup exists but none of it has a neighbour, a neutral with one is far above pileup and gets 1 before cuts.
 *
 * @param pileupVertices - N_PU of the neutral cuts, at least 0
 * @throws ValueError for unphysical particles or options outside their ranges
 */
export function puppi(particles: Particles, pileupVertices: number, options: PuppiOptions = {}): PuppiResult {
  const o = resolveOptions(options);
  validateParticles(particles);
  if (!(pileupVertices >= 0 && pileupVertices < Infinity)) {
    throw new ValueError(`The number of pileup vertices is ${pileupVertices}; it must be 0 or more.`);
  }
  const { count, eta, pt, vertex } = particles;
  const isCentral = (i: number): boolean => Math.abs(eta[i]!) < o.trackerMaxEta;
  const isReference = (i: number): boolean =>
    vertex[i] === vertexCode.pileup && pt[i]! >= o.rmsMinPt && Math.abs(eta[i]!) < o.rmsMaxEta;
  const { alpha: centralAlpha, reference: central } = alphaOf(
    indicesOf(count, (i) => vertex[i] === vertexCode.primary),
    isCentral,
  );
  const { alpha: forwardAlpha, reference: forward } = alphaOf(
    indicesOf(count, () => true),
    (i) => !isCentral(i),
  );
  const samples = indicesOf(count, isReference).length;
  const weights = new Float64Array(count);
  const uncut = new Float64Array(count);
  const alpha = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    alpha[i] = (isCentral(i) ? centralAlpha : forwardAlpha)[i]!;
    const isNeutral = vertex[i] === vertexCode.none;
    if (!isNeutral && o.chargedHadronSubtraction) {
      weights[i] = uncut[i] = vertex[i] === vertexCode.primary ? 1 : 0;
      continue;
    }
    if (samples === 0) {
      weights[i] = uncut[i] = 1;
      continue;
    }
    let weight = weightOf(alpha[i]!, isCentral(i) ? central : forward, o.rmsScale);
    if (isNeutral && o.maxNeutralPt < Infinity) {
      const rise = (pt[i]! - o.maxNeutralPtStart) / (o.maxNeutralPt - o.maxNeutralPtStart);
      weight = Math.max(weight, Math.min(1, rise));
    }
    uncut[i] = weight;
    if (weight >= o.minWeight && (!isNeutral || weight * pt[i]! > neutralThreshold(o, eta[i]!, pileupVertices))) {
      weights[i] = weight;
    }
  }
  return { weights, uncut, alpha, central, forward };

  /** α of the particles of a region, and how it is distributed for charged pileup of the reference, wherever that is. */
  function alphaOf(
    sources: Int32Array,
    inRegion: (i: number) => boolean,
  ): { readonly alpha: Float64Array; readonly reference: AlphaReference } {
    const targets = indicesOf(count, (i) => inRegion(i) || isReference(i));
    const alpha = puppiAlpha(particles, sources, o, { metric: o.metric, targets });
    const known = indicesOf(count, (i) => isReference(i) && !Number.isNaN(alpha[i]!));
    return {
      alpha,
      reference: alphaReference(
        Float64Array.from(known, (i) => alpha[i]!),
        o.lowPileupCorrection,
      ),
    };
  }
}

function weightOf(alpha: number, { median, rms, count }: AlphaReference, rmsScale: number): number {
  if (Number.isNaN(alpha)) return 0;
  return count === 0 ? 1 : puppiWeight(alpha, median, rms * rmsScale);
}

/** Return the momentum that a neutral's weighted one must exceed, in GeV. */
function neutralThreshold({ neutralCuts }: Required<PuppiOptions>, eta: number, pileupVertices: number): number {
  for (const { maxEta, base, slope } of neutralCuts) {
    if (Math.abs(eta) < maxEta) return base + slope * pileupVertices;
  }
  return 0;
}

function resolveOptions(options: PuppiOptions): Required<PuppiOptions> {
  const o: Required<PuppiOptions> = {
    radius: 0.2,
    minDistance: 0.01,
    metric: 5,
    trackerMaxEta: 4,
    lowPileupCorrection: true,
    rmsMinPt: 0,
    rmsMaxEta: Infinity,
    rmsScale: 1,
    chargedHadronSubtraction: true,
    minWeight: 0.05,
    neutralCuts: phaseTwoNeutralCuts,
    maxNeutralPt: Infinity,
    maxNeutralPtStart: 0,
    ...options,
  };
  if (!(o.minDistance >= 0 && o.radius > o.minDistance && o.radius < Math.PI)) {
    throw new ValueError(
      `The PUPPI cone is ${o.minDistance} < ΔR < ${o.radius}; it must satisfy 0 ≤ minDistance < radius < π.`,
    );
  }
  if (!Object.hasOwn(puppiMetrics, o.metric)) {
    throw new ValueError(`The PUPPI metric is ${o.metric}; it must be ${Object.keys(puppiMetrics).join(', ')}.`);
  }
  for (const name of ['trackerMaxEta', 'rmsMinPt', 'rmsMaxEta', 'minWeight'] as const) {
    if (!(o[name] >= 0)) throw new ValueError(`The PUPPI option ${name} is ${o[name]}; it must be 0 or more.`);
  }
  if (!(o.rmsScale > 0 && o.rmsScale < Infinity)) {
    throw new ValueError(`The PUPPI option rmsScale is ${o.rmsScale}; it must be a finite number above 0.`);
  }
  if (!(o.maxNeutralPtStart >= 0 && o.maxNeutralPt > o.maxNeutralPtStart)) {
    throw new ValueError(
      `PUPPI neutrals rise to weight 1 from ${o.maxNeutralPtStart} to ${o.maxNeutralPt} GeV; it must satisfy 0 ≤ maxNeutralPtStart < maxNeutralPt.`,
    );
  }
  return o;
}

function indicesOf(count: number, belongs: (i: number) => boolean): Int32Array {
  const indices = new Int32Array(count);
  let used = 0;
  for (let i = 0; i < count; i++) if (belongs(i)) indices[used++] = i;
  return indices.subarray(0, used);
}
