/**
 * Resolution as half the interquartile range, (q75 − q25)/2, with a bootstrap error.
 *
 * Half the interquartile range ignores the tails that a standard deviation would be made of; response distributions of
 * missing momentum have long ones (the denominator can be small). Quantiles interpolate linearly between order statistics.
 */
import { ValueError } from '../errors.ts';
import type { RandomStream } from '../random/index.ts';

/** A number with its one-sigma statistical error. */
export interface Measurement {
  readonly value: number;
  readonly error: number;
}

/**
 * Compute a quantile by linear interpolation between order statistics.
 *
 * @param sorted - ascending values, at least one
 * @param probability - in [0, 1]
 */
export function quantileOfSorted(sorted: ArrayLike<number>, probability: number): number {
  const position = probability * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (position - below) * (sorted[above]! - sorted[below]!);
}

/**
 * Compute (q75 − q25)/2.
 *
 * @param values - finite numbers, at least two
 * @throws ValueError for fewer values or one that is not finite
 */
export function resolution(values: ArrayLike<number>): number {
  return halfRange(checked(values).toSorted());
}

/**
 * Compute (q75 − q25)/2 with the standard deviation over bootstrap replicas as its error.
 *
 * @param stream - source of the resampling
 * @param replicas - number of bootstrap samples, at least 2. @defaultValue 200
 * @throws ValueError for fewer than two values, one that is not finite, or too few replicas
 */
export function resolutionWithError(values: ArrayLike<number>, stream: RandomStream, replicas = 200): Measurement {
  const data = checked(values);
  if (!Number.isInteger(replicas) || replicas < 2) {
    throw new ValueError(`The number of bootstrap replicas is ${replicas}; it must be a whole number of 2 or more.`);
  }
  const results = Array.from({ length: replicas }, () => halfRange(resample(data, stream)));
  return { value: halfRange(data.toSorted()), error: standardDeviation(results) };
}

/**
 * Compute the ratio of two resolutions on the same events, with a paired bootstrap error.
 *
 * Both samples are resampled with the same event choice, so that what is common to both cancels in the error.
 *
 * @throws ValueError if the samples differ in length or are not usable
 */
export function resolutionRatio(
  numerator: ArrayLike<number>,
  denominator: ArrayLike<number>,
  stream: RandomStream,
  replicas = 200,
): Measurement {
  const top = checked(numerator);
  const bottom = checked(denominator);
  if (top.length !== bottom.length) {
    throw new ValueError(
      `A paired resolution ratio has ${top.length} and ${bottom.length} values; the numbers must be equal.`,
    );
  }
  const ratios: number[] = [];
  for (let r = 0; r < replicas; r++) {
    const picks = Int32Array.from(top, () => stream.integer(0, top.length));
    const below = halfRange(Float64Array.from(picks, (i) => bottom[i]!).toSorted());
    if (below > 0) ratios.push(halfRange(Float64Array.from(picks, (i) => top[i]!).toSorted()) / below);
  }
  const whole = halfRange(bottom.toSorted());
  if (whole === 0 || ratios.length < 2) {
    throw new ValueError('The resolution in the denominator of a ratio is 0; it must be above 0.');
  }
  return { value: halfRange(top.toSorted()) / whole, error: standardDeviation(ratios) };
}

function checked(values: ArrayLike<number>): Float64Array {
  if (values.length < 2) throw new ValueError(`A resolution is asked of ${values.length} values; it needs at least 2.`);
  const data = Float64Array.from(values);
  const bad = data.findIndex((v) => !Number.isFinite(v));
  if (bad >= 0) throw new ValueError(`Value ${bad} of a resolution is ${data[bad]}; it must be a finite number.`);
  return data;
}

function halfRange(sorted: Float64Array): number {
  return (quantileOfSorted(sorted, 0.75) - quantileOfSorted(sorted, 0.25)) / 2;
}

function resample(data: Float64Array, stream: RandomStream): Float64Array {
  const sample = new Float64Array(data.length);
  for (let i = 0; i < data.length; i++) sample[i] = data[stream.integer(0, data.length)]!;
  return sample.toSorted();
}

function standardDeviation(values: readonly number[]): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const squares = values.reduce((a, b) => a + (b - mean) * (b - mean), 0);
  return Math.sqrt(squares / (values.length - 1));
}
