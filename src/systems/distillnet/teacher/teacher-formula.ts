/**
 * The formula of the teacher, differentiable, for training and scoring.
 *
 * With N the normalisation of a particle's channels to mean 0 and variance 1, a stage is
 *   h ← h + D·gelu(U·N(h) + u) + d, some times (residual layers),
 * and before every stage but the first comes an edge convolution with attention over the k nearest neighbours:
 *   n = N(h),  m_ij = relu(A·n_i + B·n_j + C·e_ij + b),  a_ij = softmax_j(v·m_ij),  h_i ← h_i + E·Σ_j a_ij·m_ij + c.
 * The logit is L·gelu(Σ_s H_s·h⁽ˢ⁾ + H·mean(h) + b) + l, over the results of all stages and the mean of the last one over
 * the particles of the event. A matrix per part is one matrix of their concatenation.
 *
 * Choices that make it cheap. A and B act on particles before anything is gathered, so an edge costs a few passes over
 * `width` numbers. N has no scale and offset of its own: the matrix behind it has them. gelu is x·σ(1.702·x), the
 * approximation of its authors: the backward pass then needs no function that the forward pass has not computed, where
 * the exact one needs erf forward and exp backward. The mean meets its matrix before it is spread to particles.
 */
import * as ag from '../../../autograd/index.ts';
import type { Variable } from '../../../autograd/index.ts';
import { greater, matmul, rowProduct, type Tensor, tensor } from '../../../tensor/index.ts';
import { edgeFeatureCount, featureCount } from '../data/data.ts';
import type { TeacherShape } from './teacher.ts';
import type { TeacherBatch } from './teacher-batch.ts';

/** What the formula of the teacher reads, one row per particle. */
export interface TeacherInputs {
  /** Scaled features [rows, 16]. */
  readonly features: Tensor;
  /** Rows of the neighbours [rows, k]. */
  readonly indices: Tensor;
  /** Where the neighbours lie [rows, k, 4]. */
  readonly edges: Tensor;
  /** [rows, events]: one over the number of particles of the own event, 0 for other events and for padding. */
  readonly shares: Tensor;
}

/** Give the tensors of a batch. */
export function teacherInputs({ rows, features, indices, edges, shares }: TeacherBatch): TeacherInputs {
  const neighbours = indices.length / rows;
  return {
    features: tensor(features, [rows, featureCount]),
    indices: tensor(indices, [rows, neighbours], 'i32'),
    edges: tensor(edges, [rows, neighbours, edgeFeatureCount]),
    shares: tensor(shares, [rows, shares.length / rows]),
  };
}

/** Added to variances, so that a particle of equal channels has a finite scale. */
export const smallestVariance = 1e-5;

/** Slope of the sigmoid in gelu(x) = x·σ(1.702·x). */
export const geluSlope = 1.702;

/**
 * Compute logits differentiably.
 *
 * All tensors keep particles as their leading axis, and neighbours are gathered by rows of indices: a plan can then cut
 * the work along the particles.
 *
 * @param parameters - variables by parameter name
 * @returns logits of shape [rows, 1]
 */
export function teacherLogits(
  { width, blocks, residuals }: TeacherShape,
  parameters: Readonly<Record<string, Variable>>,
  { features, indices, edges, shares }: TeacherInputs,
): Variable {
  const p = (name: string): Variable => parameters[name]!;
  const rows = features.shape[0]!;

  const convolved = (h: Variable, block: string): Variable => {
    const n = normalized(h);
    const own = ag.reshape(ag.dense(n, p(`${block}.self`), p(`${block}.bias`)), [rows, 1, width]);
    const others = ag.indexSelect(ag.matmul(n, p(`${block}.neighbour`)), indices, 0);
    const place = ag.matmul(ag.constant(edges), p(`${block}.edge`));
    const message = ag.relu(ag.add(ag.add(others, place), own));
    const attention = ag.softmax(ag.matmul(message, p(`${block}.attention`)), 1);
    const heard = ag.sum(ag.multiply(attention, message), 1);
    return ag.add(h, ag.dense(heard, p(`${block}.update`), p(`${block}.updateBias`)));
  };
  const refined = (h: Variable, layer: string): Variable => {
    const inner = gelu(ag.dense(normalized(h), p(`${layer}.up`), p(`${layer}.upBias`)));
    return ag.add(h, ag.dense(inner, p(`${layer}.down`), p(`${layer}.downBias`)));
  };

  let h = ag.dense(ag.constant(features), p('embed.kernel'), p('embed.bias'));
  let head: Variable | null = null;
  for (let s = 0; s <= blocks; s++) {
    if (s > 0) h = convolved(h, `block${s}`);
    for (let r = 0; r < residuals; r++) h = refined(h, `residual${s}.${r}`);
    const part = ag.matmul(h, p(`head.stage${s}`));
    head = head === null ? part : ag.add(head, part);
  }
  const mean = ag.matmul(ag.constant(greater(shares, 0)), ag.matmul(eventMeans(h, shares), p('head.mean')));
  const last = gelu(ag.add(ag.add(head!, mean), p('head.bias')));
  return ag.dense(last, p('logit.kernel'), p('logit.bias'));
}

/** Channels of every particle with mean 0 and variance 1. */
function normalized(h: Variable): Variable {
  return ag.standardize(h, -1, smallestVariance);
}

/** x·σ(1.702·x). */
function gelu(x: Variable): Variable {
  return ag.multiply(x, ag.sigmoid(ag.multiply(x, geluSlope)));
}

/** Mean over the particles of each event, [events, width]. */
function eventMeans(h: Variable, shares: Tensor): Variable {
  return ag.customGradient(rowProduct(shares, h.value), [h], (slope) => [matmul(shares, slope)]);
}
