/** Stages of the learning side, how they report progress, and how long each took. */
import type { LearningCheckpoint } from './checkpoint.ts';

/** Stages in the order in which they run. */
export const learningStages = [
  'events',
  'teacher',
  'scores',
  'student',
  'withoutPuppi',
  'quantizedFloat',
  'quantized',
  'compact',
  'weights',
] as const;

/** A stage of the learning side. */
export type LearningStage = (typeof learningStages)[number];

/** Progress within a stage. */
export interface LearningProgress {
  readonly stage: LearningStage;
  /** Share of the stage that is done, in [0, 1]. */
  readonly fraction: number;
  /** A few words such as "loss 0.1234"; may be empty. */
  readonly message: string;
}

/** What a caller of the learning side may give. */
export interface LearningCallbacks {
  readonly onProgress?: (progress: LearningProgress) => void;
  /** Receives the state after every epoch of every training; enough to go on from. */
  readonly onCheckpoint?: (checkpoint: LearningCheckpoint) => void | Promise<void>;
  /** Stops the run after the running step. */
  readonly signal?: AbortSignal;
  /** Go on from here; the configuration must be the one that the checkpoint was made with. */
  readonly resume?: LearningCheckpoint;
  /**
   * Where trained float networks are evaluated: the teacher on all events, the float students on the test events. Training
   * and fixed point never run on the gpu backend, but the students learn from scores that agree between the two to
   * rounding only, so each choice has bits of its own.
   * @defaultValue 'current', the backend that also trains
   */
  readonly inference?: 'current' | 'gpu';
  /** Threads that share a training step where the backend is WebAssembly; the bits do not depend on it. @defaultValue 1 */
  readonly workers?: number;
  /** Receives the reason where steps cannot be planned and are computed by tensor functions one by one. */
  readonly onEager?: (reason: string) => void;
}

/** What every training takes as it is given. */
type TrainingOptions = Pick<LearningCallbacks, 'signal' | 'workers' | 'onEager'>;

/** Pick what every training takes. */
export function trainingOptions({ signal, workers, onEager }: TrainingOptions): TrainingOptions {
  return { ...(signal && { signal }), ...(workers !== undefined && { workers }), ...(onEager && { onEager }) };
}

/** Knows the running stage and the seconds that each one took. */
export interface StageClock {
  readonly seconds: Readonly<Partial<Record<LearningStage, number>>>;
  /** End the running stage and start another one. */
  readonly start: (stage: LearningStage) => void;
  /** End the running stage. */
  readonly stop: () => void;
  /** Report progress within the running stage. */
  readonly progress: (fraction: number, message: string) => void;
}

/** Start a clock; it reports the beginning and the end of every stage. */
export function stageClock(onProgress: LearningCallbacks['onProgress']): StageClock {
  const seconds: Partial<Record<LearningStage, number>> = {};
  let running: { readonly stage: LearningStage; readonly since: number } | null = null;
  const stop = (): void => {
    if (running === null) return;
    seconds[running.stage] = (performance.now() - running.since) / 1000;
    onProgress?.({ stage: running.stage, fraction: 1, message: '' });
    running = null;
  };
  return {
    seconds,
    stop,
    start(stage) {
      stop();
      running = { stage, since: performance.now() };
      onProgress?.({ stage, fraction: 0, message: '' });
    },
    progress(fraction, message) {
      if (running !== null) onProgress?.({ stage: running.stage, fraction, message });
    },
  };
}

/** Let timers and signals have their turn. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}
