/**
 * The teacher as data: a graph network that sees the neighbours of a particle and its whole event, where the student sees
 * the particle alone. Its formula stands in teacher-formula.ts; here are its parameters, how many there are, and what it
 * reads of an event.
 *
 * One formula serves every size. In the full one (k = 20, width 64, 2 blocks, 4 residual layers per stage) it is of the
 * kind and size of the published teacher, ABCNet: attention over 20 neighbours in two blocks, residual layers 64→128→64,
 * and a head 256→128→1 that reads every stage and the mean of the event; 258,497 parameters here, about 270,000 there.
 */
import { ValueError } from '../../../errors.ts';
import { initialize } from '../../../network/index.ts';
import type { PileupEvent, ReferencedEvent } from '../../../physics/index.ts';
import type { RandomStream } from '../../../random/index.ts';
import type { Tensor } from '../../../tensor/index.ts';
import type { TeacherMode } from '../config.ts';
import {
  type DistillNetData,
  edgeFeatureCount,
  featureCount,
  type Neighbourhood,
  neighbourhood,
} from '../data/data.ts';
import { applyScaler, type Scaler } from '../data/scaler.ts';
import { type TwinComparison, twinComparison } from './twin-comparison.ts';

/** The size of a teacher. */
export interface TeacherShape {
  /** Neighbours in (η, φ) that each particle sees. */
  readonly neighbours: number;
  /** Channels of a particle between layers; residual layers and the head are twice as wide inside. */
  readonly width: number;
  /** Edge convolutions. */
  readonly blocks: number;
  /** Residual layers after the embedding, and as many after every block; 0 or more. */
  readonly residuals: number;
}

/** A teacher is data: its shape, the scaler of its inputs and its parameters by name. */
export interface Teacher extends TeacherShape {
  readonly scaler: Scaler;
  readonly parameters: Readonly<Record<string, Tensor>>;
}

/** What the teacher computes on for one event. */
export interface TeacherSample extends Neighbourhood {
  /** Scaled features, row-major [particles, 16]. */
  readonly features: Float32Array;
  readonly truth: Float32Array;
  /** The event beside its twin, for training without labels. */
  readonly comparison?: TwinComparison;
}

/** Stages of a teacher: the embedding, and one after every block. */
export const stagesOf = ({ blocks }: Pick<TeacherShape, 'blocks'>): number => blocks + 1;

/** Shapes of all parameters by name. */
function parameterShapes({ width, blocks, residuals }: TeacherShape): Record<string, readonly number[]> {
  const inner = 2 * width;
  const shapes: Record<string, readonly number[]> = { 'embed.kernel': [featureCount, width], 'embed.bias': [width] };
  for (let s = 0; s <= blocks; s++) {
    if (s > 0) {
      shapes[`block${s}.self`] = [width, width];
      shapes[`block${s}.neighbour`] = [width, width];
      shapes[`block${s}.edge`] = [edgeFeatureCount, width];
      shapes[`block${s}.bias`] = [width];
      shapes[`block${s}.attention`] = [width, 1];
      shapes[`block${s}.update`] = [width, width];
      shapes[`block${s}.updateBias`] = [width];
    }
    for (let r = 0; r < residuals; r++) {
      shapes[`residual${s}.${r}.up`] = [width, inner];
      shapes[`residual${s}.${r}.upBias`] = [inner];
      shapes[`residual${s}.${r}.down`] = [inner, width];
      shapes[`residual${s}.${r}.downBias`] = [width];
    }
    shapes[`head.stage${s}`] = [width, inner];
  }
  return {
    ...shapes,
    'head.mean': [width, inner],
    'head.bias': [inner],
    'logit.kernel': [inner, 1],
    'logit.bias': [1],
  };
}

/** Make a teacher with fresh parameters. */
export function buildTeacher(shape: TeacherShape, scaler: Scaler, stream: RandomStream): Teacher {
  const { neighbours, width, blocks, residuals } = shape;
  const parameters = Object.fromEntries(
    Object.entries(parameterShapes(shape)).map(([name, dimensions]) => [
      name,
      initialize(dimensions, dimensions.length === 1 ? 'zeros' : 'glorotUniform', stream.split(name)),
    ]),
  );
  return { neighbours, width, blocks, residuals, scaler, parameters };
}

/** Number of trainable numbers. */
export function teacherParameterCount(teacher: Teacher): number {
  return Object.values(teacher.parameters).reduce((sum, p) => sum + p.shape.reduce((a, b) => a * b, 1), 0);
}

/**
 * Multiplications and additions of the products of one forward pass, per particle: every matrix on every particle, and
 * on every edge the edge kernel, the attention and the sum over neighbours. Normalisation and activations are left out,
 * as is customary, and so is the product with the mean of the event, which is computed once for all its particles.
 */
export function teacherOperations({ width: w, neighbours: k, blocks, residuals }: TeacherShape): number {
  const stage = residuals * (2 * w * (2 * w)) + w * (2 * w);
  const block = 3 * w * w + k * (edgeFeatureCount * w + 2 * w);
  return 2 * (featureCount * w + (blocks + 1) * stage + blocks * block + 2 * w);
}

/** The event with its twin. */
function withTwin(event: ReferencedEvent | PileupEvent): PileupEvent {
  if ('twin' in event) return event;
  throw new ValueError(
    'An event has no pileup-free twin; a teacher that learns without labels needs one of every event.',
  );
}

/**
 * Prepare every event of a data set for the teacher.
 *
 * @param mode - of a training that they are for; samples for training without labels are larger. @defaultValue 'truth'
 */
export function teacherSamples(teacher: Teacher, data: DistillNetData, mode: TeacherMode = 'truth'): TeacherSample[] {
  const scaled = applyScaler(teacher.scaler, data.features);
  return data.events.map((event, e) => {
    const from = data.starts[e]!;
    const to = data.starts[e + 1]!;
    return {
      ...neighbourhood(event, teacher.neighbours),
      features: scaled.slice(from * featureCount, to * featureCount),
      // Scoring reads no truth.
      truth: data.truth?.slice(from, to) ?? new Float32Array(to - from),
      ...(mode === 'selfSupervised' && { comparison: twinComparison(withTwin(event)) }),
    };
  });
}
