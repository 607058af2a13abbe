/**
 * Scoring with the teacher on the gpu backend: many events per pass, so that each product is one large one.
 *
 * The formula is that of `teacherLogits` (see teacher.ts), written asynchronously and without a tape; a test holds the two
 * together. Products with matrices of parameters run on the gpu backend. What stands between them (who hears whom,
 * attention, sums) runs on the current backend, and so do products with a single column, which send more than they
 * compute. Scores agree with `teacherScores` to about 10⁻⁶, not to the bit.
 */
import {
  add,
  gpuDense,
  gpuMatmul,
  indexSelect,
  matmul,
  multiply,
  relu,
  reshape,
  sigmoid,
  softmax,
  sum,
  type Tensor,
  toFlat,
} from '../../tensor/index.ts';
import type { DistillNetData } from './data.ts';
import { type Teacher, teacherInputs, type TeacherSample, teacherSamples } from './teacher.ts';
import { groupSamples, joinSamples, rowsOf } from './teacher-batch.ts';

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
async function logitsOnGpu({ width, blocks, parameters }: Teacher, sample: TeacherSample): Promise<Tensor> {
  const p = (name: string): Tensor => parameters[name]!;
  const { features, indices, edges } = teacherInputs(sample);
  const particles = features.shape[0]!;
  let h = await gpuDense(features, p('embed.kernel'), p('embed.bias'), 'relu');
  for (let b = 0; b < blocks; b++) {
    const own = reshape(await gpuDense(h, p(`block${b}.self`), p(`block${b}.bias`)), [particles, 1, width]);
    const others = indexSelect(await gpuMatmul(h, p(`block${b}.neighbour`)), indices, 0);
    const place = await gpuMatmul(edges, p(`block${b}.edge`));
    const message = relu(add(add(others, place), own));
    const attention = softmax(matmul(message, p(`block${b}.attention`)), 1);
    const heard = sum(multiply(attention, message), 1);
    const kept = await gpuMatmul(h, p(`block${b}.keep`));
    h = relu(add(kept, await gpuDense(heard, p(`block${b}.update`), p(`block${b}.updateBias`))));
  }
  const last = await gpuDense(h, p('head.kernel'), p('head.bias'), 'relu');
  return add(matmul(last, p('logit.kernel')), p('logit.bias'));
}
