/**
 * Mean absolute error that counts labels of at least a threshold several times: DistillNet trains with weight 3 for
 * labels ≥ 0.95, because particles of the primary vertex are few (arXiv:2311.12551).
 */
import { ValueError } from '../../errors.ts';
import { greaterEqual, multiply, where } from '../../tensor/index.ts';
import type { Tensor } from '../../tensor/index.ts';
import { meanAbsoluteError } from '../../training/index.ts';
import type { PairLoss } from './distillation-loss.ts';

/** Options of the label-dependent weight. */
export interface LabelWeight {
  /** Labels of at least this get the weight. @defaultValue 0.95 */
  readonly threshold?: number;
  /** At least 0; other labels have weight 1. @defaultValue 3 */
  readonly weight?: number;
}

/** Give each label its weight: `weight` where the label is at least `threshold`, 1 elsewhere. */
export const labelWeights = (labels: Tensor, options: LabelWeight = {}): Tensor => {
  const { threshold = 0.95, weight = 3 } = options;
  if (!(Number.isFinite(weight) && weight >= 0)) {
    throw new ValueError(`The weight of labels is ${weight}; it must be a finite number of at least 0.`);
  }
  // Labels are f32 and the threshold becomes one too: a label written as 0.95 is a little less than the double 0.95.
  return where(greaterEqual(labels, threshold), weight, 1);
};

/**
 * Make the weighted mean absolute error Σ w(label)·|ŷ − label| / n; sample weights given at a call multiply w.
 *
 * The mean divides by the number of elements, not by the sum of weights.
 */
export const weightedMeanAbsoluteError =
  (options: LabelWeight = {}): PairLoss =>
  (prediction, target, { weights } = {}) => {
    const own = labelWeights('dtype' in target ? target : target.value, options);
    return meanAbsoluteError(prediction, target, { weights: weights === undefined ? own : multiply(own, weights) });
  };
