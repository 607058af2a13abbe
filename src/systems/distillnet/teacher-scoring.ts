/**
 * Scoring with the teacher: many events per pass through one plan where WebAssembly computes, event by event elsewhere.
 * A particle sees its own event only, so both give the same bits.
 */
import * as ag from '../../autograd/index.ts';
import { TraceError } from '../../errors.ts';
import {
  compilePlan,
  computeBackend,
  type InputSpec,
  openPlan,
  type PlanRunner,
  sigmoid,
  symbolicInput,
  type SymbolicTensor,
  tensor,
  toFlat,
  toFloats,
} from '../../tensor/index.ts';
import { type ThreadPool, threadPool } from '../../training/index.ts';
import { type DistillNetData, edgeFeatureCount, featureCount } from './data.ts';
import { type Teacher, teacherInputs, teacherLogits, type TeacherSample, teacherSamples } from './teacher.ts';
import { groupSamples, joinSamples, paddedRows, rowsOf } from './teacher-batch.ts';

/** How scores are computed. */
export interface ScoringOptions {
  /** Threads that share a pass where the backend is WebAssembly; the bits do not depend on it. @defaultValue 1 */
  readonly workers?: number;
  /** Receives the reason where passes cannot be planned. */
  readonly onEager?: (reason: string) => void;
}

/** Rows of a pass, unless one event has more. */
const passRows = 2048;

/** Compute the scores in [0, 1] of every particle of a data set. */
export async function teacherScores(
  teacher: Teacher,
  data: DistillNetData,
  options: ScoringOptions = {},
): Promise<Float32Array> {
  return sampleScores(teacher, teacherSamples(teacher, data), options);
}

/** Compute the scores of every particle of prepared events. */
export async function sampleScores(
  teacher: Teacher,
  samples: readonly TeacherSample[],
  { workers = 1, onEager }: ScoringOptions,
): Promise<Float32Array> {
  const pool = threadPool(workers);
  try {
    const logits = await openTeacherLogits(teacher, samples, pool, onEager);
    return toFloats(sigmoid(tensor(logits(teacher.parameters))));
  } finally {
    await pool.close();
  }
}

/** Computes the logits of all particles of the events that it was made for. */
export type LogitsOf = (parameters: Teacher['parameters']) => Float32Array;

/** Get ready to compute logits of some events, again and again with other parameters. */
export async function openTeacherLogits(
  teacher: Teacher,
  samples: readonly TeacherSample[],
  pool: ThreadPool,
  onEager?: (reason: string) => void,
): Promise<LogitsOf> {
  if (computeBackend() === 'js') return eagerly(teacher, samples);
  try {
    const largest = samples.reduce((rows, { truth }) => Math.max(rows, truth.length), 0);
    const rows = paddedRows(Math.max(1, largest, Math.min(passRows, rowsOf(samples))));
    const runner = await openPass(teacher, rows, pool);
    return planned(runner, samples, rows);
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    onEager?.(error.message);
    return eagerly(teacher, samples);
  }
}

function eagerly(teacher: Teacher, samples: readonly TeacherSample[]): LogitsOf {
  return (parameters) => {
    const constants = Object.fromEntries(Object.entries(parameters).map(([name, p]) => [name, ag.constant(p)]));
    const logits = new Float32Array(rowsOf(samples));
    let row = 0;
    for (const sample of samples) {
      if (sample.truth.length === 0) continue;
      logits.set(toFlat(teacherLogits(teacher, constants, teacherInputs(sample)).value), row);
      row += sample.truth.length;
    }
    return logits;
  };
}

function planned(runner: PlanRunner, samples: readonly TeacherSample[], rows: number): LogitsOf {
  const groups = groupSamples(samples, rows);
  return (parameters) => {
    for (const [name, value] of Object.entries(parameters)) runner.write(name, toFlat(value));
    const logits = new Float32Array(rowsOf(samples));
    let row = 0;
    for (const group of groups) {
      for (const [name, value] of Object.entries(teacherInputs(joinSamples(group, rows))))
        runner.write(name, toFlat(value));
      runner.run();
      const particles = rowsOf(group);
      logits.set(runner.result('logits').subarray(0, particles), row);
      row += particles;
    }
    return logits;
  };
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
  };
  const results = [{ name: 'logits', tensor: teacherLogits(teacher, parameters, given).value }];
  const compiled = compilePlan({ inputs, results, batch: rows, workers: pool.workers });
  return openPlan(compiled, await pool.threads());
}
