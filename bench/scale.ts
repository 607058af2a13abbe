/**
 * What a network of many weights costs to compile: processor time by step, memory, adder bits and look-up tables.
 *
 *     npm run bench:scale -- [--json] [--smoke] [--only PATTERN]
 *
 * Dense networks of random 8-bit weights, with ReLU and 8-bit activations between layers, from about 1,000 to 100,000
 * weights, all of them or a quarter of them non-zero, and one wide layer. Each is compiled from weights to Verilog in a
 * process of its own, so that the peak memory is its own; the processor time is that of all threads of the process.
 * A complete run writes docs/images/scale.svg.
 *
 * Limits: one seed; the time of the adder optimiser is nearly constant for layers of up to about 2,000 weights, as it
 * then makes more tries, so exponents are fitted from `FIT_FROM` weights on.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { linePlot, type Series } from '../src/report/index.ts';
import { harnessOptions, textTable } from './harness.ts';
import { runScaleCase, type ScaleCase, type ScaleResult, STEPS } from './scale-steps.ts';

const NETWORKS: Readonly<Record<string, readonly number[]>> = {
  '1k': [16, 24, 20, 5],
  '3k': [16, 48, 40, 5],
  '10k': [16, 88, 88, 10],
  '30k': [16, 160, 160, 16],
  '100k': [16, 256, 256, 128, 5],
};
const WIDE = [784, 128, 10] as const;
const SPARSITIES = { dense: 0, sparse: 0.75 } as const;
const SMOKE = /^1k /;
/** What 100,000 dense weights may take. */
const GOALS = { weights: 100_000, seconds: 120, mebibytes: 4096, exponent: 1.2 };
const FIT_FROM = 9_000;
const FIGURE = 'docs/images/scale.svg';

const cases: ScaleCase[] = [
  ...Object.entries(SPARSITIES).flatMap(([kind, sparsity]) =>
    Object.entries(NETWORKS).map(([name, sizes]) => ({ name: `${name} ${kind}`, sizes, sparsity })),
  ),
  { name: 'wide dense', sizes: WIDE, sparsity: 0 },
];

const place = process.argv.indexOf('--case');
if (place >= 0) {
  const one = cases.find(({ name }) => name === process.argv[place + 1]);
  if (one === undefined) throw new Error(`There is no case "${process.argv[place + 1]}".`);
  console.log(JSON.stringify(runScaleCase(one)));
} else main();

function main(): void {
  const options = harnessOptions();
  const only = process.argv.indexOf('--only');
  const pattern = new RegExp(only < 0 ? '' : process.argv[only + 1]!);
  const chosen = cases.filter(({ name }) => pattern.test(name) && (!options.smoke || SMOKE.test(name)));
  if (chosen.length === 0) {
    console.error(
      `No case has a name that matches ${pattern}; the cases are ${cases.map(({ name }) => name).join(', ')}.`,
    );
    process.exit(2);
  }
  const results = chosen.map((one) => {
    const result = inOwnProcess(one);
    console.error(`${one.name}: ${result.totalCpuSeconds.toFixed(1)} s of processor time`);
    return result;
  });
  const say = options.json ? console.error : console.log;
  say(tableOf(results));
  if (results.some(({ isMinimum }) => !isMinimum)) say('* not proven to be the fewest registers');

  const exponents = Object.keys(SPARSITIES).map((kind) => {
    const fitted = results.filter(
      ({ name, weights }) => name.endsWith(kind) && !name.startsWith('wide') && weights >= FIT_FROM,
    );
    return {
      kind,
      networks: fitted.length,
      seconds: fitted.length < 2 ? null : slope(fitted, ({ totalCpuSeconds }) => totalCpuSeconds),
      lut: fitted.length < 2 ? null : slope(fitted, ({ lut }) => lut),
    };
  });
  for (const { kind, networks, seconds, lut } of exponents) {
    if (seconds === null || lut === null) continue;
    const verdict = seconds <= GOALS.exponent ? 'met' : 'missed';
    say(
      `${kind}, ${networks} networks from ${FIT_FROM} weights on: time ∝ weights^${seconds.toFixed(2)} (goal ${GOALS.exponent} at most: ${verdict}), LUT ∝ weights^${lut.toFixed(2)}.`,
    );
  }
  const large = results.filter(({ weights }) => weights >= GOALS.weights);
  const verdicts = large.map(({ name, weights, totalCpuSeconds, peakMiB }) => ({
    name,
    weights,
    seconds: totalCpuSeconds,
    peakMiB,
    met: totalCpuSeconds < GOALS.seconds && peakMiB < GOALS.mebibytes,
  }));
  for (const { name, weights, seconds, peakMiB, met } of verdicts) {
    say(
      `${name}, ${weights} weights: ${seconds.toFixed(1)} s (goal ${GOALS.seconds} s), ${peakMiB.toFixed(0)} MiB (goal ${GOALS.mebibytes} MiB): ${met ? 'met' : 'missed'}.`,
    );
  }
  if (chosen.length === cases.length) {
    mkdirSync('docs/images', { recursive: true });
    writeFileSync(FIGURE, figure(results));
    say(`Written: ${FIGURE}.`);
  }
  if (options.json) console.log(JSON.stringify({ smoke: options.smoke, goals: GOALS, verdicts, exponents, results }));
}

/** Run a case in a process that is started like this one. */
function inOwnProcess({ name }: ScaleCase): ScaleResult {
  const { status, stdout, signal } = spawnSync(
    process.execPath,
    [...process.execArgv, process.argv[1]!, '--case', name],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 2 ** 26 },
  );
  if (status !== 0) {
    console.error(`The process of "${name}" ended with ${signal ?? `status ${status}`}.`);
    process.exit(1);
  }
  return JSON.parse(stdout) as ScaleResult;
}

function tableOf(results: readonly ScaleResult[]): string {
  return textTable([
    [
      'network',
      'weights',
      'non-zero',
      ...STEPS,
      'CPU s',
      'wall s',
      'MiB',
      'adders',
      'adder bits',
      'LUT',
      'LUT/weight',
      'FF',
      'cycles',
    ],
    ...results.map((one) => [
      one.name,
      `${one.weights}`,
      `${one.nonZero}`,
      ...STEPS.map((step) => one.cpuSeconds[step].toFixed(2)),
      one.totalCpuSeconds.toFixed(1),
      one.wallSeconds.toFixed(1),
      one.peakMiB.toFixed(0),
      `${one.adders}`,
      `${one.adderBits}`,
      `${one.lut}`,
      (one.lut / one.weights).toFixed(2),
      `${one.ff}${one.isMinimum ? '' : '*'}`,
      `${one.latencyCycles}`,
    ]),
  ]);
}

/** Exponent of a power law through points, by least squares over logarithms. */
function slope(results: readonly ScaleResult[], figureOf: (one: ScaleResult) => number): number {
  const x = results.map(({ weights }) => Math.log(weights));
  const y = results.map((one) => Math.log(figureOf(one)));
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanX, meanY] = [mean(x), mean(y)];
  const covariance = x.reduce((sum, value, k) => sum + (value - meanX) * (y[k]! - meanY), 0);
  return covariance / x.reduce((sum, value) => sum + (value - meanX) ** 2, 0);
}

function figure(results: readonly ScaleResult[]): string {
  const series = (name: string, kind: string, figureOf: (one: ScaleResult) => number): Series => {
    const own = results.filter((one) => one.name.endsWith(kind) && !one.name.startsWith('wide'));
    return { name, x: own.map(({ weights }) => weights), y: own.map(figureOf) };
  };
  return linePlot({
    title: 'Compiling dense networks of 8-bit weights',
    x: { label: 'weights, zeros included', scale: 'log' },
    y: { label: 'processor seconds, thousand LUT', scale: 'log' },
    series: [
      series('seconds, dense', 'dense', ({ totalCpuSeconds }) => totalCpuSeconds),
      series('seconds, 75 % sparse', 'sparse', ({ totalCpuSeconds }) => totalCpuSeconds),
      series('10³ LUT, dense', 'dense', ({ lut }) => lut / 1000),
      series('10³ LUT, 75 % sparse', 'sparse', ({ lut }) => lut / 1000),
    ],
    levels: [{ value: GOALS.seconds, name: `goal for 100,000 weights: ${GOALS.seconds} s` }],
  });
}
