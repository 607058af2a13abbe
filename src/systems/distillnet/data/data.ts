/**
 * From events to samples: 16 features per particle, the truth label, and what goes with them in evaluation.
 *
 * Features, in the order of the published code: η, φ, ln pT, ln E, d0, dz, PUPPI weight, charge, and a one-hot code of
 * eight particle species. The weight is the one before PUPPI's momentum cuts: those would hide from the network what it
 * is there to decide. Impact parameters are clipped, because tracks of other collisions lie centimetres away and
 * would stretch the scale by a hundred.
 */
import {
  deltaPhi,
  nearestNeighbours,
  type PileupEvent,
  puppi,
  type ReferencedEvent,
  speciesNames,
  vertexCode,
} from '../../../physics/index.ts';
import { logScalar } from '../../../tensor/index.ts';
import type { DistillNetConfig } from '../config.ts';
import type { StoredEvents } from './stored-events.ts';

/** Names of the features in column order. */
export const featureNames: readonly string[] = [
  'eta',
  'phi',
  'lnPt',
  'lnEnergy',
  'd0',
  'dz',
  'puppiWeight',
  'charge',
  ...speciesNames,
];

/** Number of features. */
export const featureCount = 16;

/** Feature columns that are continuous and spread about their mean; the others are weights, signs and flags. */
export const continuousFeatures: readonly number[] = [0, 1, 2, 3, 4, 5];

/** Columns of d0 and dz. */
export const impactColumns: readonly number[] = [4, 5];

/** Column of the Puppi weight. */
export const puppiWeightColumn = 6;

/** Samples of several events, one row per particle, events one after another. */
export interface DistillNetData {
  readonly events: readonly ReferencedEvent[];
  /** Row at which each event starts, plus the number of rows. */
  readonly starts: Int32Array;
  /** Unscaled features, row-major [rows, 16]. */
  readonly features: Float32Array;
  /** Truth weights in [0, 1]; null where the origin of particles is not known. */
  readonly truth: Float32Array | null;
  /** PUPPI weights in [0, 1] after its cuts, to compare with. */
  readonly puppiWeights: Float32Array;
}

/** Momenta in GeV below this are set to it before the logarithm. */
const smallestMomentum = 1e-3;

/** What networks are trained on, stopped early by, and tested on. */
export type Split<T> = Readonly<Record<'training' | 'validation' | 'test', T>>;

/** Samples of generated events, of which the true weights are known. */
export interface GeneratedData extends DistillNetData {
  readonly events: readonly PileupEvent[];
  readonly truth: Float32Array;
}

/** Build the samples of generated events, with the Puppi weights of this package. */
export function distillNetData(events: readonly PileupEvent[], config: DistillNetConfig): GeneratedData {
  const weights = events.map(({ particles, pileupVertices }) =>
    puppi(particles, pileupVertices, { radius: config.puppi.radius }),
  );
  const data = buildData(
    events,
    weights.map(({ uncut }) => uncut),
    weights.map(({ weights: cut }) => cut),
    config.clipImpact,
  );
  return {
    ...data,
    events,
    truth: inRows(
      data.starts,
      events.map(({ truth }) => truth),
    ),
  };
}

/** Build the samples of events from a file, with the Puppi weights that it has. */
export function storedData(stored: StoredEvents, config: DistillNetConfig): DistillNetData {
  const { generated, inputWeights, puppiWeights } = stored;
  const data = buildData(generated ?? stored.events, inputWeights, puppiWeights, config.clipImpact);
  const truth = generated && generated.map((event) => event.truth);
  return { ...data, truth: truth && inRows(data.starts, truth) };
}

/** Build what does not depend on the truth; networks see the `uncut` Puppi weights, others are compared with those `cut`. */
function buildData(
  events: readonly ReferencedEvent[],
  uncut: readonly ArrayLike<number>[],
  cut: readonly ArrayLike<number>[],
  clip: number,
): Omit<DistillNetData, 'truth'> {
  const starts = startsOf(events);
  const features = new Float32Array(starts[events.length]! * featureCount);
  events.forEach((event, e) => features.set(eventFeatures(event, uncut[e]!, clip), starts[e]! * featureCount));
  return { events, starts, features, puppiWeights: inRows(starts, cut) };
}

/** One value per particle of each event, as one array. */
function inRows(starts: Int32Array, values: readonly ArrayLike<number>[]): Float32Array {
  const rows = new Float32Array(starts.at(-1)!);
  values.forEach((own, e) => rows.set(own, starts[e]!));
  return rows;
}

/** Row at which each event starts, plus the number of rows. */
function startsOf(events: readonly ReferencedEvent[]): Int32Array {
  const starts = new Int32Array(events.length + 1);
  events.forEach((event, e) => {
    starts[e + 1] = starts[e]! + event.particles.count;
  });
  return starts;
}

/** Take the events from `first` up to, without, `end`; arrays are shared, not copied. */
export function sliceEvents(data: DistillNetData, first: number, end: number): DistillNetData {
  const [from, to] = [data.starts[first]!, data.starts[end]!];
  return {
    events: data.events.slice(first, end),
    starts: data.starts.slice(first, end + 1).map((start) => start - from),
    features: data.features.subarray(from * featureCount, to * featureCount),
    truth: data.truth && data.truth.subarray(from, to),
    puppiWeights: data.puppiWeights.subarray(from, to),
  };
}

/**
 * Compute the features of one event.
 *
 * @param weights - PUPPI weights before cuts, one per particle
 * @param clip - limit on |d0| and |dz| in mm, above 0
 * @returns row-major [particles, 16]
 */
export function eventFeatures(event: ReferencedEvent, weights: ArrayLike<number>, clip: number): Float32Array {
  const p = event.particles;
  const features = new Float32Array(p.count * featureCount);
  for (let i = 0; i < p.count; i++) {
    const row = features.subarray(i * featureCount, (i + 1) * featureCount);
    row[0] = p.eta[i]!;
    row[1] = p.phi[i]!;
    row[2] = logScalar(Math.max(p.pt[i]!, smallestMomentum));
    row[3] = logScalar(Math.max(p.energy[i]!, smallestMomentum));
    row[4] = Math.max(-clip, Math.min(clip, p.d0[i]!));
    row[5] = Math.max(-clip, Math.min(clip, p.dz[i]!));
    row[6] = weights[i]!;
    row[7] = p.charge[i]!;
    row[8 + p.species[i]!] = 1;
  }
  return features;
}

/** Neighbours of every particle of one event and where they lie, as the teacher sees them. */
export interface Neighbourhood {
  /** Row-major [particles, k] indices within the event. */
  readonly indices: Int32Array;
  /** Row-major [particles · k, 4]: Δη and Δφ in units of 0.4, −ln ΔR − 1, and the α term of primary tracks. */
  readonly edges: Float32Array;
}

/** Number of edge features. */
export const edgeFeatureCount = 4;

/**
 * Find the k nearest neighbours in (η, φ) of every particle of an event.
 *
 * The last edge feature is the term that a neighbour adds to PUPPI's α, as a logarithm and 0 unless it is a track of
 * the primary vertex: the teacher starts from what PUPPI knows.
 */
export function neighbourhood(event: ReferencedEvent, k: number): Neighbourhood {
  const { eta, phi, pt, vertex, count } = event.particles;
  const indices = nearestNeighbours(eta, phi, k);
  const edges = new Float32Array(count * k * edgeFeatureCount);
  for (let i = 0; i < count; i++) {
    for (let n = 0; n < k; n++) {
      const j = indices[i * k + n]!;
      const dEta = eta[j]! - eta[i]!;
      const dPhi = deltaPhi(phi[j]!, phi[i]!);
      // Towers of both layers share a centre; below 0.01 the distance says nothing.
      const distance = Math.max(0.01, Math.sqrt(dEta * dEta + dPhi * dPhi));
      const edge = (i * k + n) * edgeFeatureCount;
      edges[edge] = dEta / 0.4;
      edges[edge + 1] = dPhi / 0.4;
      edges[edge + 2] = -logScalar(distance) - 1;
      edges[edge + 3] = vertex[j] === vertexCode.primary && j !== i ? 0.2 * (logScalar(pt[j]! / distance) + 2) : 0;
    }
  }
  return { indices, edges };
}
