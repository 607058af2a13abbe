/**
 * A small harness: interleaved rounds of many short runs, spread and fastest run, a table.
 *
 * Cases run in turn, round after round, so that a change of the machine's speed meets all of them. Runs are short, so
 * that on a busy machine some fall between the other programs: the fastest one tells what a free core does.
 */
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

/** Units of work per second: median, least and greatest of the rounds, and the fastest single call. */
export interface Speed {
  readonly median: number;
  readonly least: number;
  readonly greatest: number;
  readonly fastestRun: number;
}

/** Measure cases in interleaved rounds of `roundMs` wall-clock milliseconds each; one more round before warms up. */
export function measureSpeeds(cases: readonly Case[], rounds: number, roundMs: number): Speed[] {
  const speeds: number[][] = cases.map(() => []);
  const fastest = cases.map(() => 0);
  for (let round = -1; round < rounds; round++) {
    for (const [k, { work, run }] of cases.entries()) {
      const started = performance.now();
      let calls = 0;
      let now = started;
      while (calls === 0 || now - started < roundMs) {
        const before = now;
        run();
        now = performance.now();
        calls++;
        if (round >= 0) fastest[k] = Math.max(fastest[k]!, (work * 1000) / (now - before));
      }
      if (round >= 0) speeds[k]!.push((calls * work * 1000) / (now - started));
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
