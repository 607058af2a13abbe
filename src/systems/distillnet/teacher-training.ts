/**
 * Training the teacher: whole events as batches, Adam, binary cross-entropy against the true share of the primary vertex.
 *
 * It has a loop of its own because `fit` cuts samples into rows, and a particle of the teacher is no sample without its
 * event. The same rules hold: the state between two epochs is plain data, a resumed training has the same bits, and so
 * have all backends and numbers of workers. For that every backend pads batches alike.
 */
import { ValueError } from '../../errors.ts';
import type { RandomStream } from '../../random/index.ts';
import { item, tensor, type Tensor, toFlat } from '../../tensor/index.ts';
import {
  binaryCrossEntropyWithLogits,
  type EpochRecord,
  initialOptimizerState,
  type NamedLoss,
  openLossTrainer,
  type OptimizerState,
  ratesAt,
  threadPool,
} from '../../training/index.ts';
import type { DistillNetConfig } from './config.ts';
import { joinSamples, paddedRows, rowsOf } from './teacher-batch.ts';
import { teacherInputs, type TeacherInputs, teacherLogits } from './teacher-formula.ts';
import { openTeacherLogits } from './teacher-scoring.ts';
import type { Teacher, TeacherSample } from './teacher.ts';

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
  /** Events to train on, and to choose the best epoch by. */
  readonly training: readonly TeacherSample[];
  readonly validation: readonly TeacherSample[];
  readonly config: DistillNetConfig['teacher'];
  /** Source of shuffling; it is split, not advanced. */
  readonly stream: RandomStream;
  /** Threads that share a step where the backend is WebAssembly; the bits do not depend on it. @defaultValue 1 */
  readonly workers?: number;
  /** Receives the reason where steps cannot be planned. */
  readonly onEager?: (reason: string) => void;
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
  const { config, stream, signal, onEager } = options;
  const samples = options.training.filter((s) => s.truth.length > 0);
  const validation = options.validation.filter((s) => s.truth.length > 0);
  if (samples.length === 0 || validation.length === 0) {
    throw new ValueError(
      'The teacher has no event with a particle to train or validate on; it needs at least one of each.',
    );
  }
  const steps = Math.ceil(samples.length / config.batchEvents);
  const schedule = { kind: 'cosine', learningRate: config.learningRate, totalSteps: config.epochs * steps } as const;
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
  const pool = threadPool(options.workers ?? 1);
  try {
    const trainer = openLossTrainer(
      { values: state.teacher.parameters, optimizer: state.optimizer },
      { loss: lossOf(start), optimizer: { kind: 'adam' }, pool, ...(onEager && { onEager }) },
    );
    const validationLogits = await openTeacherLogits(start, validation, pool, onEager);
    while (state.epoch < config.epochs) {
      const order = stream.split('shuffle').split(String(state.epoch)).permutation(samples.length);
      let lossSum = 0;
      let learningRate = 0;
      for (let step = 0; step < steps; step++) {
        await turn();
        if (signal?.aborted === true) return null;
        const chosen = [...order.subarray(step * config.batchEvents, (step + 1) * config.batchEvents)];
        ({ learningRate } = ratesAt(schedule, state.epoch * steps + step));
        const loss = await trainer.train(
          stepInputs(
            chosen.map((i) => samples[i]!),
            config.batchEvents,
          ),
          { learningRate },
        );
        if (!Number.isFinite(loss)) {
          throw new ValueError(
            `The loss of the teacher is ${loss} in epoch ${state.epoch}; lower its learning rate ${config.learningRate}.`,
          );
        }
        lossSum += loss / steps;
        options.onProgress?.((state.epoch * steps + step + 1) / (config.epochs * steps), `loss ${loss.toFixed(4)}`);
      }
      const { values: parameters, optimizer } = trainer.state();
      const validationLoss = meanLoss(validationLogits(parameters, validation), validation);
      const record = { epoch: state.epoch, loss: lossSum, validationLoss, learningRate };
      const better = state.best === null || validationLoss < state.best.loss;
      state = {
        teacher: { ...state.teacher, parameters },
        optimizer,
        epoch: state.epoch + 1,
        best: better ? { loss: validationLoss, parameters } : state.best,
        history: [...state.history, record],
      };
      await options.onCheckpoint?.(state);
    }
  } finally {
    await pool.close();
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

/** What a step reads. */
interface StepInputs extends TeacherInputs, Readonly<Record<string, Tensor>> {
  /** True shares [rows, 1]. */
  readonly truth: Tensor;
  /** Weights [rows, 1] of the losses: one over the number of particles, and 0 for padding. */
  readonly weights: Tensor;
}

/** Join the events of a step; batches of fewer events than `events` have the same shapes. */
function stepInputs(samples: readonly TeacherSample[], events: number): StepInputs {
  const particles = rowsOf(samples);
  const rows = paddedRows(particles);
  const truth = new Float32Array(rows);
  let row = 0;
  for (const sample of samples) {
    truth.set(sample.truth, row);
    row += sample.truth.length;
  }
  return {
    ...teacherInputs(joinSamples(samples, rows, events)),
    truth: tensor(truth, [rows, 1]),
    weights: tensor(new Float32Array(rows).fill(1 / particles, 0, particles), [rows, 1]),
  };
}

/** The mean loss over the particles of a batch. */
function lossOf(teacher: Teacher): NamedLoss {
  return (parameters, inputs) => {
    const { truth, weights, ...given } = inputs as StepInputs;
    return binaryCrossEntropyWithLogits(teacherLogits(teacher, parameters, given), truth, {
      weights,
      reduction: 'sum',
    });
  };
}

/** Mean cross-entropy over all particles. */
function meanLoss(logits: Float32Array, samples: readonly TeacherSample[]): number {
  let sum = 0;
  let row = 0;
  for (const { truth } of samples) {
    const n = truth.length;
    const own = tensor(logits.subarray(row, row + n), [n, 1]);
    sum += item(binaryCrossEntropyWithLogits(own, tensor(truth, [n, 1])).value) * n;
    row += n;
  }
  return sum / row;
}
