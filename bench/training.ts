/**
 * Speed of training steps against PyTorch and TensorFlow.js: one table and JSON.
 *
 *     npx tsx bench/training.ts [--json] [--smoke] [--threads 1,2] [--only NAME]
 *
 * Before anything is timed, every engine trains 10 steps from the same parameters, and its losses must agree with ours.
 * Then all engines run in turn, round after round, on an otherwise idle machine; a ratio is formed within each round,
 * and reported is the median of these with the least and greatest. `--only` keeps the workloads whose name contains
 * NAME; several are separated by commas.
 *
 * PyTorch runs twice per number of threads, and the goals are held against both: as it is installed, and tuned. As
 * installed, glibc returns the memory of large tensors to the system in every step, which hands it out again page by
 * page, and threads of OpenMP spin on the cores that threads of OpenBLAS need. What that costs depends on the machine,
 * and most on a busy one; tuned, freed memory is kept and waiting threads sleep.
 */
import { cpus } from 'node:os';
import { startPytorch } from './peers/pytorch.ts';
import type { PytorchPeer } from './peers/pytorch.ts';
import { loadTfjs } from './peers/tfjs.ts';
import type { TfjsPeer } from './peers/tfjs.ts';
import { benchmarked, harnessOptions, textTable } from './harness.ts';
import { interleavedRates, pairedRatio, spread } from './rounds.ts';
import type { RoundCase, Spread } from './rounds.ts';
import { learningRate, trainingWorkloads } from './workloads.ts';
import type { TfjsTraining, TrainingWorkload } from './workloads.ts';

/** One engine ready to train one workload. */
interface Engine extends RoundCase {
  readonly name: string;
  /** Which of its forms it computes in. */
  readonly form?: unknown;
  readonly close: () => Promise<void>;
}

/** A PyTorch process. */
interface Pytorch {
  readonly name: string;
  readonly threads: number;
  readonly peer: PytorchPeer;
}

interface Row {
  readonly workload: string;
  readonly ours: string;
  readonly peer: string;
  readonly form?: unknown;
  /** Samples per second, medians of the rounds; particles for the graph. */
  readonly oursPerSecond: number;
  readonly peerPerSecond: number;
  readonly ratio: Spread;
  readonly goal: number | null;
  /** Null without a goal, and in smoke runs, which tell nothing. */
  readonly met: boolean | null;
}

/** How far losses of two engines may differ, relative to the first or the present one: they add up in different orders. */
const tolerance = 1e-4;
/**
 * The same for TensorFlow.js after its first step. Its Adam forms 1 − β₂ in f32, off by 5e-5, and these errors of the
 * steps add up: 1.5e-4 for the CNN at 9×16, and 1.3e-7 with exact factors on the same gradients.
 */
const tfjsTolerance = 1e-3;
const stepsCompared = 10;

const options = harnessOptions();
const threadCounts = optionValue('--threads', '1,2').split(',').map(Number);
const only = optionValue('--only', '').split(',');
const rounds = options.smoke ? 2 : 9;
const roundMs = options.smoke ? 10 : 300;
const say = options.json ? console.error : console.log;

function optionValue(name: string, standard: string): string {
  const place = process.argv.indexOf(name);
  return place < 0 ? standard : (process.argv[place + 1] ?? standard);
}

/** Demand that an engine's losses are ours. */
function compareLosses(
  workload: TrainingWorkload,
  engine: string,
  expected: readonly number[],
  found: readonly number[],
  laterTolerance: number = tolerance,
): void {
  for (const step of [1, found.length]) {
    const [a, b] = [expected[step - 1]!, found[step - 1]!];
    const allowed = step === 1 ? tolerance : laterTolerance;
    if (Math.abs(a - b) <= allowed * Math.max(Math.abs(a), Math.abs(expected[0]!))) continue;
    throw new Error(`Workload ${workload.name}: after ${step - 1} steps our loss is ${a}, that of ${engine} ${b}.`);
  }
}

const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);

/** Our losses of the first steps. */
async function ourLosses(workload: TrainingWorkload, threads: number): Promise<number[]> {
  const session = await workload.open(threads);
  const losses = times(stepsCompared, () => session.step());
  await session.close();
  return losses;
}

/** Open our session, which must have the losses of one thread to the bit. */
async function openOurs(workload: TrainingWorkload, threads: number, expected: readonly number[]): Promise<Engine> {
  const session = await workload.open(threads);
  const different = times(stepsCompared, () => session.step()).findIndex((loss, k) => loss !== expected[k]);
  if (different >= 0) {
    throw new Error(`Workload ${workload.name}: step ${different + 1} on ${threads} threads differs from that on one.`);
  }
  return {
    name: oursOn(threads),
    work: workload.batch,
    every: 1,
    run: benchmarked(() => session.step()),
    close: () => session.close(),
  };
}

const oursOn = (threads: number): string => `ours, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;

/** Open PyTorch's session in the form that it finds fastest. */
async function openPytorch(workload: TrainingWorkload, process: Pytorch, expected: readonly number[]): Promise<Engine> {
  const { name, peer } = process;
  const { parameters, data } = workload.problem();
  const tensors = { ...parameters, ...data };
  const { form, values } = await peer.open(workload.name, workload.model, tensors, true, options.smoke);
  compareLosses(workload, name, expected, values);
  return {
    name,
    form,
    work: workload.batch,
    every: 1,
    run: (milliseconds) => peer.run(workload.name, milliseconds),
    close: () => peer.close(workload.name),
  };
}

/** Open TensorFlow.js on one of its backends. */
async function openTfjs(
  workload: TrainingWorkload,
  { backend, instead }: TfjsTraining,
  peer: TfjsPeer,
  losses: readonly number[],
): Promise<Engine> {
  const smaller = instead ?? workload;
  const expected = instead === undefined ? losses : await ourLosses(instead, 1);
  const { parameters, data } = smaller.problem();
  const opened = await peer.open(backend, workload.model, { ...parameters, ...data }, { learningRate });
  const name = `TensorFlow.js ${backend}`;
  const found = times(backend === 'cpu' ? 2 : stepsCompared, () => opened.call()); // Seconds each on `cpu`.
  compareLosses(smaller, name, expected, found, tfjsTolerance);
  const timed = benchmarked(() => opened.call());
  return {
    name,
    form: { batch: smaller.batch },
    work: smaller.batch,
    every: 3,
    run: async (milliseconds) => {
      await opened.select();
      return timed(milliseconds);
    },
    close: async () => opened.close(),
  };
}

/** Measure one workload on all engines. */
async function measure(workload: TrainingWorkload, pytorch: readonly Pytorch[], tfjs: TfjsPeer | null): Promise<Row[]> {
  const expected = await ourLosses(workload, 1);
  const engines: Engine[] = [];
  for (const threads of threadCounts) engines.push(await openOurs(workload, threads, expected));
  for (const process of pytorch) engines.push(await openPytorch(workload, process, expected));
  const others: Engine[] = [];
  for (const way of tfjs === null ? [] : (workload.tfjs ?? [{ backend: 'wasm' }])) {
    if (way.backend === 'wasm' || !options.smoke) others.push(await openTfjs(workload, way, tfjs!, expected));
  }
  engines.push(...others);
  const measured = await interleavedRates(engines, rounds, roundMs);
  for (const engine of engines) await engine.close();

  function row(threads: number, peer: string, goal: number | undefined): Row {
    const [ours, theirs] = [oursOn(threads), peer].map(
      (name) => measured[engines.findIndex((engine) => engine.name === name)]!,
    );
    const ratio = pairedRatio(ours!, theirs!);
    return {
      workload: workload.name,
      ours: oursOn(threads),
      peer,
      form: engines.find((engine) => engine.name === peer)?.form,
      oursPerSecond: spread(ours!).median,
      peerPerSecond: spread(theirs!).median,
      ratio,
      goal: goal ?? null,
      met: goal === undefined || options.smoke ? null : ratio.median >= goal,
    };
  }
  const { threads1, threads2 } = workload.goals.pytorch;
  const rows = pytorch.map(({ name, threads }) => row(threads, name, { 1: threads1, 2: threads2 }[threads]));
  for (const { name } of others) {
    rows.push(...threadCounts.map((threads) => row(threads, name, workload.goals.tfjs)));
  }
  // What more threads bring, which is all there is to tell without peers.
  const more = threadCounts.slice(1).map((threads) => row(threads, oursOn(threadCounts[0]!), undefined));
  return [...rows, ...more];
}

/** Start PyTorch for every number of threads, as installed and tuned; tells why where it is absent. */
async function startPytorchs(): Promise<Pytorch[]> {
  const started: Pytorch[] = [];
  for (const threads of threadCounts) {
    // Threads that spin can keep a busy machine, such as one that runs checks, for minutes.
    for (const tuned of options.smoke ? [true] : [false, true]) {
      const peer = await startPytorch(threads, { tuned });
      if (typeof peer === 'string') {
        say(`PyTorch is left out: ${peer}`);
        return started;
      }
      const name = `PyTorch${tuned ? ' tuned' : ''}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
      started.push({ name, threads, peer });
    }
  }
  return started;
}

const workloads = trainingWorkloads(options.smoke).filter(({ name }) => only.some((part) => name.includes(part)));
if (workloads.length === 0) {
  const names = trainingWorkloads(true).map(({ name }) => name);
  throw new Error(`No workload has "${only.join(',')}" in its name; there are ${names.join(', ')}.`);
}

const pytorch = await startPytorchs();
const loaded = await loadTfjs();
if (typeof loaded === 'string') say(`TensorFlow.js is left out: ${loaded}`);
const tfjs = typeof loaded === 'string' ? null : loaded;

const rows: Row[] = [];
for (const workload of workloads) {
  const found = await measure(workload, pytorch, tfjs);
  rows.push(...found);
  say(`${workload.title}: losses agree, measured.`);
}
for (const { peer } of pytorch) peer.stop();

const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version };
const peers = { pytorch: pytorch[0]?.peer.about ?? null, tfjs: tfjs?.version ?? null };
const count = (value: number): string => Number(value.toPrecision(3)).toLocaleString('en-US');
const ratioText = (value: number): string => value.toPrecision(3);
say(
  `\n${textTable([
    ['workload', 'ours', 'samples/s', 'against', 'samples/s', 'ratio', 'least to greatest', 'goal', ''],
    ...rows.map((row) => [
      row.workload,
      row.ours,
      count(row.oursPerSecond),
      row.peer,
      count(row.peerPerSecond),
      ratioText(row.ratio.median),
      `${ratioText(row.ratio.least)} to ${ratioText(row.ratio.greatest)}`,
      row.goal === null ? '' : String(row.goal),
      row.met === null ? '' : row.met ? 'met' : 'missed',
    ]),
  ])}`,
);
say(`\n${machine.cpu}, Node ${machine.node}, ${rounds} rounds of ${roundMs} ms. Medians; for the graph, particles/s.`);
if (pytorch.length > 0) {
  const { version, capability, core } = pytorch[0]!.peer.about;
  say(`PyTorch ${version}: own loops ${capability ?? 'unknown'}, OpenBLAS kernels ${core ?? 'unknown'}.`);
}
if (options.json) console.log(JSON.stringify({ smoke: options.smoke, machine, peers, rounds, roundMs, rows }));
