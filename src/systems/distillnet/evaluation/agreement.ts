/**
 * How well a set of particle weights agrees with the teacher's.
 *
 * The paper's accuracy compares histograms of weights in 20 bins of [0, 1]: the mean over bins of N_student/N_teacher.
 * As printed, an overfilled bin scores above 1 and can hide an empty one; we take min(ρ, 1/ρ) per bin, which cannot exceed
 * 1, and give the printed definition beside it.
 */
import { ShapeError } from '../../../errors.ts';
import { histogram } from '../../../physics/index.ts';

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
