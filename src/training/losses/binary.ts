/** Losses of two-class predictions: targets are probabilities in [0, 1], or signs for the hinge losses. */
import * as ag from '../../autograd/index.ts';
import type { Variable } from '../../autograd/index.ts';
import { logScalar, toFlat } from '../../tensor/index.ts';
import { mapElements } from './elementwise-loss.ts';
import { softplus } from './regression.ts';
import { asVariable, checkSameShape, reduceLoss, valueOf } from './reduction.ts';
import type { LossOperand, LossOptions } from './reduction.ts';

/** Logarithm bounded below by −100, so that a certain mistake costs much and not infinity. */
const boundedLog = (x: number): number => (x <= 0 ? -100 : Math.max(logScalar(x), -100));

/**
 * Compute −y·log p − (1 − y)·log(1 − p) for probabilities p in [0, 1].
 *
 * Logarithms are bounded by −100 and the slope's p(1 − p) by 1e-12, as PyTorch does. No gradient flows to the target.
 */
export const binaryCrossEntropy = (
  prediction: LossOperand,
  target: LossOperand,
  options: LossOptions = {},
): Variable => {
  checkSameShape('binaryCrossEntropy', prediction, target);
  const y = toFlat(valueOf(target));
  const elements = mapElements(
    asVariable(prediction),
    (p, i) => -(y[i]! * boundedLog(p) + (1 - y[i]!) * boundedLog(1 - p)),
    (p, i) => (p - y[i]!) / Math.max(p * (1 - p), 1e-12),
  );
  return reduceLoss(elements, options);
};

/**
 * Compute w⁺·y·log(1 + e^−x) + (1 − y)·log(1 + eˣ) for logits x: the cross-entropy of σ(x), stable at any x.
 *
 * @param options `posWeight` w⁺, the factor of positive targets, default 1
 */
export const binaryCrossEntropyWithLogits = (
  prediction: LossOperand,
  target: LossOperand,
  options: LossOptions & { readonly posWeight?: number } = {},
): Variable => {
  checkSameShape('binaryCrossEntropyWithLogits', prediction, target);
  const logits = asVariable(prediction);
  const y = asVariable(target);
  const positives = ag.multiply(ag.multiply(y, options.posWeight ?? 1), softplus(ag.negate(logits)));
  const negatives = ag.multiply(ag.subtract(1, y), softplus(logits));
  return reduceLoss(ag.add(positives, negatives), options);
};

const hingeElements = (loss: string, prediction: LossOperand, target: LossOperand): Variable => {
  checkSameShape(loss, prediction, target);
  return ag.relu(ag.subtract(1, ag.multiply(asVariable(prediction), target)));
};

/** Compute max(0, 1 − y·ŷ) for targets −1 and +1. */
export const hinge = (prediction: LossOperand, target: LossOperand, options: LossOptions = {}): Variable =>
  reduceLoss(hingeElements('hinge', prediction, target), options);

/** Compute max(0, 1 − y·ŷ)² for targets −1 and +1. */
export const squaredHinge = (prediction: LossOperand, target: LossOperand, options: LossOptions = {}): Variable =>
  reduceLoss(ag.square(hingeElements('squaredHinge', prediction, target)), options);
