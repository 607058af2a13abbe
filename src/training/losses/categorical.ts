/**
 * Losses over classes, which stand on the last axis. Targets are class indices ('i32', without that axis) or
 * probabilities (same shape as the prediction).
 */
import * as ag from '../../autograd/index.ts';
import type { Variable } from '../../autograd/index.ts';
import { ShapeError, ValueError } from '../../errors.ts';
import { tensor, toFlat } from '../../tensor/index.ts';
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

/** Check class indices against the prediction and return them with the number of classes. */
const classIndices = (
  loss: string,
  prediction: LossOperand,
  target: Tensor,
): { readonly indices: ArrayLike<number>; readonly classes: number } => {
  const shape = valueOf(prediction).shape;
  const classes = shape.at(-1) ?? 0;
  if (target.shape.length !== shape.length - 1 || target.shape.some((length, axis) => length !== shape[axis])) {
    throw new ShapeError(
      `Loss ${loss} got a prediction of shape [${shape.join(', ')}] and class indices of [${target.shape.join(', ')}]; indices must have shape [${shape.slice(0, -1).join(', ')}].`,
    );
  }
  const indices = toFlat(target);
  for (let i = 0; i < indices.length; i++) {
    if (Number.isInteger(indices[i]) && indices[i]! >= 0 && indices[i]! < classes) continue;
    throw new ValueError(`Loss ${loss} got class ${indices[i]} for sample ${i}; classes are 0 to ${classes - 1}.`);
  }
  return { indices, classes };
};

/** Spread indices to rows of zeros with a one. */
const oneHotRows = (indices: ArrayLike<number>, classes: number): Float32Array => {
  const rows = new Float32Array(indices.length * classes);
  for (let i = 0; i < indices.length; i++) rows[i * classes + indices[i]!] = 1;
  return rows;
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
  const shape = valueOf(logits).shape;
  const epsilon = smoothing(options);
  const indexed = isIndexTarget(logits, target);
  if (!indexed) checkSameShape('crossEntropy', logits, target);
  const found = indexed ? classIndices('crossEntropy', logits, valueOf(target)) : null;
  const classes = found?.classes ?? shape.at(-1)!;
  const plain = found === null ? toFlat(valueOf(target)) : oneHotRows(found.indices, classes);
  const weights = classWeights('crossEntropy', options.classWeights, classes);
  const rows = Float32Array.from(plain, (q, i) => weights[i % classes]! * ((1 - epsilon) * q + epsilon / classes));
  const losses = rowLosses(logProbabilities, tensor(rows, shape));
  return found === null ? reduceLoss(losses, options) : reduceIndexed(losses, found.indices, weights, options);
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
  const { indices, classes } = classIndices('negativeLogLikelihood', logProbabilities, target);
  const weights = classWeights('negativeLogLikelihood', options.classWeights, classes);
  const rows = oneHotRows(indices, classes).map((one, i) => one * weights[i % classes]!);
  const losses = rowLosses(asVariable(logProbabilities), tensor(rows, valueOf(logProbabilities).shape));
  return reduceIndexed(losses, indices, weights, options);
};

const classWeights = (loss: string, weights: Tensor | undefined, classes: number): ArrayLike<number> => {
  if (weights === undefined) return new Float32Array(classes).fill(1);
  const flat = toFlat(weights);
  if (flat.length === classes) return flat;
  throw new ShapeError(
    `Loss ${loss} got ${flat.length} class weights for ${classes} classes; the numbers must be equal.`,
  );
};

/** Reduce losses of index targets: the mean divides by the class weights met, which is the count when they are 1. */
const reduceIndexed = (
  losses: Variable,
  indices: ArrayLike<number>,
  weights: ArrayLike<number>,
  options: CategoricalOptions,
): Variable => {
  if (options.classWeights === undefined || (options.reduction ?? 'mean') !== 'mean')
    return reduceLoss(losses, options);
  let total = 0;
  for (let i = 0; i < indices.length; i++) total += weights[indices[i]!]!;
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
  const { indices, classes } = classIndices('multiMargin', scores, target);
  const shape = valueOf(scores).shape;
  const x = asVariable(scores);
  const hot = oneHotRows(indices, classes);
  const own = ag.sum(ag.multiply(x, tensor(hot, shape)), [-1], true);
  const gaps = ag.relu(ag.add(ag.subtract(x, own), options.margin ?? 1));
  const others = ag.multiply(
    options.p === 2 ? ag.square(gaps) : gaps,
    tensor(
      hot.map((one) => 1 - one),
      shape,
    ),
  );
  return reduceLoss(ag.divide(ag.sum(others, [-1]), classes), options);
};
