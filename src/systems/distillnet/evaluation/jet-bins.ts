/** Jets by the transverse momentum of the generated jet: where jets are found, and how well. */
import type { Measurement } from '../../../physics/index.ts';
import {
  type EventValues,
  measured,
  resampledQuartiles,
  resampledRatio,
  type Resamples,
  startsOf,
} from './bootstrap.ts';
import type { GeneratedJets, MatchedJets } from './observables.ts';
import { halfRange } from './response.ts';

/** Edges of the bins in GeV; a generated jet at or above the last edge is in no bin. */
export const jetMomentumEdges: readonly number[] = [15, 30, 50, 100, 200, 500];

/** Jets of one bin; null where there are too few to measure. */
export interface JetBin {
  readonly low: number;
  readonly high: number;
  /** Matched jets. */
  readonly matched: number;
  /** Share of the generated jets that are matched. */
  readonly efficiency: Measurement | null;
  readonly median: Measurement | null;
  readonly resolution: Measurement | null;
}

/**
 * Measure matched jets in bins of generated pT.
 *
 * @param responses - one per matched jet, with the same `starts`
 */
export function jetBins(
  generated: GeneratedJets,
  matched: MatchedJets,
  responses: EventValues,
  resamples: Resamples,
): JetBin[] {
  return jetMomentumEdges.slice(1).map((high, b) => {
    const low = jetMomentumEdges[b]!;
    const inside = (pt: number): boolean => pt >= low && pt < high;
    const found = selected(matched.starts, (j) => inside(matched.generatedPt[j]!));
    const all = selected(generated.starts, (j) => inside(generated.pt[j]!));
    const counts = found.map((jets) => jets.length);
    const values = Float64Array.from(found.flat(), (j) => responses.values[j]!);
    const quartiles = resampledQuartiles({ values, starts: startsOf(counts) }, resamples);
    return {
      low,
      high,
      matched: values.length,
      efficiency: measured(
        resampledRatio(
          counts,
          all.map((jets) => jets.length),
          resamples,
        ),
      ),
      median: measured(quartiles.map((q) => q?.median ?? null)),
      resolution: measured(quartiles.map((q) => (q === null ? null : halfRange(q)))),
    };
  });
}

/** Give the indices of the selected jets of every event. */
function selected(starts: Int32Array, isSelected: (jet: number) => boolean): number[][] {
  return Array.from({ length: starts.length - 1 }, (_, e) => {
    const jets: number[] = [];
    for (let j = starts[e]!; j < starts[e + 1]!; j++) if (isSelected(j)) jets.push(j);
    return jets;
  });
}
