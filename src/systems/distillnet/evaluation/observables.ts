/**
 * What an analysis would see of every event with each set of weights: missing momentum, and jets matched with generated ones.
 *
 * Jets are anti-kt with R = 0.4 of four-momenta scaled by their weights, from 15 GeV of pT on, generated ones too; pairs lie
 * within ΔR < 0.4, nearest first, one to one. (The published code allows a jet in several pairs; jets of one clustering are
 * rarely so near that it matters.) This pass over events takes the time of an evaluation, so it reports progress and can
 * be stopped.
 */
import {
  clusterJets,
  emptyMomenta,
  type FourMomenta,
  fourMomenta,
  type Jet,
  jetPt,
  matchJets,
  type ReferencedEvent,
} from '../../../physics/index.ts';
import type { DistillNetData } from '../data/data.ts';
import { turn } from '../progress.ts';
import { startsOf } from './bootstrap.ts';
import { type BySource, mapSources, type WeightSets, weightSources } from './weight-sources.ts';

/** Radius of jets, least pT in GeV, and exclusive limit on ΔR of a matched pair. */
export const jetSelection = { radius: 0.4, minPt: 15, maxDistance: 0.4 } as const;

/** Test events with one row per particle; the truth is null where nobody knows it, as in published files. */
export interface EvaluatedData extends Pick<DistillNetData, 'starts' | 'features'> {
  readonly events: readonly ReferencedEvent[];
  readonly truth: Float32Array | null;
}

/** One transverse vector per event, in GeV. */
export interface TransverseVectors {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** Generated jets of all events. */
export interface GeneratedJets {
  /** First jet of each event, plus the number of jets. */
  readonly starts: Int32Array;
  readonly pt: Float64Array;
}

/** Reconstructed jets of all events with the generated jets that they match. */
export interface MatchedJets {
  /** First pair of each event, plus the number of pairs. */
  readonly starts: Int32Array;
  /** Energies of the pairs in GeV. */
  readonly energy: Float64Array;
  readonly generatedEnergy: Float64Array;
  /** Transverse momentum of the generated jets of the pairs in GeV. */
  readonly generatedPt: Float64Array;
  /** Reconstructed jets per event, matched or not. */
  readonly reconstructed: Int32Array;
}

/** What one set of weights makes of the events. */
export interface SourceObservables {
  readonly missing: TransverseVectors;
  readonly jets: MatchedJets;
}

/** Observables of all events. */
export interface Observables {
  readonly generatedMissing: TransverseVectors;
  readonly generatedJets: GeneratedJets;
  readonly sources: BySource<SourceObservables>;
}

/** How the pass over events reports, and how it can be stopped. */
export interface ObservationOptions {
  /** Receives the share of events that are done, in (0, 1]. */
  readonly onProgress?: (fraction: number) => void;
  /** Stops after the running event. */
  readonly signal?: AbortSignal;
}

/**
 * Reconstruct every event with every set of weights.
 *
 * @returns null if the signal stopped it
 */
export async function observeEvents(
  { events, starts }: Pick<EvaluatedData, 'events' | 'starts'>,
  weights: WeightSets,
  { onProgress, signal }: ObservationOptions = {},
): Promise<Observables | null> {
  const generated = { counts: new Int32Array(events.length), pt: [] as number[] };
  const missing = vectors(events.length);
  const collected = mapSources(weights, () => emptyCollection(events.length));
  let paused = performance.now();
  for (const [e, event] of events.entries()) {
    missing.x[e] = event.missing.x;
    missing.y[e] = event.missing.y;
    const jets = clusterJets(event.generated, jetSelection);
    generated.counts[e] = jets.length;
    for (const jet of jets) generated.pt.push(jetPt(jet));
    const momenta = fourMomenta(event.particles);
    for (const source of weightSources) {
      const collection = collected[source];
      if (collection !== undefined) collect(collection, e, weighted(momenta, weights[source]!, starts[e]!), jets);
    }
    if (performance.now() - paused < pauseEvery) continue;
    onProgress?.((e + 1) / events.length);
    await turn();
    if (signal?.aborted === true) return null;
    paused = performance.now();
  }
  onProgress?.(1);
  return {
    generatedMissing: missing,
    generatedJets: { starts: startsOf(generated.counts), pt: Float64Array.from(generated.pt) },
    sources: mapSources(collected, ({ missing, reconstructed, matched, energy, generatedEnergy, generatedPt }) => ({
      missing,
      jets: {
        starts: startsOf(matched),
        energy: Float64Array.from(energy),
        generatedEnergy: Float64Array.from(generatedEnergy),
        generatedPt: Float64Array.from(generatedPt),
        reconstructed,
      },
    })),
  };
}

/** Milliseconds after which other work gets its turn. */
const pauseEvery = 50;

/** Observables of one source while they grow. */
interface Collection {
  readonly missing: TransverseVectors;
  readonly reconstructed: Int32Array;
  readonly matched: Int32Array;
  readonly energy: number[];
  readonly generatedEnergy: number[];
  readonly generatedPt: number[];
}

function emptyCollection(events: number): Collection {
  return {
    missing: vectors(events),
    reconstructed: new Int32Array(events),
    matched: new Int32Array(events),
    energy: [],
    generatedEnergy: [],
    generatedPt: [],
  };
}

function collect(into: Collection, event: number, momenta: FourMomenta, generated: readonly Jet[]): void {
  for (let i = 0; i < momenta.count; i++) {
    into.missing.x[event]! -= momenta.px[i]!;
    into.missing.y[event]! -= momenta.py[i]!;
  }
  const jets = clusterJets(momenta, jetSelection);
  const pairs = matchJets(jets, generated, jetSelection.maxDistance);
  into.reconstructed[event] = jets.length;
  into.matched[event] = pairs.length;
  for (const { jet, reference } of pairs) {
    into.energy.push(jets[jet]!.energy);
    into.generatedEnergy.push(generated[reference]!.energy);
    into.generatedPt.push(jetPt(generated[reference]!));
  }
}

/** Scale four-momenta by their weights and leave out those of weight 0. */
function weighted(momenta: FourMomenta, weights: ArrayLike<number>, first: number): FourMomenta {
  let count = 0;
  for (let i = 0; i < momenta.count; i++) if (weights[first + i]! > 0) count++;
  const scaled = emptyMomenta(count);
  let k = 0;
  for (let i = 0; i < momenta.count; i++) {
    const weight = weights[first + i]!;
    if (!(weight > 0)) continue;
    scaled.px[k] = weight * momenta.px[i]!;
    scaled.py[k] = weight * momenta.py[i]!;
    scaled.pz[k] = weight * momenta.pz[i]!;
    scaled.energy[k] = weight * momenta.energy[i]!;
    k++;
  }
  return scaled;
}

function vectors(count: number): TransverseVectors {
  return { x: new Float64Array(count), y: new Float64Array(count) };
}
