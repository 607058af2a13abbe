/**
 * The teacher: a graph network that sees the neighbours of a particle, where the student sees the particle alone.
 *
 * Each block is an edge convolution with attention over the k nearest neighbours in (η, φ):
 *   m_ij = relu(A·h_i + B·h_j + C·e_ij + b),  a_ij = softmax_j(v·m_ij),  h_i ← relu(D·h_i + E·Σ_j a_ij·m_ij + c).
 * A and B act on particles before anything is gathered, so the cost per edge is a few passes over `width` numbers. The
 * last layer is one logit of the share of the primary vertex. It learns from the generated truth by binary cross-entropy
 * (the published teacher, ABCNet, is trained without labels by comparing an event with its pileup-free twin).
 */
import * as ag from '../../autograd/index.ts';
import type { Variable } from '../../autograd/index.ts';
import { initialize } from '../../network/index.ts';
import type { RandomStream } from '../../random/index.ts';
import { type Tensor, tensor, toFlat } from '../../tensor/index.ts';
import {
  type DistillNetData,
  edgeFeatureCount,
  featureCount,
  type Neighbourhood,
  neighbourhood,
  rowsTensor,
} from './data.ts';
import { applyScaler, type Scaler } from './scaler.ts';

/** A teacher is data: its shape, the scaler of its inputs and its parameters by name. */
export interface Teacher {
  readonly neighbours: number;
  readonly width: number;
  readonly blocks: number;
  readonly scaler: Scaler;
  readonly parameters: Readonly<Record<string, Tensor>>;
}

/** What the teacher computes on for one event. */
export interface TeacherSample extends Neighbourhood {
  /** Scaled features, row-major [particles, 16]. */
  readonly features: Float32Array;
  readonly truth: Float32Array;
}

/** Shapes of all parameters by name. */
function parameterShapes(width: number, blocks: number): Record<string, readonly number[]> {
  const shapes: Record<string, readonly number[]> = { 'embed.kernel': [featureCount, width], 'embed.bias': [width] };
  for (let b = 0; b < blocks; b++) {
    shapes[`block${b}.self`] = [width, width];
    shapes[`block${b}.neighbour`] = [width, width];
    shapes[`block${b}.edge`] = [edgeFeatureCount, width];
    shapes[`block${b}.bias`] = [width];
    shapes[`block${b}.attention`] = [width, 1];
    shapes[`block${b}.keep`] = [width, width];
    shapes[`block${b}.update`] = [width, width];
    shapes[`block${b}.updateBias`] = [width];
  }
  return {
    ...shapes,
    'head.kernel': [width, width],
    'head.bias': [width],
    'logit.kernel': [width, 1],
    'logit.bias': [1],
  };
}

/** Make a teacher with fresh parameters. */
export function buildTeacher(
  shape: { neighbours: number; width: number; blocks: number },
  scaler: Scaler,
  stream: RandomStream,
): Teacher {
  const parameters = Object.fromEntries(
    Object.entries(parameterShapes(shape.width, shape.blocks)).map(([name, dimensions]) => [
      name,
      initialize(dimensions, dimensions.length === 1 ? 'zeros' : 'glorotUniform', stream.split(name)),
    ]),
  );
  return { neighbours: shape.neighbours, width: shape.width, blocks: shape.blocks, scaler, parameters };
}

/** Number of trainable numbers. */
export function teacherParameterCount(teacher: Teacher): number {
  return Object.values(teacher.parameters).reduce((sum, p) => sum + p.shape.reduce((a, b) => a * b, 1), 0);
}

/** Multiplications and additions of one forward pass per particle. */
export function teacherOperations(teacher: Teacher): number {
  const { width: w, neighbours: k, blocks } = teacher;
  const block = 4 * w * w + k * (edgeFeatureCount * w + 2 * w);
  return 2 * (featureCount * w + blocks * block + w * w + w);
}

/** Prepare every event of a data set for the teacher. */
export function teacherSamples(teacher: Teacher, data: DistillNetData): TeacherSample[] {
  const scaled = applyScaler(teacher.scaler, data.features);
  return data.events.map((event, e) => {
    const from = data.starts[e]!;
    const to = data.starts[e + 1]!;
    return {
      ...neighbourhood(event, teacher.neighbours),
      features: scaled.slice(from * featureCount, to * featureCount),
      truth: data.truth.slice(from, to),
    };
  });
}

/** Join events to one batch; neighbours stay within their event. */
export function joinSamples(samples: readonly TeacherSample[]): TeacherSample {
  if (samples.length === 1) return samples[0]!;
  const joined = {
    indices: new Int32Array(samples.reduce((n, s) => n + s.indices.length, 0)),
    edges: new Float32Array(samples.reduce((n, s) => n + s.edges.length, 0)),
    features: new Float32Array(samples.reduce((n, s) => n + s.features.length, 0)),
    truth: new Float32Array(samples.reduce((n, s) => n + s.truth.length, 0)),
  };
  let rows = 0;
  let indices = 0;
  for (const s of samples) {
    joined.features.set(s.features, rows * featureCount);
    joined.truth.set(s.truth, rows);
    joined.indices.set(
      s.indices.map((i) => i + rows),
      indices,
    );
    joined.edges.set(s.edges, indices * edgeFeatureCount);
    rows += s.truth.length;
    indices += s.indices.length;
  }
  return joined;
}

/**
 * Compute logits differentiably.
 *
 * @param parameters - variables by parameter name
 * @param sample - one event, or several joined
 * @returns logits of shape [particles, 1]
 */
export function teacherLogits(
  shape: { readonly neighbours: number; readonly width: number; readonly blocks: number },
  parameters: Readonly<Record<string, Variable>>,
  sample: TeacherSample,
): Variable {
  const p = (name: string): Variable => parameters[name]!;
  const { neighbours: k, width: w } = shape;
  const n = sample.truth.length;
  const indices = tensor(sample.indices, [n * k], 'i32');
  const edges = ag.constant(tensor(sample.edges, [n * k, edgeFeatureCount]));
  const dense = (x: Variable, kernel: string, bias: string): Variable => ag.add(ag.matmul(x, p(kernel)), p(bias));
  let h = ag.relu(dense(ag.constant(rowsTensor(sample.features, featureCount, 0, n)), 'embed.kernel', 'embed.bias'));
  for (let b = 0; b < shape.blocks; b++) {
    const own = ag.reshape(ag.add(ag.matmul(h, p(`block${b}.self`)), p(`block${b}.bias`)), [n, 1, w]);
    const others = ag.reshape(ag.indexSelect(ag.matmul(h, p(`block${b}.neighbour`)), indices, 0), [n, k, w]);
    const place = ag.reshape(ag.matmul(edges, p(`block${b}.edge`)), [n, k, w]);
    const message = ag.relu(ag.add(ag.add(others, place), own));
    const scores = ag.reshape(ag.matmul(ag.reshape(message, [n * k, w]), p(`block${b}.attention`)), [n, k]);
    const attention = ag.reshape(ag.softmax(scores, 1), [n, 1, k]);
    const heard = ag.reshape(ag.matmul(attention, message), [n, w]);
    const kept = ag.matmul(h, p(`block${b}.keep`));
    h = ag.relu(ag.add(ag.add(kept, ag.matmul(heard, p(`block${b}.update`))), p(`block${b}.updateBias`)));
  }
  return dense(ag.relu(dense(h, 'head.kernel', 'head.bias')), 'logit.kernel', 'logit.bias');
}

/** Compute the scores in [0, 1] of every particle of a data set. */
export function teacherScores(teacher: Teacher, data: DistillNetData): Float32Array {
  const constants = Object.fromEntries(
    Object.entries(teacher.parameters).map(([name, value]) => [name, ag.constant(value)]),
  );
  const scores = new Float32Array(data.truth.length);
  teacherSamples(teacher, data).forEach((sample, e) => {
    if (sample.truth.length === 0) return;
    scores.set(toFlat(ag.sigmoid(teacherLogits(teacher, constants, sample)).value), data.starts[e]!);
  });
  return scores;
}
