/**
 * How good a set of particle weights is: agreement with the teacher, separation of pileup, and missing momentum.
 *
 * The paper's accuracy compares histograms of weights in 20 bins of [0, 1]: the mean over bins of N_student/N_teacher.
 * As printed, an overfilled bin scores above 1 and can hide an empty one; we take min(ρ, 1/ρ) per bin, which cannot exceed
 * 1, and give the printed definition beside it.
 */
import { ShapeError } from '../../errors.ts';
import {
  histogram,
  magnitude,
  type Measurement,
  missingMomentum,
  resolutionRatio,
  resolutionWithError,
} from '../../physics/index.ts';
import type { RandomStream } from '../../random/index.ts';
import type { EvaluatedData } from './observables.ts';
import { separationAreas } from './separation.ts';

/** Bins of the weight histogram. */
export const accuracyBins = 20;

/** Agreement of two sets of weights. */
export interface WeightAgreement {
  /** Mean over bins of min(ρ, 1/ρ), ρ = N_student/N_teacher; a bin empty in both counts 1, in one 0. In [0, 1]. */
  readonly accuracy: number;
  /** The printed definition: mean over bins filled by the teacher of N_student/N_teacher. */
  readonly printedAccuracy: number;
  /** Share of particles that the histograms have in common: Σ min(N_student, N_teacher) / N. In [0, 1]. */
  readonly overlap: number;
  /** Mean |student − teacher|. */
  readonly meanAbsoluteError: number;
  readonly studentCounts: readonly number[];
  readonly teacherCounts: readonly number[];
}

/**
 * Compare weights of a student with those of its teacher, particle sets being equal.
 *
 * @throws ShapeError if the numbers differ
 */
export function weightAgreement(student: ArrayLike<number>, teacher: ArrayLike<number>): WeightAgreement {
  if (student.length !== teacher.length) {
    throw new ShapeError(
      `There are ${student.length} student and ${teacher.length} teacher weights; the numbers must be equal.`,
    );
  }
  const studentCounts = [...histogram(student, accuracyBins, 0, 1).counts];
  const teacherCounts = [...histogram(teacher, accuracyBins, 0, 1).counts];
  let agreement = 0;
  let printed = 0;
  let filled = 0;
  let common = 0;
  for (let b = 0; b < accuracyBins; b++) {
    const s = studentCounts[b]!;
    const t = teacherCounts[b]!;
    agreement += s === t ? 1 : Math.min(s, t) / Math.max(s, t);
    common += Math.min(s, t);
    if (t > 0) {
      printed += s / t;
      filled++;
    }
  }
  let distance = 0;
  for (let i = 0; i < student.length; i++) distance += Math.abs(student[i]! - teacher[i]!);
  return {
    accuracy: agreement / accuracyBins,
    printedAccuracy: filled === 0 ? 1 : printed / filled,
    overlap: student.length === 0 ? 1 : common / student.length,
    meanAbsoluteError: student.length === 0 ? 0 : distance / student.length,
    studentCounts,
    teacherCounts,
  };
}

/** Quality of one set of weights against the truth. */
export interface WeightQuality {
  /** (q75 − q25)/2 of (MET − MET_gen)/MET_gen. */
  readonly missingResolution: Measurement;
  /** Resolution over PUPPI's on the same events; below 1 is better than PUPPI. */
  readonly ratioToPuppi: Measurement;
  /** Root mean square in GeV of one component of MET − MET_gen. */
  readonly missingError: number;
  /** Area under the ROC curve over all particles, truth ≥ 0.5 being positive; null where the truth is not known. */
  readonly areaAll: number | null;
  /** The same over particles without charge, where the weights have to be guessed. */
  readonly areaNeutral: number | null;
}

/** Response (MET − MET_gen)/MET_gen of every event. */
export function missingResponse(
  data: Pick<EvaluatedData, 'events' | 'starts'>,
  weights: ArrayLike<number>,
): Float64Array {
  return Float64Array.from(data.events, (event, e) => {
    const expected = magnitude(event.missing);
    return (magnitude(missingMomentum(event.particles, weightsOf(data, weights, e))) - expected) / expected;
  });
}

/**
 * Measure weights against the truth and the generated missing momentum.
 *
 * @param weights - one per row of `data`
 * @param stream - source of the bootstrap
 */
export function weightQuality(
  data: EvaluatedData & { readonly puppiWeights: Float32Array },
  weights: ArrayLike<number>,
  stream: RandomStream,
): WeightQuality {
  const response = missingResponse(data, weights);
  let squares = 0;
  data.events.forEach((event, e) => {
    const missing = missingMomentum(event.particles, weightsOf(data, weights, e));
    squares +=
      (missing.x - event.missing.x) * (missing.x - event.missing.x) +
      (missing.y - event.missing.y) * (missing.y - event.missing.y);
  });
  const areas = separationAreas(data, weights);
  return {
    missingResolution: resolutionWithError(response, stream.split('resolution')),
    ratioToPuppi: resolutionRatio(response, missingResponse(data, data.puppiWeights), stream.split('ratio')),
    missingError: Math.sqrt(squares / (2 * data.events.length)),
    areaAll: areas?.all ?? null,
    areaNeutral: areas?.neutral ?? null,
  };
}

function weightsOf(data: Pick<EvaluatedData, 'starts'>, weights: ArrayLike<number>, event: number): Float64Array {
  const first = data.starts[event]!;
  return Float64Array.from({ length: data.starts[event + 1]! - first }, (_, i) => weights[first + i]!);
}
