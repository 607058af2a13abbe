/**
 * Responses r = (X − X_gen)/X_gen of missing momentum and jet energy, and what a distribution of them is worth.
 *
 * The resolution is (q75 − q25)/2, as published; it knows nothing of a common scale of X, so the median stands beside it.
 */
import type { Measurement } from '../../../physics/index.ts';
import {
  type EventValues,
  measured,
  paired,
  type Quartiles,
  resampledQuartiles,
  type Resamples,
  startsOf,
} from './bootstrap.ts';
import type { MatchedJets, TransverseVectors } from './observables.ts';
import { type BySource, mapSources } from './weight-sources.ts';

/** What a response distribution of one source is worth, beside those of other sources on the same events. */
export interface ResponseQuality {
  /** (q75 − q25)/2. */
  readonly resolution: Measurement;
  /** Median response. */
  readonly median: Measurement;
  /** 100·(1 − resolution/Puppi's) in percent, above 0 where it is better; null without Puppi. */
  readonly gain: Measurement | null;
  /** Resolution over the teacher's; null without a teacher. */
  readonly ratioToTeacher: Measurement | null;
}

/** Lengths of vectors in GeV. */
export function lengths({ x, y }: TransverseVectors): Float64Array {
  return x.map((value, e) => Math.sqrt(value * value + y[e]! * y[e]!));
}

/** Response of the missing momentum: one per event, none of events without generated missing momentum. */
export function missingResponses(missing: TransverseVectors, generated: TransverseVectors): EventValues {
  const expected = lengths(generated);
  const starts = startsOf(expected.map((value) => Number(value > 0)));
  const values = lengths(missing)
    .map((value, e) => (value - expected[e]!) / expected[e]!)
    .filter((_, e) => expected[e]! > 0);
  return { values, starts };
}

/** Response of the energy of every matched jet. */
export function jetResponses({ energy, generatedEnergy, starts }: MatchedJets): EventValues {
  return { values: energy.map((value, j) => value / generatedEnergy[j]! - 1), starts };
}

/** Energies in GeV are corrected in bins of this width up to the last edge, and together above it. */
const correction = { width: 100, last: 700, leastJets: 20 } as const;

/**
 * Response of the energy after a correction of its scale: each jet is divided by 1 + the median response of its bin.
 *
 * Bins are 100 GeV of reconstructed energy up to 700 GeV, as in the published code (which divides by the mean); one with
 * fewer than 20 jets takes the median of all jets. The correction comes from the jets that it is applied to.
 */
export function correctedJetResponses(jets: MatchedJets): EventValues {
  const { values, starts } = jetResponses(jets);
  if (values.length === 0) return { values, starts };
  const binOf = (j: number): number => Math.floor(Math.min(jets.energy[j]!, correction.last) / correction.width);
  const bins: number[][] = Array.from({ length: correction.last / correction.width + 1 }, () => []);
  values.forEach((value, j) => bins[binOf(j)]!.push(value));
  const whole = medianOf(values);
  const medians = bins.map((bin) => (bin.length < correction.leastJets ? whole : medianOf(bin)));
  return { values: values.map((value, j) => (1 + value) / (1 + medians[binOf(j)]!) - 1), starts };
}

function medianOf(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).toSorted();
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}

/** Measure the responses of all sources on the same replicas; a source with fewer than 2 values is null. */
export function responseQualities(
  responses: BySource<EventValues>,
  resamples: Resamples,
): BySource<ResponseQuality | null> {
  const quartiles = mapSources(responses, (values) => resampledQuartiles(values, resamples));
  const resolutions = mapSources(quartiles, (replicas) => replicas.map((q) => (q === null ? null : halfRange(q))));
  const { puppi, teacher } = resolutions;
  return mapSources(resolutions, (own, source) => {
    const resolution = measured(own);
    const median = measured(quartiles[source]!.map((q) => q?.median ?? null));
    if (resolution === null || median === null) return null;
    return {
      resolution,
      median,
      gain: puppi === undefined ? null : measured(paired(own, puppi, gainOver)),
      ratioToTeacher: teacher === undefined ? null : measured(paired(own, teacher, (a, b) => a / b)),
    };
  });
}

/** Half the interquartile range. */
export function halfRange({ low, high }: Quartiles): number {
  return (high - low) / 2;
}

/** How much smaller a resolution is than another one, in percent. */
function gainOver(resolution: number, reference: number): number {
  return 100 * (1 - resolution / reference);
}
