/**
 * Learning-rate schedules as data and one pure function of the step: nothing to save, nothing to replay.
 *
 * Formulas follow `torch.optim.lr_scheduler`; cosines come from our own polynomial, so the rates have the same bits in
 * every engine. The one schedule that looks at results, reduce on plateau, stands in `plateau.ts`.
 */
import { ValueError } from '../../errors.ts';
import { cosScalar, powScalar2 } from '../../tensor/index.ts';
import { integerPower } from '../optimizers/index.ts';
import type { StepRates } from '../optimizers/index.ts';

/** The same rate for ever. */
export interface ConstantSchedule {
  readonly kind: 'constant';
  readonly learningRate: number;
}

/** η·γ^⌊t / stepSize⌋. */
export interface StepSchedule {
  readonly kind: 'step';
  readonly learningRate: number;
  readonly stepSize: number;
  /** @defaultValue 0.1 */
  readonly gamma?: number;
}

/** η·γ^(number of milestones ≤ t). */
export interface MultiStepSchedule {
  readonly kind: 'multiStep';
  readonly learningRate: number;
  readonly milestones: readonly number[];
  /** @defaultValue 0.1 */
  readonly gamma?: number;
}

/** η·γᵗ. */
export interface ExponentialSchedule {
  readonly kind: 'exponential';
  readonly learningRate: number;
  readonly gamma: number;
}

/** η_min + (η − η_min)·(1 + cos(πt / T)) / 2; it rises again after T, like the cosine does. */
export interface CosineSchedule {
  readonly kind: 'cosine';
  readonly learningRate: number;
  /** T, steps from the highest to the lowest rate. */
  readonly totalSteps: number;
  /** @defaultValue 0 */
  readonly minimum?: number;
}

/** Cosine with warm restarts (SGDR, arXiv:1608.03983): cycles of T₀, T₀·m, T₀·m², … steps. */
export interface CosineRestartsSchedule {
  readonly kind: 'cosineRestarts';
  readonly learningRate: number;
  /** T₀, steps of the first cycle. */
  readonly firstCycle: number;
  /** m, an integer of at least 1. @defaultValue 1 */
  readonly cycleFactor?: number;
  /** @defaultValue 0 */
  readonly minimum?: number;
}

/** η_end + (η − η_end)·(1 − t / T)^p, then η_end. */
export interface PolynomialSchedule {
  readonly kind: 'polynomial';
  readonly learningRate: number;
  readonly totalSteps: number;
  /** p, greater than 0. @defaultValue 1 */
  readonly power?: number;
  /** @defaultValue 0 */
  readonly minimum?: number;
}

/** η times a factor that moves straight from one value to another in T steps and then stays. */
export interface LinearSchedule {
  readonly kind: 'linear';
  readonly learningRate: number;
  readonly totalSteps: number;
  /** @defaultValue 1/3 */
  readonly startFactor?: number;
  /** @defaultValue 1 */
  readonly endFactor?: number;
}

/** Linear warm-up to the first rate of another schedule, which then starts at its step 0. */
export interface WarmupSchedule {
  readonly kind: 'warmup';
  /** Steps of warm-up, at least 1. */
  readonly steps: number;
  /** Factor at step 0. @defaultValue 0 */
  readonly startFactor?: number;
  readonly after: Schedule;
}

/** One cycle of rate up and down, momentum down and up (Smith & Topin, arXiv:1708.07120). */
export interface OneCycleSchedule {
  readonly kind: 'oneCycle';
  readonly maximum: number;
  readonly totalSteps: number;
  /** Share of the steps that rise, in (0, 1). @defaultValue 0.3 */
  readonly riseFraction?: number;
  /** @defaultValue 'cosine' */
  readonly anneal?: 'cosine' | 'linear';
  /** maximum / first rate. @defaultValue 25 */
  readonly divFactor?: number;
  /** First rate / last rate. @defaultValue 1e4 */
  readonly finalDivFactor?: number;
  /** Fall to the first rate as long as the rise, then to the last. @defaultValue false */
  readonly threePhase?: boolean;
  /** Lowest and highest momentum, or null to leave momentum alone. @defaultValue [0.85, 0.95] */
  readonly momentum?: readonly [number, number] | null;
}

/** A learning rate as a function of the step. */
export type Schedule =
  | ConstantSchedule
  | StepSchedule
  | MultiStepSchedule
  | ExponentialSchedule
  | CosineSchedule
  | CosineRestartsSchedule
  | PolynomialSchedule
  | LinearSchedule
  | WarmupSchedule
  | OneCycleSchedule;

/** Half a cosine from `start` to `end` as `progress` goes from 0 to 1. */
const cosineBetween = (start: number, end: number, progress: number): number =>
  end + ((start - end) / 2) * (1 + cosScalar(Math.PI * progress));

const lineBetween = (start: number, end: number, progress: number): number => start + (end - start) * progress;

const power = (base: number, exponent: number): number => {
  if (Number.isSafeInteger(exponent) && exponent >= 0) return integerPower(base, exponent);
  return base <= 0 ? 0 : powScalar2(base, exponent);
};

/**
 * Give the rates of one step.
 *
 * @param step counts from 0
 * @throws ValueError for a schedule of unknown kind or with a length below 1
 */
export const ratesAt = (schedule: Schedule, step: number): StepRates => {
  switch (schedule.kind) {
    case 'constant':
      return { learningRate: schedule.learningRate };
    case 'step': {
      const times = Math.floor(step / positive(schedule.stepSize, 'stepSize'));
      return { learningRate: schedule.learningRate * integerPower(schedule.gamma ?? 0.1, times) };
    }
    case 'multiStep': {
      const times = schedule.milestones.filter((milestone) => milestone <= step).length;
      return { learningRate: schedule.learningRate * integerPower(schedule.gamma ?? 0.1, times) };
    }
    case 'exponential':
      return { learningRate: schedule.learningRate * integerPower(schedule.gamma, step) };
    case 'cosine': {
      const progress = step / positive(schedule.totalSteps, 'totalSteps');
      return { learningRate: cosineBetween(schedule.learningRate, schedule.minimum ?? 0, progress) };
    }
    case 'cosineRestarts': {
      let length = positive(schedule.firstCycle, 'firstCycle');
      const factor = positive(schedule.cycleFactor ?? 1, 'cycleFactor');
      let rest = factor === 1 ? step % length : step;
      while (rest >= length) {
        rest -= length;
        length *= factor;
      }
      return { learningRate: cosineBetween(schedule.learningRate, schedule.minimum ?? 0, rest / length) };
    }
    case 'polynomial': {
      const left = 1 - Math.min(step / positive(schedule.totalSteps, 'totalSteps'), 1);
      const end = schedule.minimum ?? 0;
      return { learningRate: end + (schedule.learningRate - end) * power(left, schedule.power ?? 1) };
    }
    case 'linear': {
      const progress = Math.min(step / positive(schedule.totalSteps, 'totalSteps'), 1);
      const factor = lineBetween(schedule.startFactor ?? 1 / 3, schedule.endFactor ?? 1, progress);
      return { learningRate: schedule.learningRate * factor };
    }
    case 'warmup': {
      const steps = positive(schedule.steps, 'steps');
      if (step >= steps) return ratesAt(schedule.after, step - steps);
      const first = ratesAt(schedule.after, 0);
      return { ...first, learningRate: first.learningRate * lineBetween(schedule.startFactor ?? 0, 1, step / steps) };
    }
    case 'oneCycle':
      return oneCycle(schedule, step);
    default:
      throw new ValueError(
        `The schedule is "${String((schedule satisfies never as Schedule).kind)}"; it must be constant, step, multiStep, exponential, cosine, cosineRestarts, polynomial, linear, warmup or oneCycle.`,
      );
  }
};

const positive = (value: number, option: string): number => {
  if (value >= 1) return value;
  throw new ValueError(`Option "${option}" of the schedule is ${value}; it must be at least 1.`);
};

const oneCycle = (schedule: OneCycleSchedule, step: number): StepRates => {
  const total = positive(schedule.totalSteps, 'totalSteps');
  const rise = schedule.riseFraction ?? 0.3;
  const between = schedule.anneal === 'linear' ? lineBetween : cosineBetween;
  const top = schedule.maximum;
  const first = top / (schedule.divFactor ?? 25);
  const last = first / (schedule.finalDivFactor ?? 1e4);
  const [low, high] = schedule.momentum ?? [0.85, 0.95];
  // Each phase: its last step, then rate and momentum at both ends.
  const up = [rise * total - 1, first, top, high, low] as const;
  const phases =
    schedule.threePhase === true
      ? [up, [2 * rise * total - 2, top, first, low, high] as const, [total - 1, first, last, high, high] as const]
      : [up, [total - 1, top, last, low, high] as const];
  let start = 0;
  for (const [end, rate0, rate1, momentum0, momentum1] of phases) {
    if (step <= end || end === total - 1) {
      const progress = Math.min((step - start) / (end - start), 1);
      const learningRate = between(rate0, rate1, progress);
      return schedule.momentum === null
        ? { learningRate }
        : { learningRate, momentum: between(momentum0, momentum1, progress) };
    }
    start = end;
  }
  return { learningRate: last };
};
