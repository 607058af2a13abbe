/** `distill-rtl run <system>`: a published system from events to gates. */
import { readFile, rm } from 'node:fs/promises';
import { Argument, Command, Option } from 'commander';
import { FileError, MismatchError } from '../../errors.ts';
import { textTable } from '../../report/index.ts';
import {
  circuitTable,
  defaultConfig,
  type DistillNetConfig,
  type DistillNetSummary,
  type LearningCheckpoint,
  expectedSeconds,
  parseConfig,
  parseLearningCheckpoint,
  publishedComparison,
  publishedTarget,
  quickConfig,
  runDistillNet,
  type RunPart,
  type RunProgress,
  serializeLearningCheckpoint,
  type TimeLeft,
  timeLeft,
} from '../../systems/distillnet/index.ts';
import { type BackendName, backendOption, chooseBackend } from '../backend.ts';
import { checksText, hardwareProgress } from '../hardware-view.ts';
import { interruptSignal } from '../interrupt.ts';
import { numberBetween, positiveNumber, readReason, wholeNumber } from '../options.ts';
import { readChanges, withChanges } from '../run-configuration.ts';
import { makeProgress, type Progress } from '../progress.ts';
import { writeRunRecord } from '../run-record.ts';
import { workersOption } from '../workers.ts';
import { writeWhole } from '../write-file.ts';

interface RunArguments {
  readonly quick?: true;
  readonly config?: string;
  readonly seed?: string;
  readonly pileup?: number;
  readonly teacher?: DistillNetConfig['teacher']['mode'];
  readonly trainingEvents?: string;
  readonly testEvents?: string;
  readonly part: string;
  readonly clock: number;
  readonly vectors: number;
  readonly backend: BackendName;
  readonly workers: number;
  readonly out: string;
  readonly tools: boolean;
  readonly resume?: true;
  readonly json?: true;
}

const partNames: Readonly<Record<RunPart, string>> = {
  events: 'events',
  teacher: 'teacher',
  scores: 'labels',
  student: 'student',
  withoutPuppi: 'ablation',
  quantizedFloat: 'small float',
  quantized: 'quantized',
  compact: 'compact',
  weights: 'weights',
  circuits: 'circuits',
  evaluation: 'evaluation',
};

/** Make the verb. */
export function runCommand(): Command {
  return new Command('run')
    .summary('a published system from events to verified Verilog')
    .description('Run a published system end to end: events, teacher, student, circuit, Verilog, simulation, report.')
    .addArgument(new Argument('<system>', 'published system').choices(['distillnet']))
    .option('--quick', 'a small version of a minute or two instead of an hour')
    .option('--config <file>', 'changes to the configuration (YAML or JSON); run.json of a run shows all of it')
    .option('--seed <text>', 'name of all random numbers (default: 1)')
    .option('--pileup <mean>', 'mean number of pileup collisions, 0 to 200', numberBetween(0, 200))
    .addOption(new Option('--teacher <mode>', 'what the teacher learns from').choices(['truth', 'selfSupervised']))
    .option('--training-events <file>', 'event file (HDF5 or npz) to train on instead of generated events')
    .option('--test-events <file>', 'event file (HDF5 or npz) to report on instead of generated events')
    .option('--part <name>', 'FPGA part', publishedTarget.part)
    .option('--clock <MHz>', 'clock to meet', positiveNumber, publishedTarget.clockMHz)
    .option('--vectors <n>', 'test particles that every evaluator runs', wholeNumber(1), 768)
    .addOption(backendOption())
    .addOption(workersOption())
    .option('--out <folder>', 'folder of the results', 'out/distillnet')
    .option('--no-tools', 'do not run Icarus, Verilator and Yosys')
    .option('--resume', 'go on from the checkpoint of an interrupted run with the same options')
    .option('--json', 'print the summary as JSON')
    .addHelpText('after', '\nExample:\n  distill-rtl run distillnet --quick --seed 7 --out out/seven')
    .action((_system: string, options: RunArguments) => run(options));
}

async function run(options: RunArguments): Promise<void> {
  const config = await configurationOf(options);
  const target = { part: options.part, clockMHz: options.clock };
  const checkpointPath = `${options.out}.checkpoint.json`;
  const resume = options.resume ? await readCheckpoint(checkpointPath) : undefined;
  const backend = await chooseBackend(options.backend);
  const workers = options.backend === 'js' ? 1 : options.workers;
  const progress = makeProgress(process.stderr);
  const hardware = hardwareProgress(progress);
  const interrupt = interruptSignal();
  if (backend.note !== '') progress.note(backend.note);
  try {
    const summary = await runDistillNet({
      config,
      directory: options.out,
      target,
      vectors: options.vectors,
      ...(options.tools ? {} : { simulators: [], verification: [] }),
      signal: interrupt.signal,
      inference: backend.inference,
      workers,
      onEager: once((reason) => progress.note(`training runs without plans, to the same results: ${reason}`)),
      ...(resume && { resume }),
      onCheckpoint: (checkpoint) => writeWhole(checkpointPath, serializeLearningCheckpoint(checkpoint), 'Checkpoint'),
      onProgress: runProgress(
        progress,
        timeLeft(expectedSeconds(config), () => performance.now() / 1000),
      ),
      onHardwareStart: hardware.onStart,
      onHardware: hardware.onStep,
      finish: (staging) =>
        writeRunRecord(staging, {
          verb: 'run distillnet',
          options: { config, target },
          seed: config.seed,
          inputs: [config.files.training, config.files.test].filter((path) => path !== null),
          backend: backend.record(),
          workers,
        }),
    });
    if (summary === null) {
      throw new DOMException(`the same command with --resume goes on from ${checkpointPath}`, 'AbortError');
    }
    await rm(checkpointPath, { force: true });
    if (options.json) process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
    else process.stdout.write(resultText(summary, options.out));
    const difference = differenceOf(summary);
    if (difference !== null) throw new MismatchError(difference);
  } finally {
    progress.clear();
    interrupt.release();
    await backend.release();
  }
}

/** Defaults, a file of changes, and single options, the later ones winning. */
async function configurationOf(options: RunArguments): Promise<DistillNetConfig> {
  const { config: path, seed, pileup, teacher, trainingEvents, testEvents } = options;
  const base = options.quick ? quickConfig : defaultConfig;
  const fromFile = path === undefined ? {} : await readChanges(path);
  const given = {
    ...(seed !== undefined && { seed }),
    ...(pileup !== undefined && { generator: { meanPileup: pileup } }),
    ...(teacher !== undefined && { teacher: { mode: teacher } }),
    files: {
      ...(trainingEvents !== undefined && { training: trainingEvents }),
      ...(testEvents !== undefined && { test: testEvents }),
    },
  };
  return parseConfig(withChanges(withChanges({ ...base }, fromFile), given));
}

/** Say a thing the first time only. */
function once(say: (text: string) => void): (text: string) => void {
  let said = false;
  return (text) => {
    if (!said) say(text);
    said = true;
  };
}

/** One bar per part with the time left in all, and a line with the seconds when it is done. */
function runProgress(progress: Progress, left: TimeLeft): (progress: RunProgress) => void {
  let running: RunPart | undefined;
  return ({ part, fraction, message }) => {
    if (part !== running) progress.start(partNames[part]);
    running = part;
    const seconds = left(part, fraction);
    // The last step of a part has a message; its end has none.
    if (fraction < 1 || message !== '') progress.update(fraction, message, seconds === null ? '' : leftText(seconds));
    else progress.finish();
  };
}

/** "about 12 min left", coarser where there is more. */
function leftText(seconds: number): string {
  if (seconds < 90) return `about ${Math.max(5, 5 * Math.round(seconds / 5))} s left`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `about ${minutes} min left` : `about ${(minutes / 60).toFixed(1)} h left`;
}

function resultText(summary: DistillNetSummary, folder: string): string {
  const { latencyCycles, latencyNs, part, clockMHz, resources } = summary.hardware;
  return [
    '',
    textTable(publishedComparison(summary, false)),
    checksText(summary.checks, summary.skipped),
    textTable(circuitTable(summary)),
    `Latency ${latencyCycles} cycles = ${latencyNs.toFixed(1)} ns at ${clockMHz} MHz on ${part}; ${resources.lut} LUT, ${resources.ff} FF, ${resources.dsp} DSP, ${resources.bram} BRAM (estimate).`,
    `Rows marked "no" measure different things; the report says why: ${folder}/report.html`,
    `Verilog project: ${folder}/rtl   summary: ${folder}/summary.json   ${summary.seconds['total']!.toFixed(0)} s\n`,
  ].join('\n');
}

/** The first thing that does not agree, in one sentence; null where all does. */
function differenceOf({ checks, hardware, compact }: DistillNetSummary): string | null {
  for (const made of [checks, hardware.copies?.checks]) {
    const wrong = Object.entries(made ?? {}).filter(([, check]) => check !== null && check.mismatches > 0);
    if (wrong.length > 0) {
      return `Evaluators differ: ${wrong.map(([name, check]) => `${name} on ${check!.mismatches} of ${check!.vectors} vectors`).join(', ')}.`;
    }
  }
  return hardware.verification.audit?.difference ?? compact?.verification.audit?.difference ?? null;
}

async function readCheckpoint(path: string): Promise<LearningCheckpoint> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new FileError(`Checkpoint "${path}" cannot be read: ${readReason(error)}.`);
  }
  return parseLearningCheckpoint(text);
}
