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
import { type Tensor, tensor } from '../../tensor/index.ts';
import { type DistillNetData, edgeFeatureCount, featureCount, type Neighbourhood, neighbourhood } from './data.ts';
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

/** What the formula of the teacher reads, one row per particle. */
export interface TeacherInputs {
  /** Scaled features [particles, 16]. */
  readonly features: Tensor;
  /** Rows of the neighbours [particles, k]. */
  readonly indices: Tensor;
  /** Where the neighbours lie [particles, k, 4]. */
  readonly edges: Tensor;
}

/** Give the tensors of a sample. */
export function teacherInputs({ features, indices, edges, truth }: TeacherSample): TeacherInputs {
  const particles = truth.length;
  const neighbours = indices.length / particles;
  return {
    features: tensor(features, [particles, featureCount]),
    indices: tensor(indices, [particles, neighbours], 'i32'),
    edges: tensor(edges, [particles, neighbours, edgeFeatureCount]),
  };
}

/**
 * Compute logits differentiably.
 *
 * All tensors keep particles as their leading axis, and neighbours are gathered by rows of indices: a plan can then cut
 * the work along the particles.
 *
 * @param parameters - variables by parameter name
 * @returns logits of shape [particles, 1]
 */
export function teacherLogits(
  { width, blocks }: { readonly width: number; readonly blocks: number },
  parameters: Readonly<Record<string, Variable>>,
  { features, indices, edges }: TeacherInputs,
): Variable {
  const p = (name: string): Variable => parameters[name]!;
  const particles = features.shape[0]!;
  let h = ag.relu(ag.dense(ag.constant(features), p('embed.kernel'), p('embed.bias')));
  for (let b = 0; b < blocks; b++) {
    const own = ag.reshape(ag.dense(h, p(`block${b}.self`), p(`block${b}.bias`)), [particles, 1, width]);
    const others = ag.indexSelect(ag.matmul(h, p(`block${b}.neighbour`)), indices, 0);
    const place = ag.matmul(ag.constant(edges), p(`block${b}.edge`));
    const message = ag.relu(ag.add(ag.add(others, place), own));
    const attention = ag.softmax(ag.matmul(message, p(`block${b}.attention`)), 1);
    const heard = ag.sum(ag.multiply(attention, message), 1);
    const kept = ag.matmul(h, p(`block${b}.keep`));
    h = ag.relu(ag.add(kept, ag.dense(heard, p(`block${b}.update`), p(`block${b}.updateBias`))));
  }
  const last = ag.relu(ag.dense(h, p('head.kernel'), p('head.bias')));
  return ag.dense(last, p('logit.kernel'), p('logit.bias'));
}
