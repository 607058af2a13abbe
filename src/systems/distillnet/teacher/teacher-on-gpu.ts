/**
 * Scoring with the teacher on the gpu backend: many events per pass, so that each product is one large one.
 *
 * The formula is that of `teacherLogits` (see teacher-formula.ts), written asynchronously and without a tape; a test holds the two
 * together. Products with matrices of parameters run on the gpu backend. What stands between them (who hears whom,
 * attention, sums) runs on the current backend, and so do products with a single column, which send more than they
 * compute. Scores agree with `teacherScores` to about 10⁻⁶, not to the bit.
 */
import {
  add,
  divide,
  gpuDense,
  gpuMatmul,
  greater,
  indexSelect,
  matmul,
  mean,
  multiply,
  relu,
  reshape,
  rowProduct,
  sigmoid,
  softmax,
  sqrt,
  square,
  subtract,
  sum,
  type Tensor,
  toFlat,
} from '../../../tensor/index.ts';
import type { DistillNetData } from '../data/data.ts';
import { groupSamples, joinSamples, rowsOf, type TeacherBatch } from './teacher-batch.ts';
import { geluSlope, smallestVariance, teacherInputs } from './teacher-formula.ts';
import { type Teacher, type TeacherSample, teacherSamples } from './teacher.ts';

/** Edges joined into one pass, at least one event: bounds memory to a few arrays of this many times `width` numbers. */
const EDGES = 2 ** 15;

/**
 * Compute the scores in [0, 1] of every particle of a data set on the gpu backend.
 *
 * @throws ToolError if gpu.js is not installed
 */
export async function teacherScoresOnGpu(teacher: Teacher, data: DistillNetData): Promise<Float32Array> {
  return sampleScoresOnGpu(teacher, teacherSamples(teacher, data));
}

/** Compute the scores of every particle of prepared events on the gpu backend. */
export async function sampleScoresOnGpu(teacher: Teacher, samples: readonly TeacherSample[]): Promise<Float32Array> {
  const scores = new Float32Array(rowsOf(samples));
  let at = 0;
  for (const group of groupSamples(samples, Math.ceil(EDGES / teacher.neighbours))) {
    const logits = await logitsOnGpu(teacher, joinSamples(group));
    scores.set(toFlat(sigmoid(logits)), at);
    at += logits.shape[0]!;
  }
  return scores;
}

/** Logits of shape [particles, 1]. */
async function logitsOnGpu({ width, blocks, residuals, parameters }: Teacher, batch: TeacherBatch): Promise<Tensor> {
  const p = (name: string): Tensor => parameters[name]!;
  const { features, indices, edges, shares } = teacherInputs(batch);
  let h = await gpuDense(features, p('embed.kernel'), p('embed.bias'));
  let head: Tensor = p('head.bias');
  for (let s = 0; s <= blocks; s++) {
    if (s > 0) {
      const n = normalized(h);
      const own = reshape(await gpuDense(n, p(`block${s}.self`), p(`block${s}.bias`)), [batch.rows, 1, width]);
      const others = indexSelect(await gpuMatmul(n, p(`block${s}.neighbour`)), indices, 0);
      const place = await gpuMatmul(edges, p(`block${s}.edge`));
      const message = relu(add(add(others, place), own));
      const attention = softmax(matmul(message, p(`block${s}.attention`)), 1);
      const heard = sum(multiply(attention, message), 1);
      h = add(h, await gpuDense(heard, p(`block${s}.update`), p(`block${s}.updateBias`)));
    }
    for (let r = 0; r < residuals; r++) {
      const layer = `residual${s}.${r}`;
      const inner = gelu(await gpuDense(normalized(h), p(`${layer}.up`), p(`${layer}.upBias`)));
      h = add(h, await gpuDense(inner, p(`${layer}.down`), p(`${layer}.downBias`)));
    }
    head = add(head, await gpuMatmul(h, p(`head.stage${s}`)));
  }
  const means = matmul(rowProduct(shares, h), p('head.mean'));
  const last = gelu(add(head, matmul(greater(shares, 0), means)));
  return add(matmul(last, p('logit.kernel')), p('logit.bias'));
}

/** Channels of every particle with mean 0 and variance 1. */
function normalized(h: Tensor): Tensor {
  const centred = subtract(h, mean(h, -1, true));
  return divide(centred, sqrt(add(mean(square(centred), -1, true), smallestVariance)));
}

/** x·σ(1.702·x). */
function gelu(x: Tensor): Tensor {
  return multiply(x, sigmoid(multiply(x, geluSlope)));
}
