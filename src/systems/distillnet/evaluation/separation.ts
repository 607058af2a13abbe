/**
 * How well weights separate the particles of the hard collision from pileup: areas under ROC curves.
 *
 * The area is the chance that a particle of the hard collision has the larger weight, ties counted half. It is counted over
 * two sorted lists, since there are a million particles: the value is that of `rocCurve`, without the curve.
 */
import { type DistillNetData, featureCount } from '../data/data.ts';

/** Areas under the ROC curve, true weights of 0.5 and above being positive; null where one class is empty. */
export interface SeparationAreas {
  /** Over all particles. */
  readonly all: number | null;
  /** Over particles without charge, whose origin no track tells. */
  readonly neutral: number | null;
}

/**
 * Compute both areas.
 *
 * @param data - truth and unscaled features of the particles
 * @param weights - one per particle
 * @returns null where the truth is not known
 */
export function separationAreas(
  data: Pick<DistillNetData, 'features'> & { readonly truth: Float32Array | null },
  weights: ArrayLike<number>,
): SeparationAreas | null {
  const { truth, features } = data;
  if (truth === null) return null;
  const area = (isSelected: (row: number) => boolean): number | null => {
    const positive: number[] = [];
    const negative: number[] = [];
    for (let row = 0; row < truth.length; row++)
      if (isSelected(row)) (truth[row]! >= 0.5 ? positive : negative).push(weights[row]!);
    return areaBetween(Float64Array.from(positive), Float64Array.from(negative));
  };
  return { all: area(() => true), neutral: area((row) => features[row * featureCount + chargeColumn] === 0) };
}

const chargeColumn = 7;

/** Count the pairs in which the positive is larger, and half of those that are equal. */
function areaBetween(positive: Float64Array, negative: Float64Array): number | null {
  if (positive.length === 0 || negative.length === 0) return null;
  positive.sort();
  negative.sort();
  let below = 0;
  let notAbove = 0;
  let halves = 0;
  for (const value of positive) {
    while (below < negative.length && negative[below]! < value) below++;
    while (notAbove < negative.length && negative[notAbove]! <= value) notAbove++;
    halves += below + notAbove;
  }
  return halves / 2 / (positive.length * negative.length);
}
