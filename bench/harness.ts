/**
 * A small harness over Benchmark.js: interleaved runs, ratios with their spread, a table, and JSON.
 *
 * Cases of a group run in turn, round after round, so that a change of the machine's speed meets all of them; ratios
 * are taken within a round. `--json` writes the result to standard output as JSON (the table goes to standard error),
 * `--smoke` runs every case once or twice to show that it works.
 */
import { createRequire } from 'node:module';
import type BenchmarkModule from 'benchmark';

// Benchmark.js is a CommonJS script that looks for globals; `require` gives it the environment it expects.
const Benchmark = createRequire(import.meta.url)('benchmark') as typeof BenchmarkModule;

export interface Case {
  readonly name: string;
  /** Units of work per call (samples, operations, bytes). @defaultValue 1 */
  readonly work?: number;
  /** One call; its result is kept so that it is not optimized away. */
  readonly run: () => unknown;
}

export interface Group {
  readonly name: string;
  /** What one unit of work is, for the table. */
  readonly unit: string;
  /** The first case is the one the others are compared with. */
  readonly cases: readonly Case[];
}

export interface Measurement {
  readonly name: string;
  /** Units of work per second: median, least and greatest of the rounds. */
  readonly perSecond: { readonly median: number; readonly least: number; readonly greatest: number };
  /** Speed relative to the first case of the group, within a round. */
  readonly ratio: { readonly median: number; readonly least: number; readonly greatest: number };
  readonly rounds: number;
}

export interface GroupResult {
  readonly name: string;
  readonly unit: string;
  readonly measurements: readonly Measurement[];
}

export interface HarnessOptions {
  readonly json: boolean;
  readonly smoke: boolean;
}

/** Read `--json` and `--smoke` from the command line. */
export function harnessOptions(argv: readonly string[] = process.argv.slice(2)): HarnessOptions {
  return { json: argv.includes('--json'), smoke: argv.includes('--smoke') };
}

let sink: unknown;

/** Calls per second of one case in one round. */
function measure({ name, run }: Case, smoke: boolean): number {
  let calls = 0;
  const timed = (): void => {
    sink = run();
    calls++;
  };
  const benchmark = smoke
    ? new Benchmark(name, timed, { initCount: 1, minSamples: 1, minTime: 0.001, maxTime: 0 })
    : new Benchmark(name, timed, { minSamples: 5, maxTime: 0.5 });
  benchmark.run({ async: false });
  const { error } = benchmark as unknown as { readonly error?: Error };
  if (error !== undefined) throw error;
  if (calls === 0) throw new Error(`Case "${name}" was never called.`);
  return benchmark.hz;
}

function spread(values: readonly number[]): { median: number; least: number; greatest: number } {
  const sorted = values.toSorted((a, b) => a - b);
  return { median: sorted[sorted.length >> 1]!, least: sorted[0]!, greatest: sorted.at(-1)! };
}

/** Measure a group of cases, interleaved. */
export function measureGroup(group: Group, { smoke }: HarnessOptions): GroupResult {
  const rounds = smoke ? 1 : 5;
  const speeds: number[][] = group.cases.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [k, item] of group.cases.entries()) speeds[k]!.push(measure(item, smoke) * (item.work ?? 1));
  }
  return {
    name: group.name,
    unit: group.unit,
    measurements: group.cases.map((item, k) => ({
      name: item.name,
      perSecond: spread(speeds[k]!),
      ratio: spread(speeds[k]!.map((speed, round) => speed / speeds[0]![round]!)),
      rounds,
    })),
  };
}

const number = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3);

/** Write a result as a table for people. */
export function resultTable({ name, unit, measurements }: GroupResult): string {
  const rows = measurements.map(({ name: title, perSecond, ratio }) => [
    title,
    `${number(perSecond.median)} ${unit}/s`,
    `(${number(perSecond.least)} to ${number(perSecond.greatest)})`,
    `×${ratio.median.toPrecision(3)} (${ratio.least.toPrecision(3)} to ${ratio.greatest.toPrecision(3)})`,
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ')}`.trimEnd());
  return [name, ...lines].join('\n');
}

/** Measure all groups and print them; `facts` are further numbers for the JSON and the table. */
export function runGroups(
  groups: readonly Group[],
  facts: Readonly<Record<string, number>> = {},
  options: HarnessOptions = harnessOptions(),
): void {
  const print = options.json ? console.error : console.log;
  for (const [name, value] of Object.entries(facts)) print(`${name}: ${number(value)}`);
  const results = groups.map((group) => {
    const result = measureGroup(group, options);
    print(resultTable(result));
    return result;
  });
  if (sink === undefined && groups.length > 0) print('(the cases return nothing)');
  if (options.json) console.log(JSON.stringify({ smoke: options.smoke, facts, groups: results }));
}
