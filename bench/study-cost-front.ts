/**
 * Cost in the loss: how many look-up tables trainable bit-widths take at equal accuracy, beside uniform 8 bits + pruning.
 *
 *     npm run study:cost-front -- [--task jets|distillnet] [--smoke] [--json] [--out docs/images]
 *
 * For each task a float network is trained once. From it, uniform 8-bit networks are trained at several sparsities, and
 * one walk with the cost in the loss passes through networks of every size. All are compiled in the exact profile for
 * the part and clock of DistillNet; look-up tables are our estimate, quality is measured on test data. The ratio of a
 * network of the walk is the look-up tables at which the front of the uniform ones has its quality, over its own; between
 * two uniform networks the logarithm of the tables is interpolated. Beside one that is better than all of them stands the
 * best of them, beside one that is worse than all nothing. Exit code 1: no ratio reaches the goal of 3. Seeded.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { MultiplicationStrategy } from '../src/circuit/index.ts';
import {
  calibrationFit,
  type FrontPoint,
  magnitudePruning,
  paretoFront,
  quantizationAware,
  sparsityOf,
  trainableBitWidths,
  walkCostFront,
} from '../src/compression/index.ts';
import type { Network } from '../src/network/index.ts';
import { stream } from '../src/random/index.ts';
import { scatterPlot } from '../src/report/index.ts';
import { publishedTarget } from '../src/systems/distillnet/index.ts';
import { adderBits, compileFor, layerAdderBits } from '../src/systems/index.ts';
import { eraseState, fit } from '../src/training/index.ts';
import { distillNetTask, jetTask, type Task } from './cost-front-tasks.ts';
import { textTable } from './harness.ts';

const GOAL = 3;
const SPARSITIES = [0, 0.5, 0.75, 0.9, 0.95];

const { values } = parseArgs({
  options: {
    task: { type: 'string' },
    smoke: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    out: { type: 'string' },
    strategy: { type: 'string', default: 'adder-graph' },
  },
});
const print = values.json ? console.error : console.log;
const strategy = values.strategy as MultiplicationStrategy;

/** A network as a row of the report. */
interface Row {
  readonly name: string;
  readonly quality: number;
  readonly shown: readonly string[];
  readonly sparsity: number;
  /** Bits of the adders of all layers as built. */
  readonly adderBits: number;
  readonly lut: number;
  readonly ff: number;
}

/** A network of the walk, and how many times as many look-up tables uniform ones take for its quality. */
interface RatedRow extends Row {
  readonly ratio: number | null;
}

function rowOf(name: string, network: Network, task: Task): Row {
  const { built, resources } = compileFor(network, publishedTarget, compileOptions(network, task));
  const { quality, shown } = task.test(network);
  return {
    name,
    quality,
    shown,
    sparsity: sparsityOf(network),
    adderBits: built.layers.reduce((sum, { circuit }) => sum + adderBits(circuit), 0),
    lut: resources.lut,
    ff: resources.ff,
  };
}

/** Networks with a format per input element bring these along; the uniform ones are told which bits an input has. */
const compileOptions = ({ precision }: Network, { inputFormats }: Task) => {
  const isNarrow = Object.keys(inputFormats).every((input) => typeof precision?.[input]?.['result'] === 'object');
  return { strategy, ...(!isNarrow && { inputFormats }) };
};

async function uniformRow(task: Task, sparsity: number): Promise<Row> {
  const { start, training, batch, learningRate, uniformEpochs: epochs } = task;
  const steps = epochs * Math.ceil(training.targets.shape[0]! / batch);
  const end = Math.max(1, Math.floor(0.6 * steps));
  const { network } = await fit(start, training, {
    loss: task.loss,
    epochs,
    batchSize: batch,
    learningRate: { kind: 'cosine', learningRate, totalSteps: steps },
    stream: stream('cost front', task.name, 'uniform', String(sparsity)),
    transforms: [
      ...(sparsity > 0
        ? [eraseState(magnitudePruning({ target: sparsity, end, every: Math.max(1, Math.floor(end / 25)) }))]
        : []),
      eraseState(quantizationAware(task.uniform)),
    ],
  });
  return rowOf(`8 bits, ${100 * sparsity} % pruned`, network, task);
}

async function walk(task: Task): Promise<Awaited<ReturnType<typeof walkCostFront>>> {
  const { start, training, batch } = task;
  const { epochs, cycle, learningRate, beta, bits } = task.walk;
  const batches = Math.ceil(training.targets.shape[0]! / batch);
  return walkCostFront(start, training, {
    bitWidths: trainableBitWidths(start, {
      ...bits,
      beta: { from: beta[0], to: beta[1], steps: epochs * batches },
      inputFormats: task.inputFormats,
      adderCost: layerAdderBits(strategy),
      calibrationSteps: 2 * batches,
    }),
    loss: task.loss,
    epochs,
    batchSize: batch,
    learningRate: { kind: 'cosineRestarts', learningRate, firstCycle: cycle * batches },
    stream: stream('cost front', task.name, 'walk'),
    every: cycle,
    measure: (network) => ({
      quality: task.validation(network).quality,
      cost: compileFor(network, publishedTarget, { strategy }).resources.lut,
    }),
  });
}

/** Look-up tables that uniform networks take for a quality, by interpolation on their front; null below all of them. */
function uniformTables(uniform: readonly Row[], quality: number): number | null {
  const front = paretoFront(uniform.map((row) => ({ ...row, cost: row.lut })));
  const above = front.findIndex((row) => row.quality >= quality);
  if (above === 0) return front[0]!.quality === quality ? front[0]!.lut : null;
  if (above < 0) return front.at(-1)!.lut;
  const [low, high] = [front[above - 1]!, front[above]!];
  const share = (quality - low.quality) / (high.quality - low.quality);
  return low.lut * (high.lut / low.lut) ** share;
}

function figure(task: Task, uniform: readonly Row[], ours: readonly Row[]): string {
  const points = (rows: readonly Row[]) => ({
    x: rows.map(({ lut }) => lut),
    y: rows.map(({ quality }) => task.figure.of(quality)),
  });
  return scatterPlot({
    title: task.title,
    x: { label: 'look-up tables (estimate)', scale: 'log' },
    y: { label: task.figure.label },
    series: [
      { name: 'uniform 8 bits, pruned', ...points(uniform) },
      { name: 'cost in the loss', ...points(ours) },
    ],
  });
}

function report(task: Task, uniform: readonly Row[], ours: readonly RatedRow[]): void {
  print(`\n${task.title}\n`);
  const cells = (row: Row): string[] => [
    row.name,
    ...row.shown,
    `${(100 * row.sparsity).toFixed(1)} %`,
    ...[row.adderBits, row.lut, row.ff].map(String),
  ];
  print(
    textTable([
      ['network', ...task.shownNames, 'zero weights', 'adder bits', 'LUT', 'FF', 'ratio'],
      ...uniform.map((row) => [...cells(row), '']),
      ...ours.map((row) => [...cells(row), row.ratio === null ? '' : row.ratio.toFixed(1)]),
    ]),
  );
}

const makers = { jets: jetTask, distillnet: distillNetTask } as const;
const names = (values.task === undefined ? Object.keys(makers) : [values.task]) as (keyof typeof makers)[];
const unknown = names.find((name) => !Object.hasOwn(makers, name));
if (unknown !== undefined) {
  console.error(`The task is "${unknown}"; it must be ${Object.keys(makers).join(' or ')}.`);
  process.exit(2);
}
const results: Record<string, unknown> = {};
let isMissed = false;
for (const name of names) {
  const task = await makers[name](values.smoke);
  const uniform: Row[] = [];
  for (const sparsity of values.smoke ? [0.75] : SPARSITIES) uniform.push(await uniformRow(task, sparsity));
  const { points, front, calibrations } = await walk(task);
  const isOnFront = (point: FrontPoint): boolean => front.includes(point);
  const ours = points.map((point): RatedRow => {
    const name = `cost in the loss, epoch ${point.epoch}${isOnFront(point) ? '' : ' (beaten)'}`;
    const row = rowOf(name, point.network, task);
    const tables = uniformTables(uniform, row.quality);
    return { ...row, ratio: tables === null ? null : tables / row.lut };
  });
  const fitted = calibrationFit(calibrations);
  report(task, uniform, ours);
  print(
    `Stand-in against adder bits: correlation ${fitted.correlation.toFixed(3)}, residual ${(100 * fitted.residual).toFixed(1)} % over ${fitted.records} layers and steps.`,
  );
  isMissed ||= !ours.some(({ ratio }) => ratio !== null && ratio >= GOAL);
  results[name] = { uniform, ours, calibration: fitted };
  if (values.out !== undefined) {
    await mkdir(values.out, { recursive: true });
    await writeFile(join(values.out, `cost-front-${name}.svg`), figure(task, uniform, ours));
  }
}
if (values.json) console.log(JSON.stringify(results, null, 2));
// A smoke run is too short to learn anything.
process.exitCode = isMissed && !values.smoke ? 1 : 0;
