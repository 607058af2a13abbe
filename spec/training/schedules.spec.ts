import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { initialPlateau, ratesAt, reportPlateau } from '../../src/training/index.ts';
import type { PlateauSchedule, Schedule } from '../../src/training/index.ts';

interface Case {
  readonly id: string;
  readonly op: string;
  readonly attrs: Record<string, never>;
  readonly lr: number[];
  readonly momentum?: number[];
  readonly metrics?: number[];
}

const cases = JSON.parse(
  readFileSync(new URL('../../fixtures/training/schedules.json', import.meta.url), 'utf8'),
) as readonly Case[];

const schedules: Record<string, (a: Record<string, never>) => Schedule | PlateauSchedule> = {
  step: (a) => ({ kind: 'step', learningRate: a['lr']!, stepSize: a['step_size']!, gamma: a['gamma']! }),
  multi_step: (a) => ({ kind: 'multiStep', learningRate: a['lr']!, milestones: a['milestones']!, gamma: a['gamma']! }),
  exponential: (a) => ({ kind: 'exponential', learningRate: a['lr']!, gamma: a['gamma']! }),
  cosine: (a) => ({ kind: 'cosine', learningRate: a['lr']!, totalSteps: a['T_max']!, minimum: a['eta_min']! }),
  cosine_warm_restarts: (a) => ({
    kind: 'cosineRestarts',
    learningRate: a['lr']!,
    firstCycle: a['T_0']!,
    cycleFactor: a['T_mult']!,
    minimum: a['eta_min']!,
  }),
  linear: (a) => ({
    kind: 'linear',
    learningRate: a['lr']!,
    totalSteps: a['total_iters']!,
    startFactor: a['start_factor']!,
    endFactor: a['end_factor']!,
  }),
  one_cycle: (a) => ({
    kind: 'oneCycle',
    maximum: a['max_lr']!,
    totalSteps: a['total_steps']!,
    riseFraction: a['pct_start']!,
    anneal: (a['anneal_strategy'] as string) === 'cos' ? 'cosine' : 'linear',
    divFactor: a['div_factor'] ?? 25,
    finalDivFactor: a['final_div_factor'] ?? 1e4,
    threePhase: a['three_phase'] ?? false,
  }),
  reduce_on_plateau: (a) => ({
    kind: 'plateau',
    learningRate: a['lr']!,
    factor: a['factor']!,
    patience: a['patience']!,
    threshold: a['threshold']!,
    cooldown: a['cooldown']!,
    minimum: a['min_lr']!,
  }),
};

describe('schedules agree with PyTorch', () => {
  it.each(cases.map((c) => [c.id, c] as const))('%s', (_id, c) => {
    const schedule = schedules[c.op]!(c.attrs);
    let plateau = schedule.kind === 'plateau' ? initialPlateau(schedule) : null;
    c.lr.forEach((expected, step) => {
      const rates = schedule.kind === 'plateau' ? plateau! : ratesAt(schedule, step);
      expect(Math.abs(rates.learningRate / expected - 1)).toBeLessThan(1e-10);
      if (c.momentum !== undefined) expect((rates as { momentum: number }).momentum).toBeCloseTo(c.momentum[step]!, 12);
      if (schedule.kind === 'plateau') plateau = reportPlateau(schedule, plateau!, c.metrics![step]!);
    });
  });
});

describe('schedules without a reference', () => {
  const at = (schedule: Schedule, steps: readonly number[]): number[] =>
    steps.map((step) => ratesAt(schedule, step).learningRate);

  it('fall by a power to the end and stay', () => {
    const schedule: Schedule = { kind: 'polynomial', learningRate: 1, totalSteps: 4, power: 2, minimum: 0 };
    expect(at(schedule, [0, 1, 2, 3, 4, 9])).toEqual([1, 0.5625, 0.25, 0.0625, 0, 0]);
    expect(at({ ...schedule, power: 0.5 }, [3])[0]).toBeCloseTo(0.5, 12);
  });

  it('warm up and then start the other schedule at its beginning', () => {
    const after: Schedule = { kind: 'step', learningRate: 0.8, stepSize: 2, gamma: 0.5 };
    expect(at({ kind: 'warmup', steps: 4, after }, [0, 1, 2, 4, 5, 6])).toEqual([0, 0.2, 0.4, 0.8, 0.8, 0.4]);
  });

  it('waits out the cooldown of a plateau and follows a metric that shall rise', () => {
    const schedule: PlateauSchedule = {
      kind: 'plateau',
      learningRate: 1,
      mode: 'max',
      patience: 0,
      cooldown: 2,
      factor: 0.5,
    };
    const rates: number[] = [];
    let state = initialPlateau(schedule);
    for (const metric of [1, 2, 2, 2, 2, 2, 3]) {
      state = reportPlateau(schedule, state, metric);
      rates.push(state.learningRate);
    }
    expect(rates).toEqual([1, 1, 0.5, 0.5, 0.5, 0.25, 0.25]);
  });

  it('refuse a length of 0', () => {
    expect(() => ratesAt({ kind: 'cosine', learningRate: 1, totalSteps: 0 }, 0)).toThrow(
      'Option "totalSteps" of the schedule is 0; it must be at least 1.',
    );
  });
});
