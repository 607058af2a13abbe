/**
 * The evaluation of a run: every set of weights on the same test events, with errors from the same bootstrap replicas.
 *
 * All sources are measured alike, the circuit's own outputs among them. Results are plain data: `summary` for tables and
 * `summary.json`, `distributions` for figures. They depend on events, weights and the stream alone.
 */
import { ShapeError } from '../../../errors.ts';
import type { Measurement } from '../../../physics/index.ts';
import type { RandomStream } from '../../../random/index.ts';
import { measured, resampledRatio, resampleEvents, type Resamples } from './bootstrap.ts';
import { distributions, type Distributions } from './distributions.ts';
import { weightAgreement } from './agreement.ts';
import { jetBins, type JetBin } from './jet-bins.ts';
import {
  type EvaluatedData,
  type ObservationOptions,
  type Observables,
  observeEvents,
  type SourceObservables,
} from './observables.ts';
import {
  correctedJetResponses,
  jetResponses,
  missingResponses,
  type ResponseQuality,
  responseQualities,
} from './response.ts';
import { separationAreas, type SeparationAreas } from './separation.ts';
import { type BySource, mapSources, type WeightSets } from './weight-sources.ts';

/** Options of {@link evaluateWeights}. */
export interface EvaluationOptions extends ObservationOptions {
  /** Bootstrap replicas, at least 2. @defaultValue 200 */
  readonly replicas?: number;
}

/** Agreement with the teacher, particle by particle. */
export interface TeacherAgreement {
  /** Mean over 20 bins of min(ρ, 1/ρ) in percent, ρ = N_source/N_teacher. */
  readonly accuracy: number;
  /** Mean over the bins filled by the teacher of ρ in percent, as printed: over-filled bins make up for others. */
  readonly accuracyAsPrinted: number;
  /** Mean |weight − teacher's|. */
  readonly distance: number;
}

/** Missing momentum with one set of weights. */
export interface MissingQuality extends ResponseQuality {
  /** Root mean square in GeV of one component of MET − MET_gen. */
  readonly componentError: Measurement | null;
}

/** Jets with one set of weights. */
export interface JetQuality {
  readonly matched: number;
  /** Energy response after the correction of its scale: the main figure. */
  readonly corrected: ResponseQuality;
  /** Energy response as it is. */
  readonly uncorrected: ResponseQuality;
  /** Share of generated jets that are matched. */
  readonly efficiency: Measurement | null;
  /** Share of reconstructed jets that match no generated one. */
  readonly fakeRate: Measurement | null;
  /** By generated pT, after the correction. */
  readonly bins: readonly JetBin[];
}

/** All that is measured of one set of weights; null where there is nothing to measure it with. */
export interface SourceEvaluation {
  readonly agreement: TeacherAgreement | null;
  readonly areas: SeparationAreas | null;
  readonly missing: MissingQuality | null;
  readonly jets: JetQuality | null;
}

/** An evaluation as plain data. */
export interface Evaluation {
  readonly events: number;
  readonly particles: number;
  readonly generatedJets: number;
  readonly replicas: number;
  readonly sources: BySource<SourceEvaluation>;
}

/**
 * Evaluate sets of weights on test events.
 *
 * @param weights - one weight in [0, 1] per row of `data`, by source; gains need `puppi`, agreements and ratios `teacher`
 * @param stream - source of the bootstrap
 * @returns null if the signal stopped it
 * @throws ShapeError if a set has another number of weights than `data` has rows
 */
export async function evaluateWeights(
  data: EvaluatedData,
  weights: WeightSets,
  stream: RandomStream,
  options: EvaluationOptions = {},
): Promise<{ readonly summary: Evaluation; readonly distributions: Distributions } | null> {
  const { events, starts } = data;
  const { replicas = 200 } = options;
  const particles = starts[events.length]!;
  mapSources(weights, (set, source) => {
    if (set.length !== particles)
      throw new ShapeError(
        `Source "${source}" has ${set.length} weights for ${particles} particles; they must be equal.`,
      );
  });
  const resamples = resampleEvents(events.length, replicas, stream);
  const observables = await observeEvents(data, weights, options);
  if (observables === null) return null;
  const missing = responseQualities(
    mapSources(observables.sources, (source) => missingResponses(source.missing, observables.generatedMissing)),
    resamples,
  );
  const corrected = mapSources(observables.sources, ({ jets }) => correctedJetResponses(jets));
  const jets = {
    corrected: responseQualities(corrected, resamples),
    uncorrected: responseQualities(
      mapSources(observables.sources, (source) => jetResponses(source.jets)),
      resamples,
    ),
  };
  const sources = mapSources(observables.sources, (source, name): SourceEvaluation => {
    const [correctedQuality, uncorrected, response] = [jets.corrected[name], jets.uncorrected[name], missing[name]];
    return {
      agreement: agreementWith(weights.teacher, weights[name]!),
      areas: separationAreas(data, weights[name]!),
      missing: response ? { ...response, componentError: componentError(source, observables, resamples) } : null,
      jets:
        correctedQuality && uncorrected
          ? {
              matched: source.jets.energy.length,
              corrected: correctedQuality,
              uncorrected,
              ...jetRates(source, observables, resamples),
              bins: jetBins(observables.generatedJets, source.jets, corrected[name]!, resamples),
            }
          : null,
    };
  });
  return {
    summary: {
      events: events.length,
      particles,
      generatedJets: observables.generatedJets.pt.length,
      replicas,
      sources,
    },
    distributions: distributions(data, weights, observables, corrected),
  };
}

function agreementWith(teacher: ArrayLike<number> | undefined, weights: ArrayLike<number>): TeacherAgreement | null {
  if (teacher === undefined) return null;
  const { accuracy, printedAccuracy, meanAbsoluteError } = weightAgreement(weights, teacher);
  return { accuracy: 100 * accuracy, accuracyAsPrinted: 100 * printedAccuracy, distance: meanAbsoluteError };
}

function componentError(
  { missing }: SourceObservables,
  { generatedMissing }: Observables,
  resamples: Resamples,
): Measurement | null {
  const squares = missing.x.map((x, e) => {
    const dx = x - generatedMissing.x[e]!;
    const dy = missing.y[e]! - generatedMissing.y[e]!;
    return dx * dx + dy * dy;
  });
  const components = new Float64Array(squares.length).fill(2);
  const means = resampledRatio(squares, components, resamples);
  return measured(means.map((mean) => (mean === null ? null : Math.sqrt(mean))));
}

function jetRates(
  { jets }: SourceObservables,
  { generatedJets }: Observables,
  resamples: Resamples,
): Pick<JetQuality, 'efficiency' | 'fakeRate'> {
  const events = jets.reconstructed.length;
  const counts = (starts: Int32Array): Int32Array =>
    Int32Array.from({ length: events }, (_, e) => starts[e + 1]! - starts[e]!);
  const matched = counts(jets.starts);
  const unmatched = jets.reconstructed.map((count, e) => count - matched[e]!);
  return {
    efficiency: measured(resampledRatio(matched, counts(generatedJets.starts), resamples)),
    fakeRate: measured(resampledRatio(unmatched, jets.reconstructed, resamples)),
  };
}
