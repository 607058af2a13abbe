/**
 * Speed of inference against PyTorch and TensorFlow.js, the latency figure of the DistillNet paper: plots and JSON.
 *
 *     npx tsx bench/inference.ts [--json] [--smoke] [--out FOLDER] [--only NAME]
 *
 * DistillNet predicts an event of 9,000 particles in batches of 1 to 9,000, and ten events at once in a batch of 90,000;
 * its batch normalisation is folded everywhere. The graph teacher predicts whole events, whose neighbours are known:
 * finding them is not measured. The networks of the RPC muon trigger predict batches of images. We predict by plans on one thread and on two, copying what is predicted from in each
 * call; the peers have one thread. PyTorch runs plainly or as frozen TorchScript, whichever is faster for the batch, and
 * is tuned as in peers/pytorch.ts; TensorFlow.js runs on `wasm`. Predictions are compared before anything is timed, and
 * all engines take their turns round after round: plotted are medians, and ratios are formed within rounds. `--only`
 * keeps the workloads whose name contains NAME ("distillnet", "teacher" or "muon"); the folder is out/bench unless given.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import * as ag from '../src/autograd/index.ts';
import { foldBatchNormalization, openPredictor } from '../src/network/index.ts';
import type { Network } from '../src/network/index.ts';
import { stream } from '../src/random/index.ts';
import { linePlot, plotSizes } from '../src/report/index.ts';
import { buildStudent } from '../src/systems/distillnet/student/student.ts';
import { compilePlan, openPlan, planThreads, symbolicInput, tensor, toFlat } from '../src/tensor/index.ts';
import type { Tensor } from '../src/tensor/index.ts';
import { muonNetwork } from './muon-networks.ts';
import { graphEvent, graphLogits, graphParameters } from './graph-teacher.ts';
import { benchmarked, harnessOptions, textTable } from './harness.ts';
import { startPytorch } from './peers/pytorch.ts';
import { loadTfjs } from './peers/tfjs.ts';
import { interleavedRates, pairedRatio, spread } from './rounds.ts';
import type { RoundCase, Spread } from './rounds.ts';
import { networkParameters } from './workloads.ts';

/** One network on one batch. */
interface InferenceCase {
  readonly workload: 'distillnet' | 'teacher' | 'muon teacher' | 'muon student';
  readonly model: 'folded' | 'graph' | 'cnn' | 'cnn-student';
  /** Particles, or images. */
  readonly samples: number;
  readonly tensors: Readonly<Record<string, Tensor>>;
  /** Make our prediction of the whole batch ready on a number of threads. */
  readonly open: (threads: number) => Promise<Prediction>;
}

interface Prediction {
  readonly predict: () => Tensor;
  readonly close: () => Promise<void>;
}

interface Measured {
  readonly workload: string;
  readonly samples: number;
  readonly engine: string;
  /** Samples per second. */
  readonly rate: Spread;
  /** Our rate on one thread by this one, within rounds. */
  readonly ratio: Spread;
  readonly form?: unknown;
}

const eventSize = 9000;
const tolerance = 1e-4;
/** What all are compared with. */
const reference = 'distill-rtl, 1 thread';

const options = harnessOptions();
const optionValue = (name: string, standard: string): string => {
  const place = process.argv.indexOf(name);
  return place < 0 ? standard : (process.argv[place + 1] ?? standard);
};
const folder = optionValue('--out', join('out', 'bench'));
const only = optionValue('--only', '');
const rounds = options.smoke ? 1 : 7;
const roundMs = options.smoke ? 5 : 100;
const say = options.json ? console.error : console.log;

function distillnetCases(): InferenceCase[] {
  const network = foldBatchNormalization(buildStudent(stream('bench inference', 'distillnet')));
  const random = stream('bench inference', 'particles');
  const sizes = options.smoke ? [1, 100, 1000] : [1, 10, 100, 1000, eventSize, 10 * eventSize];
  const values = Float32Array.from({ length: sizes.at(-1)! * 16 }, () => random.normal());
  return sizes.map((samples) => {
    const x = tensor(values.slice(0, samples * 16), [samples, 16]);
    return { ...networkCase(network, x), workload: 'distillnet', model: 'folded' };
  });
}

/** A case of a network, which a predictor plans. */
function networkCase(network: Network, x: Tensor): Omit<InferenceCase, 'workload' | 'model'> {
  const samples = x.shape[0]!;
  return {
    samples,
    tensors: { ...networkParameters(network), x },
    open: async (workers) => {
      const { predict, close } = await openPredictor(network, { batch: samples, workers });
      return { predict: () => predict(x), close };
    },
  };
}

/** The networks of the RPC muon trigger, on images of 9 × 16. */
function muonCases(): InferenceCase[] {
  const sizes = options.smoke ? [1, 30] : [1, 10, 100, 1000];
  const random = stream('bench inference', 'images');
  const values = Float32Array.from({ length: sizes.at(-1)! * 144 }, () => random.normal());
  const models = { 'muon teacher': 'cnn', 'muon student': 'cnn-student' } as const;
  return (['muon teacher', 'muon student'] as const).flatMap((workload) => {
    const model = models[workload];
    const network = muonNetwork(model, 16, stream('bench inference', workload));
    return sizes.map((samples) => {
      const x = tensor(values.slice(0, samples * 144), [samples, 9, 16, 1]);
      return { ...networkCase(network, x), workload, model };
    });
  });
}

function teacherCases(): InferenceCase[] {
  const parameters = graphParameters(stream('bench inference', 'graph'));
  const constants = Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, ag.constant(value)]));
  const sizes = options.smoke ? [50, 100] : [125, 250, 500, 1000, 2000];
  return sizes.map((particles) => {
    const { x, neighbours } = graphEvent(particles, stream('bench inference', 'event', String(particles)));
    return {
      workload: 'teacher',
      model: 'graph',
      samples: particles,
      tensors: { ...parameters, x, neighbours },
      open: (threads) => openTeacher(constants, x, neighbours, threads),
    };
  });
}

/** Plan the teacher for events of so many particles; each event brings its particles and neighbours. */
async function openTeacher(
  parameters: Parameters<typeof graphLogits>[0],
  x: Tensor,
  neighbours: Tensor,
  workers: number,
): Promise<Prediction> {
  const [particles] = x.shape as [number, number];
  const rows = { x: symbolicInput('x', x.shape), neighbours: symbolicInput('neighbours', neighbours.shape, 'i32') };
  const plan = compilePlan({
    inputs: Object.entries(rows).map(([name, value]) => ({ name, tensor: value, kind: 'rows' })),
    results: [{ name: 'logits', tensor: graphLogits(parameters, rows.x, rows.neighbours).value }],
    batch: particles,
    workers,
  });
  const threads = await planThreads(workers);
  const runner = await openPlan(plan, threads);
  return {
    predict: () => {
      runner.write('x', toFlat(x));
      runner.write('neighbours', toFlat(neighbours));
      runner.run();
      return tensor(runner.result('logits').slice(), [particles, 1]);
    },
    close: threads.close,
  };
}

function comparePredictions(
  item: InferenceCase,
  expected: ArrayLike<number>,
  engine: string,
  found: ArrayLike<number>,
): void {
  for (const [k, value] of Array.from(found).entries()) {
    if (Math.abs(value - expected[k]!) <= tolerance * Math.max(1, Math.abs(expected[k]!))) continue;
    throw new Error(
      `${item.workload} on ${item.samples} samples: prediction ${k} is ${expected[k]} here and ${value} in ${engine}.`,
    );
  }
}

const pytorch = await startPytorch(1, { tuned: true });
if (typeof pytorch === 'string') say(`PyTorch is left out: ${pytorch}`);
const tfjs = await loadTfjs();
if (typeof tfjs === 'string') say(`TensorFlow.js is left out: ${tfjs}`);

async function measure(item: InferenceCase): Promise<Measured[]> {
  const name = `${item.workload}-${item.samples}`;
  const engines: { engine: string; form?: unknown; case: RoundCase; close: () => unknown }[] = [];
  const add = (engine: string, run: RoundCase['run'], close: () => unknown, form?: unknown, every = 1): void => {
    engines.push({ engine, form, case: { work: item.samples, every, run }, close });
  };
  const one = await item.open(1);
  const expected = toFlat(one.predict());
  add(reference, benchmarked(one.predict), one.close);
  const two = await item.open(2);
  comparePredictions(item, expected, 'two threads', toFlat(two.predict()));
  add('distill-rtl, 2 threads', benchmarked(two.predict), two.close);
  if (typeof pytorch !== 'string') {
    const { form, values } = await pytorch.open(name, item.model, item.tensors, false, options.smoke);
    comparePredictions(item, expected, 'PyTorch', values);
    add(
      'PyTorch, 1 thread',
      (milliseconds) => pytorch.run(name, milliseconds),
      () => pytorch.close(name),
      form,
    );
  }
  if (typeof tfjs !== 'string') {
    const opened = await tfjs.open('wasm', item.model, item.tensors, null);
    comparePredictions(item, expected, 'TensorFlow.js', [opened.call()]);
    const every = item.model === 'graph' ? 3 : 1;
    add(
      'TensorFlow.js, 1 thread',
      benchmarked(() => opened.call()),
      () => opened.close(),
      { backend: 'wasm' },
      every,
    );
  }
  const rates = await interleavedRates(
    engines.map((engine) => engine.case),
    rounds,
    roundMs,
  );
  for (const { close } of engines) await close();
  return engines.map(({ engine, form }, k) => ({
    workload: item.workload,
    samples: item.samples,
    engine,
    rate: spread(rates[k]!),
    ratio: pairedRatio(rates[0]!, rates[k]!),
    ...(form === undefined ? {} : { form }),
  }));
}

const results: Measured[] = [];
for (const item of [...distillnetCases(), ...teacherCases(), ...muonCases()]) {
  if (item.workload.includes(only)) results.push(...(await measure(item)));
}
if (typeof pytorch !== 'string') pytorch.stop();

/** Milliseconds for a number of samples at a rate. */
const milliseconds = (samples: number, rate: number): number => (1000 * samples) / rate;

/** Points of every engine that measured a workload. */
function series(workload: string, y: (row: Measured) => number): { name: string; x: number[]; y: number[] }[] {
  const rows = results.filter((row) => row.workload === workload);
  return [...new Set(rows.map((row) => row.engine))].map((name) => {
    const own = rows.filter((row) => row.engine === name);
    return { name, x: own.map((row) => row.samples), y: own.map(y) };
  });
}

mkdirSync(folder, { recursive: true });
const written: string[] = [];
function write(name: string, svg: string): void {
  const path = join(folder, name);
  writeFileSync(path, svg);
  written.push(path);
}

const distillnet = series('distillnet', ({ rate }) => milliseconds(eventSize, rate.median));
const teacher = series('teacher', ({ samples, rate }) => milliseconds(samples, rate.median));
if (distillnet.length > 0) {
  write(
    'inference-distillnet.svg',
    linePlot({
      ...plotSizes.page,
      title: 'DistillNet, time for an event of 9,000 particles',
      x: { label: 'particles per batch', scale: 'log' },
      y: { label: 'time per event', unit: 'ms', scale: 'log' },
      series: distillnet,
    }),
  );
}
if (teacher.length > 0) {
  write(
    'inference-teacher.svg',
    linePlot({
      ...plotSizes.page,
      title: 'Graph teacher (three EdgeConv blocks, k = 20), time per event',
      x: { label: 'particles of the event', scale: 'log' },
      y: { label: 'time per event', unit: 'ms', scale: 'log' },
      series: teacher,
    }),
  );
}

const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version };
const peers = {
  pytorch: typeof pytorch === 'string' ? null : pytorch.about,
  tfjs: typeof tfjs === 'string' ? null : tfjs.version,
};
const three = (value: number): string => value.toLocaleString('en-US', { maximumSignificantDigits: 3 });
say(
  textTable([
    ['workload', 'samples', 'engine', 'samples/s', 'least to greatest', 'ms per call', 'our one thread ÷ it'],
    ...results.map((row) => [
      row.workload,
      row.samples.toLocaleString('en-US'),
      row.engine,
      three(row.rate.median),
      `${three(row.rate.least)} to ${three(row.rate.greatest)}`,
      three(milliseconds(row.samples, row.rate.median)),
      row.engine === reference ? '' : three(row.ratio.median),
    ]),
  ]),
);
const figures = written.length === 0 ? '' : ` Written: ${written.join(', ')}.`;
say(`\n${machine.cpu}, Node ${machine.node}, ${rounds} rounds of ${roundMs} ms.${figures}`);
if (options.json) console.log(JSON.stringify({ smoke: options.smoke, machine, peers, figures: written, results }));
