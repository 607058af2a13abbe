/**
 * The search for an input that shows a difference: random inputs, corners, and inputs steered towards the value of a sum
 * at which two functions are known to differ.
 *
 * What is found is a fact: both forms have been computed for it. What is not found may still exist.
 */
import { RESET_INPUT } from './forms/index.ts';
import type { Form, Linear } from './forms/index.ts';
import { VALID_INPUT, VALID_OUTPUT } from './prove-design.ts';
import type { TimedUnproven } from './prove-design.ts';
import { drawInputs, followSamples } from './samples.ts';
import type { InputSeries, Samples } from './samples.ts';

/** A run of vectors in which an output is wrong. */
export interface FoundDifference {
  readonly unproven: TimedUnproven;
  /** Series of every input. */
  readonly inputs: InputSeries;
  readonly samples: Samples;
  /** Number of the vector, and the value that its output should have and has. */
  readonly vector: number;
  readonly expected: bigint;
  readonly found: bigint;
}

/** Random runs, unless another number is asked for. */
const DEFAULT_RUNS = 16;
/** Vectors of one random run. */
const RUN = 256;
/** Vectors at both ends of a run that are not judged, since what came before the first is not known. */
const MARGIN = 24;
/** Steps of a steered search, each with as many attempts as a run has vectors. */
const STEPS = 40;

/**
 * Look for an input on which one of some equalities fails.
 *
 * @param runs random runs of 256 vectors
 * @defaultValue runs: 16
 */
export function findDifference(
  unproven: readonly TimedUnproven[],
  runs: number = DEFAULT_RUNS,
): FoundDifference | undefined {
  const data = unproven.filter(({ port }) => port !== VALID_OUTPUT);
  const control = unproven.filter(({ port }) => port === VALID_OUTPUT);
  for (let run = 0; run < runs; run++) {
    const inputs = drawInputs(RUN, `difference ${run}`);
    const found = firstDifference(data, withoutResets(inputs)) ?? firstDifference(control, inputs);
    if (found !== undefined) return found;
  }
  for (const one of data) {
    const { comparison } = one;
    if (comparison.result !== 'differ') continue;
    for (const [k, variable] of comparison.variables.entries()) {
      const inputs = withoutResets(steer(variable, comparison.values[k]!));
      const found = firstDifference([one, ...data.filter((other) => other !== one)], inputs);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** Inputs without a reset: data is compared while there is none. */
function withoutResets(inputs: InputSeries): InputSeries {
  return (name, lo, hi) => (name === RESET_INPUT ? new Array<bigint>(RUN).fill(0n) : inputs(name, lo, hi));
}

/** The first equality that fails in a run, and the first vector on which it does. */
function firstDifference(unproven: readonly TimedUnproven[], inputs: InputSeries): FoundDifference | undefined {
  const samples = followSamples(RUN, inputs);
  const valid = inputs(VALID_INPUT, 0n, 1n);
  let first: FoundDifference | undefined;
  for (const one of unproven) {
    const found = samples.seriesOf(one.found);
    const expected = samples.seriesOf(one.expected);
    // The port shows found of vector v at v + delay, when it should show expected of v + delay − expectedDelay.
    const late = (one.delay ?? one.expectedDelay ?? 0) - (one.expectedDelay ?? one.delay ?? 0);
    for (let vector = MARGIN; vector < RUN - MARGIN && (first === undefined || vector < first.vector); vector++) {
      // Data counts only where it is valid.
      if (one.port !== VALID_OUTPUT && valid[vector] !== 1n) continue;
      const [want, have] = [expected[vector]!, found[vector - late]!];
      const difference = BigInt.asIntN(one.width, have - want);
      if (difference === 0n) continue;
      first = { unproven: one, inputs, samples, vector, expected: want, found: want + difference };
      break;
    }
  }
  return first;
}

interface Range {
  readonly lo: bigint;
  readonly hi: bigint;
}

/** Inputs on which a sum comes as near as can be found to a value: the best so far is varied, and the best kept. */
function steer(sum: Linear, target: bigint): InputSeries {
  const form: Form = { linear: sum, constant: 0n };
  const ranges = new Map<string, Range>();
  let best = new Map<string, bigint>();
  let distance: bigint | undefined;
  for (let step = 0; step < STEPS; step++) {
    const draw = drawInputs(RUN, `steer ${step}`);
    const chance = drawInputs(RUN, `vary ${step}`);
    const attempts: InputSeries = (name, lo, hi) => {
      ranges.set(name, { lo, hi });
      const before = best.get(name);
      if (before === undefined) return draw(name, lo, hi);
      const fresh = draw(name, lo, hi);
      const how = chance(name, 0n, 31n);
      // Vector 0 repeats the best; the others move few inputs, by little or to anywhere.
      return fresh.map((value, k) => {
        if (k === 0 || how[k]! >= 6n) return before;
        if (how[k]! >= 3n) return value;
        const moved = before + (how[k] === 0n ? 1n : how[k] === 1n ? -1n : (value - before) / 8n);
        return moved < lo ? lo : moved > hi ? hi : moved;
      });
    };
    const series = followSamples(RUN, attempts).seriesOf(form);
    let nearest = 0;
    const gap = (k: number): bigint => (series[k]! > target ? series[k]! - target : target - series[k]!);
    for (let k = 1; k < RUN; k++) if (gap(k) < gap(nearest)) nearest = k;
    if (distance === undefined || gap(nearest) <= distance) {
      distance = gap(nearest);
      best = new Map([...ranges].map(([name, { lo, hi }]) => [name, attempts(name, lo, hi)[nearest]!]));
    }
    if (distance === 0n) break;
  }
  const rest = drawInputs(RUN, 'rest');
  return (name, lo, hi) => {
    const value = best.get(name);
    return value === undefined ? rest(name, lo, hi) : new Array<bigint>(RUN).fill(value);
  };
}
