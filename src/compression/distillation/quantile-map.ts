/**
 * Labels that a student can learn and that are spread as the teacher's: a monotone map of what a student predicts.
 *
 * A student that sees less than its teacher predicts something between the teacher's answers, so its predictions gather
 * where few of the teacher's are, and a histogram of them is wrong even where the student is as good as it can be. The
 * quantile map puts the k-th smallest prediction where the k-th smallest answer of the teacher lies. It keeps the order,
 * and with it all that separates samples. A second student that is trained on mapped predictions of the first has nothing
 * to guess: its labels are a function of what it sees.
 */
import { ShapeError } from '../../errors.ts';

/** A monotone map of scores. */
export type ScoreMap = (scores: Float32Array) => Float32Array;

/**
 * Make the map that gives predictions the distribution of a teacher's answers.
 *
 * Between the given predictions it is linear, beyond them constant. Equal predictions share the mean of their answers.
 *
 * @param predictions of a student, at least 1
 * @param answers of the teacher on the same samples
 * @throws ShapeError if their numbers differ, or there are none
 */
export const quantileMap = (predictions: Float32Array, answers: Float32Array): ScoreMap => {
  if (predictions.length !== answers.length || predictions.length === 0) {
    throw new ShapeError(
      `There are ${predictions.length} predictions and ${answers.length} answers; the numbers must be equal and not 0.`,
    );
  }
  const from = predictions.toSorted();
  const to = answers.toSorted();
  const knots: number[] = [];
  const values: number[] = [];
  for (let start = 0; start < from.length;) {
    let end = start;
    let sum = 0;
    while (end < from.length && from[end] === from[start]) sum += to[end++]!;
    knots.push(from[start]!);
    values.push(sum / (end - start));
    start = end;
  }
  return (scores) => scores.map((score) => interpolated(knots, values, score));
};

const interpolated = (knots: readonly number[], values: readonly number[], x: number): number => {
  let low = 0;
  let high = knots.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (knots[middle]! < x) low = middle + 1;
    else high = middle;
  }
  if (low === 0) return values[0]!;
  if (low === knots.length) return values.at(-1)!;
  const share = (x - knots[low - 1]!) / (knots[low]! - knots[low - 1]!);
  return values[low - 1]! + share * (values[low]! - values[low - 1]!);
};
