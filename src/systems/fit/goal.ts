/** What a fit shall reach, in cycles, and which of several designs reaches it with least. */
import { type Device, device, type PartCount } from '../../estimation/index.ts';
import { TargetError, ValueError } from '../../errors.ts';
import { excessOf, RESOURCE_KINDS } from '../part-fit.ts';
import type { HardwareTarget } from '../pipeline.ts';
import type { FitPoint } from './search.ts';

/** A time in cycles, or in nanoseconds, of which whole cycles of the clock count. */
export type TimeLimit = { readonly cycles: number } | { readonly ns: number };

/** What a design must reach; without any limit it must fit the part, and is the fastest that does. */
export interface FitGoal {
  /** Longest time between samples. */
  readonly initiationInterval?: TimeLimit;
  /** Longest time from the first beat of a sample to its last beat out. */
  readonly latency?: TimeLimit;
}

/** The same in cycles; infinite where there is no limit. */
export interface CycleGoal {
  readonly initiationInterval: number;
  readonly latency: number;
}

/**
 * Bring a goal to cycles.
 *
 * @throws ValueError for a time that is no positive number or shorter than a cycle
 */
export function goalInCycles({ initiationInterval, latency }: FitGoal, clockMHz: number): CycleGoal {
  return {
    initiationInterval: cyclesOf('initiation interval', initiationInterval, clockMHz),
    latency: cyclesOf('latency', latency, clockMHz),
  };
}

function cyclesOf(what: string, limit: TimeLimit | undefined, clockMHz: number): number {
  if (limit === undefined) return Infinity;
  // A time of exactly so many cycles must not lose one to rounding.
  const cycles = 'cycles' in limit ? limit.cycles : Math.floor((limit.ns * clockMHz) / 1000 + 1e-9);
  if (Number.isInteger(cycles) && cycles >= 1) return cycles;
  const given = 'cycles' in limit ? `${limit.cycles} cycles` : `${limit.ns} ns`;
  const least =
    'cycles' in limit ? 'a whole number of at least 1' : `at least ${(1000 / clockMHz).toFixed(3)} ns, one cycle`;
  throw new ValueError(`The ${what} to reach is ${given}, must be ${least}.`);
}

/** Whether a design fits a part. */
export function fitsPart(resources: PartCount, part: Device): boolean {
  return excessOf(resources, part).length === 0;
}

/** Whether a design is as fast as asked. */
export function isFastEnough(point: Pick<FitPoint, 'initiationInterval' | 'latencyCycles'>, goal: CycleGoal): boolean {
  return point.initiationInterval <= goal.initiationInterval && point.latencyCycles <= goal.latency;
}

/** The design to take: with limits the one with the least share of the part, else the fastest that fits. */
export function bestPoint(points: readonly FitPoint[], part: Device, goal: CycleGoal): FitPoint | undefined {
  const isLimited = goal.initiationInterval < Infinity || goal.latency < Infinity;
  const order = (a: FitPoint, b: FitPoint): number => {
    const bySpeed = a.initiationInterval - b.initiationInterval || a.latencyCycles - b.latencyCycles;
    const byShare = a.share - b.share || totalShare(a.resources, part) - totalShare(b.resources, part);
    return isLimited ? byShare || bySpeed : bySpeed || byShare;
  };
  return points.filter((point) => fitsPart(point.resources, part) && isFastEnough(point, goal)).toSorted(order)[0];
}

/** Sum of the shares of all resources. */
export function totalShare(resources: PartCount, part: Device): number {
  return RESOURCE_KINDS.reduce((sum, kind) => sum + resources[kind] / part[kind], 0);
}

/**
 * The error for a goal that no design reaches, with the nearest that one does.
 *
 * @param points designs found without regard to the goal
 */
export function missedGoal(
  network: string,
  points: readonly FitPoint[],
  { part: name, clockMHz }: HardwareTarget,
  goal: CycleGoal,
): TargetError {
  const part = device(name);
  const where = `on ${part.die} at ${clockMHz} MHz`;
  const fitting = points.filter(({ resources }) => fitsPart(resources, part));
  if (fitting.length === 0) {
    const smallest = points.toSorted((a, b) => a.share - b.share)[0];
    if (smallest === undefined) return new TargetError(`No schedule of network "${network}" can be built ${where}.`);
    const [worst] = excessOf(smallest.resources, part);
    return new TargetError(
      `No schedule of network "${network}" fits ${part.die}: the smallest design needs ${worst!.needed} ${worst!.kind.toUpperCase()} by our estimate, and there are ${worst!.available}.`,
    );
  }
  const least = (of: (point: FitPoint) => number, among: readonly FitPoint[]): number => Math.min(...among.map(of));
  const text = (cycles: number): string =>
    `${cycles} ${cycles === 1 ? 'cycle' : 'cycles'} (${((cycles * 1000) / clockMHz).toFixed(1)} ns)`;
  const interval = (point: FitPoint): number => point.initiationInterval;
  const latency = (point: FitPoint): number => point.latencyCycles;
  const shortest = least(interval, fitting);
  if (shortest > goal.initiationInterval) {
    return new TargetError(
      `No schedule of network "${network}" reaches an initiation interval of ${text(goal.initiationInterval)} ${where}; the shortest of those that fit is ${text(shortest)}.`,
    );
  }
  const soon = fitting.filter((point) => point.initiationInterval <= goal.initiationInterval);
  const together =
    goal.initiationInterval < Infinity ? ` with an initiation interval of ${goal.initiationInterval}` : '';
  return new TargetError(
    `No schedule of network "${network}" reaches a latency of ${text(goal.latency)}${together} ${where}; the shortest of those that fit is ${text(least(latency, soon))}.`,
  );
}
