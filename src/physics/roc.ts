/** Receiver operating characteristic of a score against a yes/no truth: the curve and the area under it. */
import { ShapeError, ValueError } from '../errors.ts';

export interface RocCurve {
  /** Score threshold of each point, descending, starting at +∞; a sample is accepted at or above it. */
  readonly thresholds: Float64Array;
  /** Share of accepted negatives, ascending from 0 to 1. */
  readonly falsePositiveRate: Float64Array;
  /** Share of accepted positives, ascending from 0 to 1. */
  readonly truePositiveRate: Float64Array;
  /** Area under the curve: the chance that a positive outscores a negative, ties counted half. In [0, 1]. */
  readonly area: number;
}

/**
 * Compute the curve and its area; equal scores make one point.
 *
 * @param scores - finite numbers, larger for positives
 * @param positives - truthy where the sample is positive
 * @param weights - at least 0, one per sample; all 1 by default
 * @throws ShapeError if lengths differ; ValueError for a score that is not finite or when one of the classes is empty
 */
export function rocCurve(
  scores: ArrayLike<number>,
  positives: ArrayLike<number>,
  weights?: ArrayLike<number>,
): RocCurve {
  const n = scores.length;
  if (positives.length !== n || (weights !== undefined && weights.length !== n)) {
    throw new ShapeError(
      `A ROC curve has ${n} scores, ${positives.length} labels and ${weights?.length ?? n} weights; the numbers must be equal.`,
    );
  }
  for (let i = 0; i < n; i++) {
    if (!Number.isFinite(scores[i]!))
      throw new ValueError(`Score ${i} of a ROC curve is ${scores[i]}; it must be a finite number.`);
  }
  const order = Int32Array.from({ length: n }, (_, i) => i).toSorted((a, b) => scores[b]! - scores[a]! || a - b);
  const thresholds = [Infinity];
  const accepted = [{ positive: 0, negative: 0 }];
  let positive = 0;
  let negative = 0;
  for (let k = 0; k < n; k++) {
    const i = order[k]!;
    const weight = weights === undefined ? 1 : weights[i]!;
    if (positives[i]) positive += weight;
    else negative += weight;
    if (k === n - 1 || scores[order[k + 1]!] !== scores[i]) {
      thresholds.push(scores[i]!);
      accepted.push({ positive, negative });
    }
  }
  if (!(positive > 0 && negative > 0)) {
    throw new ValueError(
      `A ROC curve has ${positive} positives and ${negative} negatives by weight; both must be above 0.`,
    );
  }
  let area = 0;
  for (let p = 1; p < accepted.length; p++) {
    const width = accepted[p]!.negative - accepted[p - 1]!.negative;
    area += (width * (accepted[p]!.positive + accepted[p - 1]!.positive)) / 2;
  }
  return {
    thresholds: Float64Array.from(thresholds),
    falsePositiveRate: Float64Array.from(accepted, (a) => a.negative / negative),
    truePositiveRate: Float64Array.from(accepted, (a) => a.positive / positive),
    area: area / (positive * negative),
  };
}
