/** Histograms with equal bins: half-open bins but for the last, which holds its upper edge (numpy's rule). */
import { ShapeError, ValueError } from '../errors.ts';

export interface Histogram {
  /** Lower edge of the first bin. */
  readonly low: number;
  /** Upper edge of the last bin. */
  readonly high: number;
  readonly counts: Float64Array;
  /** Sum of weights below `low`. */
  readonly underflow: number;
  /** Sum of weights above `high`. */
  readonly overflow: number;
}

/**
 * Fill a histogram.
 *
 * @param values - finite numbers
 * @param bins - number of bins, a whole number above 0
 * @param low - lower edge
 * @param high - upper edge, above `low`
 * @param weights - one per value; all 1 by default
 * @throws ValueError for bad bins or a value that is not finite, ShapeError if the numbers of values and weights differ
 */
export function histogram(
  values: ArrayLike<number>,
  bins: number,
  low: number,
  high: number,
  weights?: ArrayLike<number>,
): Histogram {
  if (!Number.isInteger(bins) || bins < 1)
    throw new ValueError(`A histogram has ${bins} bins; it must be a whole number above 0.`);
  if (!(low < high))
    throw new ValueError(`A histogram ranges from ${low} to ${high}; the lower edge must lie below the upper one.`);
  if (weights !== undefined && weights.length !== values.length) {
    throw new ShapeError(`There are ${weights.length} weights for ${values.length} values; the numbers must be equal.`);
  }
  const counts = new Float64Array(bins);
  let underflow = 0;
  let overflow = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const weight = weights === undefined ? 1 : weights[i]!;
    if (!Number.isFinite(value))
      throw new ValueError(`Value ${i} of a histogram is ${value}; it must be a finite number.`);
    if (value < low) underflow += weight;
    else if (value > high) overflow += weight;
    else counts[Math.min(bins - 1, Math.floor(((value - low) / (high - low)) * bins))]! += weight;
  }
  return { low, high, counts, underflow, overflow };
}

/** Return the bins + 1 edges of a histogram. */
export function histogramEdges(h: Histogram): Float64Array {
  const bins = h.counts.length;
  return Float64Array.from({ length: bins + 1 }, (_, i) => h.low + ((h.high - h.low) * i) / bins);
}
