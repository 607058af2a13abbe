/** What all losses share: weights, reduction to one number, and a guard against silent broadcasting. */
import * as ag from '../../autograd/index.ts';
import type { Variable } from '../../autograd/index.ts';
import { ShapeError, ValueError } from '../../errors.ts';
import type { Tensor } from '../../tensor/index.ts';

/** A prediction or target: a variable where gradients are wanted, else a tensor. */
export type LossOperand = Variable | Tensor;

/** How element losses become the result. */
export interface LossOptions {
  /**
   * Mean over the number of elements (weights do not change it), sum, or no reduction.
   *
   * @defaultValue 'mean'
   */
  readonly reduction?: 'mean' | 'sum' | 'none';
  /** Factor of each element loss, broadcast to its shape. @defaultValue 1 */
  readonly weights?: Tensor;
}

/** Give an operand as a variable. */
export const asVariable = (operand: LossOperand): Variable => ('dtype' in operand ? ag.constant(operand) : operand);

/** Give the tensor of an operand. */
export const valueOf = (operand: LossOperand): Tensor => ('dtype' in operand ? operand : operand.value);

/**
 * Demand equal shapes: [n, 1] against [n] would broadcast to [n, n] and train on nonsense.
 *
 * @throws ShapeError naming the loss and both shapes
 */
export const checkSameShape = (loss: string, prediction: LossOperand, target: LossOperand): void => {
  const a = valueOf(prediction).shape;
  const b = valueOf(target).shape;
  if (a.length === b.length && a.every((length, axis) => length === b[axis])) return;
  throw new ShapeError(
    `Loss ${loss} got a prediction of shape [${a.join(', ')}] and a target of [${b.join(', ')}]; they must be equal.`,
  );
};

/**
 * Weight and reduce element losses.
 *
 * @throws ValueError for an unknown reduction
 */
export const reduceLoss = (elements: Variable, options: LossOptions): Variable => {
  const weighted = options.weights === undefined ? elements : ag.multiply(elements, options.weights);
  const reduction = options.reduction ?? 'mean';
  switch (reduction) {
    case 'mean':
      return ag.mean(weighted);
    case 'sum':
      return ag.sum(weighted);
    case 'none':
      return weighted;
    default:
      throw new ValueError(`The reduction is "${String(reduction satisfies never)}"; it must be mean, sum or none.`);
  }
};
