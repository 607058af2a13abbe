/** Similarity of vectors on the last axis. */
import * as ag from '../../autograd/index.ts';
import type { Variable } from '../../autograd/index.ts';
import { ShapeError } from '../../errors.ts';
import { equal, reshape, size } from '../../tensor/index.ts';
import type { Tensor } from '../../tensor/index.ts';
import { asVariable, checkSameShape, reduceLoss } from './reduction.ts';
import type { LossOperand, LossOptions } from './reduction.ts';

/**
 * Compute a·b / √((a·a + ε)(b·b + ε)) over the last axis, with ε = 1e-12.
 *
 * @returns shape of the operands without the last axis
 */
export const cosineSimilarity = (a: LossOperand, b: LossOperand): Variable => {
  checkSameShape('cosineSimilarity', a, b);
  const [u, v] = [asVariable(a), asVariable(b)];
  const dot = ag.sum(ag.multiply(u, v), [-1]);
  const norm = (x: Variable): Variable => ag.sqrt(ag.add(ag.sum(ag.square(x), [-1]), 1e-12));
  return ag.divide(dot, ag.multiply(norm(u), norm(v)));
};

/**
 * Compute 1 − cos(a, b) where the label is 1 and max(0, cos(a, b) − margin) where it is −1.
 *
 * @param labels +1 or −1 per vector
 * @param options `margin` in [−1, 1], default 0
 */
export const cosineEmbedding = (
  a: LossOperand,
  b: LossOperand,
  labels: Tensor,
  options: LossOptions & { readonly margin?: number } = {},
): Variable => {
  const similarity = cosineSimilarity(a, b);
  const { shape } = similarity.value;
  if (size(labels) !== size(similarity.value)) {
    throw new ShapeError(
      `Loss cosineEmbedding got ${size(labels)} labels for vectors of shape [${shape.join(', ')}]; there must be one per vector.`,
    );
  }
  const y = reshape(labels, shape);
  const near = ag.multiply(ag.subtract(1, similarity), equal(y, 1));
  const far = ag.multiply(ag.relu(ag.subtract(similarity, options.margin ?? 0)), equal(y, -1));
  return reduceLoss(ag.add(near, far), options);
};
