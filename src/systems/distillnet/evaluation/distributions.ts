/** Distributions that the figures of an evaluation show, as counts of equal bins. */
import { histogram } from '../../../physics/index.ts';
import { accuracyBins } from './agreement.ts';
import type { EventValues } from './bootstrap.ts';
import { lengths, missingResponses } from './response.ts';
import type { EvaluatedData, Observables } from './observables.ts';
import { ratioMaps, type RatioMaps } from './ratio-maps.ts';
import { type BySource, mapSources, type WeightSets } from './weight-sources.ts';

/** Counts by source in equal bins of a range; what lies beyond is counted in the first and last bin. */
export interface Distribution {
  readonly low: number;
  readonly high: number;
  readonly counts: BySource<readonly number[]>;
}

/** What the figures show. */
export interface Distributions {
  /** Weights of all particles in the bins of the accuracy. */
  readonly weights: Distribution;
  /** Missing momentum in GeV. */
  readonly missing: Distribution & { readonly generated: readonly number[] };
  readonly missingResponse: Distribution;
  /** Response of the corrected energy of matched jets. */
  readonly jetResponse: Distribution;
  readonly maps: RatioMaps;
}

/** Ranges and bins of the published figures, that of the missing momentum wider. */
const ranges = {
  missing: { low: 0, high: 240, bins: 20 },
  missingResponse: { low: -1, high: 3, bins: 40 },
  jetResponse: { low: -0.8, high: 0.8, bins: 40 },
} as const;

/** Fill the distributions of an evaluation. */
export function distributions(
  data: EvaluatedData,
  weights: WeightSets,
  observables: Observables,
  jetResponses: BySource<EventValues>,
): Distributions {
  const { generatedMissing, sources } = observables;
  const missing = mapSources(sources, (source) => lengths(source.missing));
  const responses = mapSources(sources, (source) => missingResponses(source.missing, generatedMissing).values);
  return {
    weights: { low: 0, high: 1, counts: mapSources(weights, (set) => filled(set, 0, 1, accuracyBins)) },
    missing: {
      ...distribution(missing, ranges.missing),
      generated: filled(lengths(generatedMissing), ranges.missing.low, ranges.missing.high, ranges.missing.bins),
    },
    missingResponse: distribution(responses, ranges.missingResponse),
    jetResponse: distribution(
      mapSources(jetResponses, ({ values }) => values),
      ranges.jetResponse,
    ),
    maps: ratioMaps(data.events, data.starts, weights),
  };
}

function distribution(
  values: BySource<Float64Array>,
  { low, high, bins }: { readonly low: number; readonly high: number; readonly bins: number },
): Distribution {
  return { low, high, counts: mapSources(values, (set) => filled(set, low, high, bins)) };
}

function filled(values: ArrayLike<number>, low: number, high: number, bins: number): number[] {
  const { counts, underflow, overflow } = histogram(values, bins, low, high);
  counts[0]! += underflow;
  counts[bins - 1]! += overflow;
  return [...counts];
}
