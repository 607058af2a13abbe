/**
 * Losses over classes, which stand on the last axis. Targets are class indices ('i32', without that axis) or
 * probabilities (same shape as the prediction).
 */
import * as ag from '../../autograd/index.ts';
import type { Variable } from '../../autograd/index.ts';
import { ShapeError, ValueError } from '../../errors.ts';
import * as t from '../../tensor/index.ts';
import type { Tensor } from '../../tensor/index.ts';
import { asVariable, checkSameShape, reduceLoss, valueOf } from './reduction.ts';
import type { LossOperand, LossOptions } from './reduction.ts';

/** Options of the class losses. */
export interface CategoricalOptions extends LossOptions {
  /** Share ε of the target that is spread evenly over all classes, in [0, 1). @defaultValue 0 */
  readonly labelSmoothing?: number;
  /**
   * Weight of each class, shape [classes]. With index targets the mean then divides by the sum of the weights of the
   * targets. @defaultValue 1
   */
  readonly classWeights?: Tensor;
}

/**
 * Turn class indices into rows of zeros with a one, shaped as the prediction.
 *
 * The indices of a trace are not known yet: one that is no class gives a row of NaN, and so a loss that stops training.
 *
 * @throws ShapeError if the shapes do not fit; ValueError for an index that is no class
 */
const classRows = (loss: string, prediction: LossOperand, target: Tensor): Tensor => {
  const shape = valueOf(prediction).shape;
  const classes = shape.at(-1) ?? 0;
  if (target.shape.length !== shape.length - 1 || target.shape.some((length, axis) => length !== shape[axis])) {
    throw new ShapeError(
      `Loss ${loss} got a prediction of shape [${shape.join(', ')}] and class indices of [${target.shape.join(', ')}]; indices must have shape [${shape.slice(0, -1).join(', ')}].`,
    );
  }
  const rows = t.equal(t.expandDims(target, -1), t.arange(classes));
  if (t.isSymbolic(target)) return t.divide(rows, t.sum(rows, -1, true));
  checkIndices(loss, t.toFlat(target), classes);
  return rows;
};

const checkIndices = (loss: string, indices: ArrayLike<number>, classes: number): void => {
  for (let i = 0; i < indices.length; i++) {
    if (Number.isInteger(indices[i]) && indices[i]! >= 0 && indices[i]! < classes) continue;
    throw new ValueError(`Loss ${loss} got class ${indices[i]} for sample ${i}; classes are 0 to ${classes - 1}.`);
  }
};

/** Sum −q·log p over classes for target rows q, with class weights folded into q. */
const rowLosses = (logProbabilities: Variable, rows: Tensor): Variable =>
  ag.negate(ag.sum(ag.multiply(logProbabilities, rows), [-1]));

const isIndexTarget = (prediction: LossOperand, target: LossOperand): boolean =>
  valueOf(target).shape.length === valueOf(prediction).shape.length - 1;

const smoothing = (options: CategoricalOptions): number => {
  const epsilon = options.labelSmoothing ?? 0;
  if (epsilon >= 0 && epsilon < 1) return epsilon;
  throw new ValueError(`Option "labelSmoothing" of loss crossEntropy is ${epsilon}; it must be in [0, 1).`);
};

/**
 * Compute −Σ_c w_c·q_c·log softmax(x)_c, with q the target smoothed by ε: (1 − ε)·q + ε / classes.
 *
 * @param logits x of shape [..., classes]
 * @param target class indices [...] or probabilities [..., classes]; no gradient flows to it
 */
export const crossEntropy = (logits: LossOperand, target: LossOperand, options: CategoricalOptions = {}): Variable => {
  const logProbabilities = ag.logSoftmax(asVariable(logits), -1);
  const epsilon = smoothing(options);
  const indexed = isIndexTarget(logits, target);
  if (!indexed) checkSameShape('crossEntropy', logits, target);
  const plain = indexed ? classRows('crossEntropy', logits, valueOf(target)) : valueOf(target);
  const classes = plain.shape.at(-1)!;
  const smoothed = epsilon === 0 ? plain : t.add(t.multiply(plain, 1 - epsilon), epsilon / classes);
  const weights = classWeights('crossEntropy', options.classWeights, classes);
  const losses = rowLosses(logProbabilities, weights === null ? smoothed : t.multiply(smoothed, weights));
  return indexed ? reduceIndexed(losses, plain, weights, options) : reduceLoss(losses, options);
};

/**
 * Compute −w_y·log p_y for log-probabilities of shape [..., classes] and class indices [...].
 *
 * @param options label smoothing is not used here
 */
export const negativeLogLikelihood = (
  logProbabilities: LossOperand,
  target: Tensor,
  options: Omit<CategoricalOptions, 'labelSmoothing'> = {},
): Variable => {
  const rows = classRows('negativeLogLikelihood', logProbabilities, target);
  const weights = classWeights('negativeLogLikelihood', options.classWeights, rows.shape.at(-1)!);
  const losses = rowLosses(asVariable(logProbabilities), weights === null ? rows : t.multiply(rows, weights));
  return reduceIndexed(losses, rows, weights, options);
};

/** Give the class weights as a vector, or null where all are 1. */
const classWeights = (loss: string, weights: Tensor | undefined, classes: number): Tensor | null => {
  if (weights === undefined) return null;
  const count = t.size(weights);
  if (count === classes) return t.reshape(weights, [classes]);
  throw new ShapeError(`Loss ${loss} got ${count} class weights for ${classes} classes; the numbers must be equal.`);
};

/** Reduce losses of index targets: the mean divides by the class weights met, which is the count when they are 1. */
const reduceIndexed = (
  losses: Variable,
  rows: Tensor,
  weights: Tensor | null,
  options: CategoricalOptions,
): Variable => {
  if (weights === null || (options.reduction ?? 'mean') !== 'mean') return reduceLoss(losses, options);
  const total = t.sum(t.multiply(rows, weights));
  return ag.divide(reduceLoss(losses, { ...options, reduction: 'sum' }), total);
};

/**
 * Compute Σ_{c≠y} max(0, m − x_y + x_c)^p / classes, the multi-class hinge loss.
 *
 * @param options `margin` m, default 1; `p` 1 or 2, default 1
 */
export const multiMargin = (
  scores: LossOperand,
  target: Tensor,
  options: LossOptions & { readonly margin?: number; readonly p?: 1 | 2 } = {},
): Variable => {
  const rows = classRows('multiMargin', scores, target);
  const x = asVariable(scores);
  const own = ag.sum(ag.multiply(x, rows), [-1], true);
  const gaps = ag.relu(ag.add(ag.subtract(x, own), options.margin ?? 1));
  const others = ag.multiply(options.p === 2 ? ag.square(gaps) : gaps, t.subtract(1, rows));
  return reduceLoss(ag.divide(ag.sum(others, [-1]), rows.shape.at(-1)!), options);
};
