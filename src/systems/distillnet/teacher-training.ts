/**
 * Training the teacher: whole events as batches, Adam, binary cross-entropy against the true share of the primary vertex.
 *
 * It has a loop of its own because `fit` cuts samples into rows, and a particle of the teacher is no sample without its
 * event. The same rules hold: the state between two epochs is plain data, and a resumed training has the same bits.
 */
import * as ag from '../../autograd/index.ts';
import { ValueError } from '../../errors.ts';
import type { RandomStream } from '../../random/index.ts';
import { item, tensor, toFlat } from '../../tensor/index.ts';
import {
  binaryCrossEntropyWithLogits,
  type EpochRecord,
  initialOptimizerState,
  type OptimizerState,
  optimizerStep,
  ratesAt,
} from '../../training/index.ts';
import type { DistillNetConfig } from './config.ts';
import type { DistillNetData } from './data.ts';
import { joinSamples, type Teacher, teacherLogits, type TeacherSample, teacherSamples } from './teacher.ts';

/** State of the training between two epochs. */
export interface TeacherCheckpoint {
  readonly teacher: Teacher;
  readonly optimizer: OptimizerState;
  /** Number of the next epoch, from 0. */
  readonly epoch: number;
  /** Parameters of the epoch with the lowest validation loss. */
  readonly best: { readonly loss: number; readonly parameters: Teacher['parameters'] } | null;
  readonly history: readonly EpochRecord[];
}

export interface TeacherTrainingOptions {
  readonly training: DistillNetData;
  readonly validation: DistillNetData;
  readonly config: DistillNetConfig['teacher'];
  /** Source of shuffling; it is split, not advanced. */
  readonly stream: RandomStream;
  /** Receives the share of all steps done, in (0, 1]. */
  readonly onProgress?: (fraction: number, message: string) => void;
  readonly onCheckpoint?: (checkpoint: TeacherCheckpoint) => void | Promise<void>;
  /** Go on from here. */
  readonly resume?: TeacherCheckpoint;
  /** Stops after the running step; the result is then null and the last checkpoint counts. */
  readonly signal?: AbortSignal;
}

/** What training came to. */
export interface TeacherTrainingResult {
  readonly teacher: Teacher;
  readonly history: readonly EpochRecord[];
}

/**
 * Train a teacher and give the parameters of its best epoch.
 *
 * @returns null if the signal stopped it
 * @throws ValueError when the loss is not finite
 */
export async function trainTeacher(
  start: Teacher,
  options: TeacherTrainingOptions,
): Promise<TeacherTrainingResult | null> {
  const { config, stream, signal } = options;
  const samples = teacherSamples(start, options.training).filter((s) => s.truth.length > 0);
  const validation = teacherSamples(start, options.validation).filter((s) => s.truth.length > 0);
  if (samples.length === 0 || validation.length === 0) {
    throw new ValueError(
      'The teacher has no event with a particle to train or validate on; it needs at least one of each.',
    );
  }
  const steps = Math.ceil(samples.length / config.batchEvents);
  let state: TeacherCheckpoint = options.resume ?? {
    teacher: start,
    optimizer: initialOptimizerState(
      { kind: 'adam' },
      Object.values(start.parameters).map((p) => toFlat(p).length),
    ),
    epoch: 0,
    best: null,
    history: [],
  };
  while (state.epoch < config.epochs) {
    const order = stream.split('shuffle').split(String(state.epoch)).permutation(samples.length);
    let { teacher, optimizer } = state;
    let lossSum = 0;
    let learningRate = 0;
    for (let step = 0; step < steps; step++) {
      await turn();
      if (signal?.aborted === true) return null;
      const chosen = [...order.subarray(step * config.batchEvents, (step + 1) * config.batchEvents)];
      const schedule = {
        kind: 'cosine',
        learningRate: config.learningRate,
        totalSteps: config.epochs * steps,
      } as const;
      ({ learningRate } = ratesAt(schedule, optimizer.step));
      const result = trainStep(teacher, optimizer, joinSamples(chosen.map((i) => samples[i]!)), learningRate);
      if (!Number.isFinite(result.loss)) {
        throw new ValueError(
          `The loss of the teacher is ${result.loss} in epoch ${state.epoch}; lower its learning rate ${config.learningRate}.`,
        );
      }
      ({ teacher, optimizer } = result);
      lossSum += result.loss / steps;
      options.onProgress?.(
        (state.epoch * steps + step + 1) / (config.epochs * steps),
        `loss ${result.loss.toFixed(4)}`,
      );
    }
    const validationLoss = evaluateTeacher(teacher, validation);
    const record = { epoch: state.epoch, loss: lossSum, validationLoss, learningRate };
    const better = state.best === null || validationLoss < state.best.loss;
    state = {
      teacher,
      optimizer,
      epoch: state.epoch + 1,
      best: better ? { loss: validationLoss, parameters: teacher.parameters } : state.best,
      history: [...state.history, record],
    };
    await options.onCheckpoint?.(state);
  }
  return {
    teacher: { ...state.teacher, parameters: state.best?.parameters ?? state.teacher.parameters },
    history: state.history,
  };
}

/** Let timers and signals have their turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}

function trainStep(
  teacher: Teacher,
  state: OptimizerState,
  sample: TeacherSample,
  learningRate: number,
): { teacher: Teacher; optimizer: OptimizerState; loss: number } {
  const names = Object.keys(teacher.parameters);
  const variables = Object.fromEntries(names.map((name) => [name, ag.variable(teacher.parameters[name]!)]));
  const logits = teacherLogits(teacher, variables, sample);
  const loss = binaryCrossEntropyWithLogits(logits, tensor(sample.truth, [sample.truth.length, 1]));
  const slopes = ag.gradients(
    loss,
    names.map((name) => variables[name]!),
  );
  const floats = (value: ReturnType<typeof toFlat>): Float32Array => Float32Array.from(value);
  const step = optimizerStep(
    { kind: 'adam' },
    state,
    names.map((name) => floats(toFlat(teacher.parameters[name]!))),
    slopes.map((g) => floats(toFlat(g))),
    { learningRate },
  );
  const parameters = Object.fromEntries(
    names.map((name, i) => [name, tensor(step.parameters[i]!, teacher.parameters[name]!.shape)]),
  );
  return { teacher: { ...teacher, parameters }, optimizer: step.state, loss: item(loss.value) };
}

/** Mean cross-entropy over all particles. */
function evaluateTeacher(teacher: Teacher, samples: readonly TeacherSample[]): number {
  const constants = Object.fromEntries(
    Object.entries(teacher.parameters).map(([name, value]) => [name, ag.constant(value)]),
  );
  let sum = 0;
  let particles = 0;
  for (const sample of samples) {
    const n = sample.truth.length;
    const loss = binaryCrossEntropyWithLogits(teacherLogits(teacher, constants, sample), tensor(sample.truth, [n, 1]));
    sum += item(loss.value) * n;
    particles += n;
  }
  return sum / particles;
}
