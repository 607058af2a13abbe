/** Options of the search for schedules, and how its targets are read. */
import { InvalidArgumentError, Option } from 'commander';
import type { FitGoal, TimeLimit } from '../systems/index.ts';
import { UsageError } from './usage.ts';

/** What `fitGoal` reads. */
export interface FitArguments {
  readonly fit?: true;
  readonly targetIi?: TimeLimit;
  readonly targetLatency?: TimeLimit;
}

/** Options of verbs that can search. */
export function fitOptions(): Option[] {
  return [
    new Option('--fit', 'search layouts and reuse factors for the part and the clock, and say why'),
    new Option('--target-ii <time>', 'with --fit: longest time between samples, in cycles, or in ns as 80ns').argParser(
      timeLimit,
    ),
    new Option('--target-latency <time>', 'with --fit: longest latency, in cycles, or in ns as 100ns').argParser(
      timeLimit,
    ),
  ];
}

function timeLimit(text: string): TimeLimit {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ns)?$/.exec(text.trim()) ?? [];
  const value = Number(number);
  if (number === undefined || !(value > 0) || (unit === undefined && !Number.isInteger(value))) {
    throw new InvalidArgumentError('it must be a whole number of cycles or a time such as 80ns, above 0.');
  }
  return unit === undefined ? { cycles: value } : { ns: value };
}

/**
 * The goal of a search; undefined where none is asked for.
 *
 * @throws UsageError if a target is given without a search, or schedules are given beside one
 */
export function fitGoal({ fit, targetIi, targetLatency }: FitArguments, hasSchedules: boolean): FitGoal | undefined {
  if (fit === undefined) {
    if (targetIi === undefined && targetLatency === undefined) return undefined;
    throw new UsageError('--target-ii and --target-latency are for --fit.');
  }
  if (hasSchedules) {
    throw new UsageError('--fit searches schedules; leave out --io-type, --reuse-factor and --schedule.');
  }
  return {
    ...(targetIi !== undefined && { initiationInterval: targetIi }),
    ...(targetLatency !== undefined && { latency: targetLatency }),
  };
}
