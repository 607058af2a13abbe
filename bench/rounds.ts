/**
 * Interleaved rounds of cases that may run in other processes: who runs in a round meets the same machine.
 *
 * Rates of one round are compared with each other and ratios formed within it, so that a change of the machine's speed
 * between rounds does not enter them.
 */

/** A number of calls and the seconds that they took together. */
export interface TimedCalls {
  readonly calls: number;
  readonly seconds: number;
}

/** A case that takes its turn in the rounds. */
export interface RoundCase {
  /** Units of work per call. */
  readonly work: number;
  /** Runs in every how many-th round, for what is slow; those of more than 1 are not warmed up either. */
  readonly every: number;
  /** Call for about that long, at least once. */
  readonly run: (milliseconds: number) => Promise<TimedCalls>;
}

/** Median, least and greatest of the rounds. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly greatest: number;
}

/**
 * Run all cases in turn, round after round, after one round that warms up.
 *
 * @returns units of work per second by case and round; null where a case did not run
 */
export async function interleavedRates(
  cases: readonly RoundCase[],
  rounds: number,
  milliseconds: number,
): Promise<(number | null)[][]> {
  const rates = cases.map((): (number | null)[] => []);
  for (let round = -1; round < rounds; round++) {
    for (const [k, { work, every, run }] of cases.entries()) {
      const rests = round < 0 ? every > 1 : round % every !== 0;
      const timed = rests ? null : await run(milliseconds);
      if (round >= 0) rates[k]!.push(timed === null ? null : (timed.calls * work) / timed.seconds);
    }
  }
  return rates;
}

/** Summarise the rounds in which there is a value. */
export function spread(values: readonly (number | null)[]): Spread {
  const sorted = values.filter((value) => value !== null).toSorted((a, b) => a - b);
  return { median: sorted[sorted.length >> 1]!, least: sorted[0]!, greatest: sorted.at(-1)! };
}

/** Ratios of two cases, formed within the rounds in which both ran. */
export function pairedRatio(above: readonly (number | null)[], below: readonly (number | null)[]): Spread {
  return spread(
    above.map((value, k) => {
      const other = below[k] ?? null;
      return value === null || other === null ? null : value / other;
    }),
  );
}
