/**
 * Scoring with the teacher, one event per pass: through a plan for its padded number of rows where WebAssembly computes,
 * by tensor functions elsewhere, with the same bits.
 *
 * Why events are not joined: the mean over an event is a sum over rows, in leaves of 64 and a tree. Behind another event
 * its leaves would begin elsewhere, and the score of a particle would depend, in its last bits, on events it has nothing
 * to do with. Rows of padding at the end add zeros to the tree, which change nothing.
 */
import * as ag from '../../../autograd/index.ts';
import { TraceError } from '../../../errors.ts';
import {
  compilePlan,
  computeBackend,
  type InputSpec,
  openPlan,
  type PlanRunner,
  sigmoid,
  symbolicInput,
  type SymbolicTensor,
  type Tensor,
  tensor,
  toFlat,
  toFloats,
} from '../../../tensor/index.ts';
import { type ThreadPool, threadPool } from '../../../training/index.ts';
import { type DistillNetData, edgeFeatureCount, featureCount } from '../data/data.ts';
import { joinSamples, paddedRows, rowsOf } from './teacher-batch.ts';
import { teacherInputs, teacherLogits } from './teacher-formula.ts';
import { type Teacher, type TeacherSample, teacherSamples } from './teacher.ts';

/** How scores are computed. */
export interface ScoringOptions {
  /** Threads that share a pass where the backend is WebAssembly; the bits do not depend on it. @defaultValue 1 */
  readonly workers?: number;
  /** Receives the reason where passes cannot be planned. */
  readonly onEager?: (reason: string) => void;
}

/** Compute the scores in [0, 1] of every particle of a data set. */
export async function teacherScores(
  teacher: Teacher,
  data: DistillNetData,
  options: ScoringOptions = {},
): Promise<Float32Array> {
  return sampleScores(teacher, teacherSamples(teacher, data), options);
}

/** Compute the scores of every particle of prepared events. */
async function sampleScores(
  teacher: Teacher,
  samples: readonly TeacherSample[],
  options: ScoringOptions,
): Promise<Float32Array> {
  const scorer = await openScorer(
    teacher,
    samples.map(({ truth }) => truth.length),
    options,
  );
  try {
    return scorer.score(samples);
  } finally {
    await scorer.close();
  }
}

/** Scores events with plans that are made once. */
export interface Scorer {
  /** Scores in [0, 1] of every particle, one event after another. */
  readonly score: (samples: readonly TeacherSample[]) => Float32Array;
  readonly close: () => Promise<void>;
}

/**
 * Get ready to score events.
 *
 * @param particles - numbers of particles of the events to expect
 */
export async function openScorer(
  teacher: Teacher,
  particles: readonly number[],
  { workers = 1, onEager }: ScoringOptions = {},
): Promise<Scorer> {
  const pool = threadPool(workers);
  try {
    const logits = await openTeacherLogits(teacher, particles, pool, onEager);
    return {
      score: (samples) => toFloats(sigmoid(tensor(logits(teacher.parameters, samples)))),
      close: () => pool.close(),
    };
  } catch (error) {
    await pool.close();
    throw error;
  }
}

/** Computes the logits of all particles of some events, one event after another. */
export type LogitsOf = (parameters: Teacher['parameters'], samples: readonly TeacherSample[]) => Float32Array;

/**
 * Get ready to compute logits, again and again with other parameters or events.
 *
 * @param particles - of the events to expect: passes are planned for their numbers of rows, and others are computed
 *   without a plan
 */
export async function openTeacherLogits(
  teacher: Teacher,
  particles: readonly number[],
  pool: ThreadPool,
  onEager?: (reason: string) => void,
): Promise<LogitsOf> {
  const eager = eagerPass(teacher);
  if (computeBackend() === 'js') return eventByEvent(eager);
  try {
    const sizes = new Set(particles.filter((count) => count > 0).map(paddedRows));
    const runners = new Map<number, PlanRunner>();
    for (const rows of sizes) runners.set(rows, await openPass(teacher, rows, pool));
    const written = new Map<PlanRunner, Teacher['parameters']>();
    return eventByEvent((parameters, sample) => {
      const rows = paddedRows(sample.truth.length);
      const runner = runners.get(rows);
      if (runner === undefined) return eager(parameters, sample);
      if (written.get(runner) !== parameters) write(runner, parameters);
      written.set(runner, parameters);
      write(runner, { ...teacherInputs(joinSamples([sample], rows)) });
      runner.run();
      return runner.result('logits') as Float32Array;
    });
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    onEager?.(error.message);
    return eventByEvent(eager);
  }
}

/** Computes at least as many logits as the event has particles; those behind them are of padding. */
type Pass = (parameters: Teacher['parameters'], sample: TeacherSample) => Float32Array;

function eventByEvent(pass: Pass): LogitsOf {
  return (parameters, samples) => {
    const logits = new Float32Array(rowsOf(samples));
    let row = 0;
    for (const sample of samples) {
      const particles = sample.truth.length;
      if (particles === 0) continue;
      logits.set(pass(parameters, sample).subarray(0, particles), row);
      row += particles;
    }
    return logits;
  };
}

function eagerPass(teacher: Teacher): Pass {
  return (parameters, sample) => {
    const constants = Object.fromEntries(Object.entries(parameters).map(([name, p]) => [name, ag.constant(p)]));
    return toFloats(teacherLogits(teacher, constants, teacherInputs(joinSamples([sample]))).value);
  };
}

function write(runner: PlanRunner, tensors: Readonly<Record<string, Tensor>>): void {
  for (const [name, value] of Object.entries(tensors)) runner.write(name, toFlat(value));
}

/** Plan a pass over so many rows. */
async function openPass(teacher: Teacher, rows: number, pool: ThreadPool): Promise<PlanRunner> {
  const inputs: InputSpec[] = [];
  const input = (name: string, shape: readonly number[], kind: InputSpec['kind'], dtype: 'f32' | 'i32' = 'f32') => {
    const made: SymbolicTensor = symbolicInput(name, shape, dtype);
    inputs.push({ tensor: made, name, kind });
    return made;
  };
  const parameters = Object.fromEntries(
    Object.entries(teacher.parameters).map(([name, { shape }]) => [name, ag.constant(input(name, shape, 'whole'))]),
  );
  const given = {
    features: input('features', [rows, featureCount], 'rows'),
    indices: input('indices', [rows, teacher.neighbours], 'rows', 'i32'),
    edges: input('edges', [rows, teacher.neighbours, edgeFeatureCount], 'rows'),
    shares: input('shares', [rows, 1], 'rows'),
  };
  const results = [{ name: 'logits', tensor: teacherLogits(teacher, parameters, given).value }];
  const compiled = compilePlan({ inputs, results, batch: rows, workers: pool.workers });
  return openPlan(compiled, await pool.threads());
}
