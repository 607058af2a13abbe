/**
 * Scoring with the teacher on the gpu backend: many events per pass, so that each product is one large one.
 *
 * The formula is that of `teacherLogits` (see teacher.ts), written asynchronously and without a tape; a test holds the two
 * together. Products with matrices of parameters run on the gpu backend. What stands between them (who hears whom,
 * attention, sums) runs on the current backend, and so do products that send more than they compute: those with a single
 * column, and attention times messages, a small matrix per particle. Scores agree with `teacherScores` to about 10⁻⁶,
 * not to the bit.
 */
import {
  add,
  gpuDense,
  gpuMatmul,
  indexSelect,
  matmul,
  relu,
  reshape,
  sigmoid,
  softmax,
  type Tensor,
  tensor,
  toFlat,
} from '../../tensor/index.ts';
import { type DistillNetData, edgeFeatureCount, featureCount } from './data.ts';
import { joinSamples, type Teacher, type TeacherSample, teacherSamples } from './teacher.ts';

/** Edges joined into one pass, at least one event: bounds memory to a few arrays of this many times `width` numbers. */
const EDGES = 2 ** 15;

/**
 * Compute the scores in [0, 1] of every particle of a data set on the gpu backend.
 *
 * @throws ToolError if gpu.js is not installed
 */
export async function teacherScoresOnGpu(teacher: Teacher, data: DistillNetData): Promise<Float32Array> {
  const scores = new Float32Array(data.truth.length);
  let at = 0;
  for (const group of groups(teacherSamples(teacher, data), Math.ceil(EDGES / teacher.neighbours))) {
    const logits = await logitsOnGpu(teacher, joinSamples(group));
    scores.set(toFlat(sigmoid(logits)), at);
    at += logits.shape[0]!;
  }
  return scores;
}

/** Cut events into groups of about so many particles; events without particles have no scores and are left out. */
function groups(samples: readonly TeacherSample[], particles: number): TeacherSample[][] {
  const cut: TeacherSample[][] = [];
  let room = 0;
  for (const sample of samples) {
    const size = sample.truth.length;
    if (size === 0) continue;
    if (size > room) {
      cut.push([]);
      room = Math.max(size, particles);
    }
    cut.at(-1)!.push(sample);
    room -= size;
  }
  return cut;
}

/** Logits of shape [particles, 1]. */
async function logitsOnGpu({ neighbours: k, width: w, blocks, parameters }: Teacher, sample: TeacherSample) {
  const p = (name: string): Tensor => parameters[name]!;
  const n = sample.truth.length;
  const indices = tensor(sample.indices, [n * k], 'i32');
  const edges = tensor(sample.edges, [n * k, edgeFeatureCount]);
  let h = await gpuDense(tensor(sample.features, [n, featureCount]), p('embed.kernel'), p('embed.bias'), 'relu');
  for (let b = 0; b < blocks; b++) {
    const own = await gpuDense(h, p(`block${b}.self`), p(`block${b}.bias`));
    const others = indexSelect(await gpuMatmul(h, p(`block${b}.neighbour`)), indices, 0);
    const place = await gpuMatmul(edges, p(`block${b}.edge`));
    const message = relu(add(reshape(add(others, place), [n, k, w]), reshape(own, [n, 1, w])));
    const scores = matmul(reshape(message, [n * k, w]), p(`block${b}.attention`));
    const attention = reshape(softmax(reshape(scores, [n, k]), 1), [n, 1, k]);
    const heard = reshape(matmul(attention, message), [n, w]);
    const kept = await gpuMatmul(h, p(`block${b}.keep`));
    h = relu(add(kept, await gpuDense(heard, p(`block${b}.update`), p(`block${b}.updateBias`))));
  }
  const last = await gpuDense(h, p('head.kernel'), p('head.bias'), 'relu');
  return add(matmul(last, p('logit.kernel')), p('logit.bias'));
}
