/** Losses of two-class predictions: targets are probabilities in [0, 1], or signs for the hinge losses. */
import * as ag from '../../autograd/index.ts';
import type { Variable } from '../../autograd/index.ts';
import * as t from '../../tensor/index.ts';
import type { Tensor } from '../../tensor/index.ts';
import { elementLoss } from './element-loss.ts';
import { asVariable, checkSameShape, reduceLoss, valueOf } from './reduction.ts';
import type { LossOperand, LossOptions } from './reduction.ts';

/** Bound a logarithm below by −100, so that a certain mistake costs much and not infinity. */
const bounded = (logarithm: Tensor): Tensor => t.maximum(logarithm, -100);

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
  const x = asVariable(prediction);
  const p = x.value;
  const y = valueOf(target);
  // A quantized probability can lie outside [0, 1]; it costs as much as the end that is nearer.
  const inside = t.clip(p, 0, 1);
  const value = t.negate(
    t.add(t.multiply(y, bounded(t.log(inside))), t.multiply(t.subtract(1, y), bounded(t.log1p(t.negate(inside))))),
  );
  const slope = (): Tensor => t.divide(t.subtract(p, y), t.maximum(t.multiply(p, t.subtract(1, p)), 1e-12));
  return reduceLoss(elementLoss(x, value, slope), options);
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
  const positives = ag.multiply(ag.multiply(y, options.posWeight ?? 1), ag.softplus(ag.negate(logits)));
  const negatives = ag.multiply(ag.subtract(1, y), ag.softplus(logits));
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
