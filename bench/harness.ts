/**
 * A small harness over Benchmark.js: interleaved rounds, their spread, the fastest sample, a table.
 *
 * Cases run in turn, round after round, so that a change of the machine's speed meets all of them. On a busy machine some
 * samples of a round fall between the other programs: the fastest one tells what a free core does.
 */
import { createRequire } from 'node:module';
import type BenchmarkModule from 'benchmark';
import type { TimedCalls } from './rounds.ts';

// Benchmark.js is a CommonJS script that looks for globals; `require` gives it the environment it expects.
const Benchmark = createRequire(import.meta.url)('benchmark') as typeof BenchmarkModule;

export interface HarnessOptions {
  readonly json: boolean;
  readonly smoke: boolean;
}

/** Read `--json` and `--smoke` from the command line. */
export function harnessOptions(argv: readonly string[] = process.argv.slice(2)): HarnessOptions {
  return { json: argv.includes('--json'), smoke: argv.includes('--smoke') };
}

export interface Case {
  /** Units of work per call (samples, operations, bytes). */
  readonly work: number;
  readonly run: () => unknown;
}

/** Units of work per second: median, least and greatest of the rounds, and the fastest sample of all rounds. */
export interface Speed {
  readonly median: number;
  readonly least: number;
  readonly greatest: number;
  readonly fastestRun: number;
}

/** Measure cases in interleaved rounds of about `roundMs` milliseconds each; one more round before warms up. */
export function measureSpeeds(cases: readonly Case[], rounds: number, roundMs: number): Speed[] {
  const speeds: number[][] = cases.map(() => []);
  const fastest = cases.map(() => 0);
  for (let round = -1; round < rounds; round++) {
    for (const [k, item] of cases.entries()) {
      const { hz, samples } = measureOnce(item, roundMs);
      if (round < 0) continue;
      speeds[k]!.push(hz * item.work);
      fastest[k] = Math.max(fastest[k]!, ...samples.map((seconds) => item.work / seconds));
    }
  }
  return speeds.map((values, k) => {
    const sorted = values.toSorted((a, b) => a - b);
    return {
      median: sorted[sorted.length >> 1]!,
      least: sorted[0]!,
      greatest: sorted.at(-1)!,
      fastestRun: fastest[k]!,
    };
  });
}

let sink: unknown;

/** One Benchmark.js run: calls per second, and the seconds per call of each of its samples. */
function measureOnce(
  { run }: Case,
  roundMs: number,
  sampleMs: number = roundMs / 10,
): { readonly hz: number; readonly samples: readonly number[] } {
  const benchmark = new Benchmark(
    () => {
      sink = run();
    },
    { initCount: 1, minSamples: 1, minTime: sampleMs / 1000, maxTime: roundMs / 1000 },
  );
  benchmark.run({ async: false });
  const { error } = benchmark as unknown as { readonly error?: Error };
  if (error !== undefined) throw error;
  if (sink === undefined) throw new Error('The case returned nothing: it must return its result to be measured.');
  return { hz: benchmark.hz, samples: benchmark.stats.sample };
}

/** Length of a sample that counts for a round, unless a single call takes longer. */
const SAMPLE_MS = 1;

/**
 * Make a case of interleaved rounds (rounds.ts) of a function of this process. A round counts with its fastest sample:
 * on a busy machine that one falls between the other programs.
 */
export function benchmarked(run: () => unknown): (milliseconds: number) => Promise<TimedCalls> {
  return async (milliseconds) => {
    const { samples } = measureOnce({ work: 1, run }, milliseconds, Math.min(SAMPLE_MS, milliseconds / 10));
    return { calls: 1, seconds: Math.min(...samples) };
  };
}

/** Align the columns of a table for people. */
export function textTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
