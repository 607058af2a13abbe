/** Learning-rate schedules: the rate (and momentum) of every step, in double precision. */
import { initialPlateau, ratesAt, reportPlateau, type Schedule } from '../../src/training/index.ts';

/** The options of a schedule as the vector files write them. */
export interface ScheduleAttributes {
  readonly lr?: number;
  readonly step_size?: number;
  readonly gamma?: number;
  readonly milestones?: readonly number[];
  readonly T_max?: number;
  readonly T_0?: number;
  readonly T_mult?: number;
  readonly eta_min?: number;
  readonly start_factor?: number;
  readonly end_factor?: number;
  readonly total_iters?: number;
  readonly max_lr?: number;
  readonly total_steps?: number;
  readonly pct_start?: number;
  readonly anneal_strategy?: 'cos' | 'linear';
  readonly div_factor?: number;
  readonly final_div_factor?: number;
  readonly three_phase?: boolean;
  readonly cycle_momentum?: boolean;
  readonly mode?: 'min' | 'max';
  readonly factor?: number;
  readonly patience?: number;
  readonly threshold?: number;
  readonly threshold_mode?: 'rel' | 'abs';
  readonly cooldown?: number;
  readonly min_lr?: number;
}

/** A schedule of a vector file. */
export interface ScheduleCase {
  readonly id: string;
  readonly op: string;
  readonly attrs: ScheduleAttributes;
  readonly lr: readonly number[];
  readonly momentum?: readonly number[];
  readonly metrics?: readonly number[];
}

const TOLERANCE = 1e-12;

/** Translate a schedule; null if the package has none of that name. */
export function scheduleOf(name: string, a: ScheduleAttributes): Schedule | null {
  const learningRate = a.lr ?? 0;
  switch (name) {
    case 'step':
      return { kind: 'step', learningRate, stepSize: a.step_size!, gamma: a.gamma ?? 0.1 };
    case 'multi_step':
      return { kind: 'multiStep', learningRate, milestones: a.milestones!, gamma: a.gamma ?? 0.1 };
    case 'exponential':
      return { kind: 'exponential', learningRate, gamma: a.gamma! };
    case 'cosine':
      return { kind: 'cosine', learningRate, totalSteps: a.T_max!, minimum: a.eta_min ?? 0 };
    case 'cosine_warm_restarts':
      return {
        kind: 'cosineRestarts',
        learningRate,
        firstCycle: a.T_0!,
        cycleFactor: a.T_mult ?? 1,
        minimum: a.eta_min ?? 0,
      };
    case 'linear':
      return {
        kind: 'linear',
        learningRate,
        totalSteps: a.total_iters ?? 5,
        startFactor: a.start_factor ?? 1 / 3,
        endFactor: a.end_factor ?? 1,
      };
    case 'one_cycle':
      return {
        kind: 'oneCycle',
        maximum: a.max_lr!,
        totalSteps: a.total_steps!,
        riseFraction: a.pct_start ?? 0.3,
        anneal: a.anneal_strategy === 'linear' ? 'linear' : 'cosine',
        divFactor: a.div_factor ?? 25,
        finalDivFactor: a.final_div_factor ?? 1e4,
        threePhase: a.three_phase ?? false,
        momentum: a.cycle_momentum === false ? null : [0.85, 0.95],
      };
    default:
      return null;
  }
}

function firstDifference(
  what: string,
  found: readonly (number | undefined)[],
  expected: readonly number[],
): string | null {
  const at = expected.findIndex((value, i) => !(Math.abs(found[i]! - value) <= TOLERANCE));
  return at < 0 ? null : `${what} at step ${at} is ${found[at]}, expected ${expected[at]}`;
}

function plateauRates({ attrs: a, metrics }: ScheduleCase): number[] {
  const schedule = {
    kind: 'plateau',
    learningRate: a.lr!,
    mode: a.mode ?? 'min',
    factor: a.factor ?? 0.1,
    patience: a.patience ?? 10,
    threshold: a.threshold ?? 1e-4,
    thresholdMode: a.threshold_mode === 'abs' ? 'absolute' : 'relative',
    cooldown: a.cooldown ?? 0,
    minimum: a.min_lr ?? 0,
  } as const;
  let state = initialPlateau(schedule);
  return metrics!.map((metric) => {
    const rate = state.learningRate;
    state = reportPlateau(schedule, state, metric);
    return rate;
  });
}

/** Follow a schedule: null if all of it agrees. */
export function scheduleFailure(vector: ScheduleCase): string | null {
  if (vector.op === 'reduce_on_plateau') return firstDifference('rate', plateauRates(vector), vector.lr);
  const schedule = scheduleOf(vector.op, vector.attrs);
  if (schedule === null) return 'unsupported';
  const rates = vector.lr.map((_, step) => ratesAt(schedule, step));
  return (
    firstDifference(
      'rate',
      rates.map((r) => r.learningRate),
      vector.lr,
    ) ??
    firstDifference(
      'momentum',
      rates.map((r) => r.momentum),
      vector.momentum ?? [],
    )
  );
}
