/**
 * Training the teacher: whole events as batches, Adam, towards one of two objectives (see teacher-objectives.ts).
 *
 * It has a loop of its own because `fit` cuts samples into rows, and a particle of the teacher is no sample without its
 * event. The same rules hold: the state between two epochs is plain data, a resumed training has the same bits, and so
 * have all backends and numbers of workers. For that every backend pads batches alike.
 */
import { ValueError } from '../../../errors.ts';
import type { RandomStream } from '../../../random/index.ts';
import { toFlat } from '../../../tensor/index.ts';
import {
  type EpochRecord,
  initialOptimizerState,
  openLossTrainer,
  type OptimizerState,
  ratesAt,
  threadPool,
} from '../../../training/index.ts';
import type { DistillNetConfig } from '../config.ts';
import { turn } from '../progress.ts';
import { comparisonObjective, truthObjective } from './teacher-objectives.ts';
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
  /** Source of shuffling and of directions; it is split, not advanced. */
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
  const total = config.epochs * steps;
  // At the full rate from the start, training without labels drives all weights to 0 or to 1, where slopes vanish.
  const warmup = Math.ceil(total / 20);
  const schedule = {
    kind: 'warmup',
    steps: warmup,
    startFactor: 1 / warmup,
    after: { kind: 'cosine', learningRate: config.learningRate, totalSteps: Math.max(1, total - warmup) },
  } as const;
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
    const logitsOf = await openTeacherLogits(
      start,
      (config.mode === 'selfSupervised' ? [...samples, ...validation] : validation).map(({ truth }) => truth.length),
      pool,
      onEager,
    );
    const objective =
      config.mode === 'truth'
        ? truthObjective(start, config)
        : comparisonObjective(start, config, logitsOf, stream.split('directions'));
    const trainer = openLossTrainer(
      { values: state.teacher.parameters, optimizer: state.optimizer },
      { loss: objective.loss, optimizer: { kind: 'adam' }, pool, ...(onEager && { onEager }) },
    );
    while (state.epoch < config.epochs) {
      const order = stream.split('shuffle').split(String(state.epoch)).permutation(samples.length);
      let lossSum = 0;
      let learningRate = 0;
      for (let step = 0; step < steps; step++) {
        await turn();
        if (signal?.aborted === true) return null;
        const chosen = [...order.subarray(step * config.batchEvents, (step + 1) * config.batchEvents)];
        const number = state.epoch * steps + step;
        ({ learningRate } = ratesAt(schedule, number));
        const prepared = objective.step(
          chosen.map((i) => samples[i]!),
          number,
          () => trainer.state().values,
        );
        const taken = await trainer.train(prepared.inputs, { learningRate });
        const loss = prepared.loss ?? taken;
        if (!Number.isFinite(loss)) {
          throw new ValueError(
            `The loss of the teacher is ${loss} in epoch ${state.epoch}; lower its learning rate ${config.learningRate}.`,
          );
        }
        lossSum += loss / steps;
        options.onProgress?.((state.epoch * steps + step + 1) / (config.epochs * steps), `loss ${loss.toFixed(4)}`);
      }
      const { values: parameters, optimizer } = trainer.state();
      const validationLoss = objective.judge(validation, logitsOf(parameters, validation));
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
