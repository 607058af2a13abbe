/** `distill-rtl run <system>`: a published system from events to gates. */
import { readFile, rm, writeFile, rename } from 'node:fs/promises';
import { Argument, Command } from 'commander';
import { FileError, MismatchError } from '../../errors.ts';
import { textTable } from '../../report/index.ts';
import {
  defaultConfig,
  type DistillNetConfig,
  type DistillNetSummary,
  type LearningCheckpoint,
  type LearningProgress,
  type LearningStage,
  parseLearningCheckpoint,
  publishedComparison,
  publishedTarget,
  quickConfig,
  runDistillNet,
  serializeLearningCheckpoint,
} from '../../systems/distillnet/index.ts';
import { hasMismatch } from '../../systems/index.ts';
import { interruptSignal } from '../interrupt.ts';
import { positiveInteger, positiveNumber } from '../options.ts';
import { makeProgress, type Progress } from '../progress.ts';
import { writeRunRecord } from '../run-record.ts';

interface RunArguments {
  readonly quick: boolean;
  readonly seed?: string;
  readonly part: string;
  readonly clock: number;
  readonly vectors: number;
  readonly out: string;
  readonly tools: boolean;
  readonly resume: boolean;
  readonly json: boolean;
}

const stageNames: Readonly<Record<LearningStage, string>> = {
  events: 'events',
  teacher: 'teacher',
  scores: 'labels',
  student: 'student',
  quantizedFloat: 'small float',
  quantized: 'quantized',
  evaluation: 'evaluation',
};

/** Make the verb. */
export function runCommand(): Command {
  return new Command('run')
    .description('run a published system end to end: data, teacher, student, circuit, Verilog, report')
    .addArgument(new Argument('<system>', 'the system').choices(['distillnet']))
    .option('--quick', 'a small version that takes minutes', false)
    .option('--seed <text>', 'name of all random numbers (default: 1)')
    .option('--part <name>', 'FPGA part', publishedTarget.part)
    .option('--clock <MHz>', 'clock to meet', positiveNumber, publishedTarget.clockMHz)
    .option('--vectors <n>', 'test particles that every evaluator runs', positiveInteger, 768)
    .option('--out <folder>', 'folder of the results', 'out/distillnet')
    .option('--no-tools', 'do not run Icarus and Verilator')
    .option('--resume', 'go on from the checkpoint of an interrupted run', false)
    .option('--json', 'print the summary as JSON', false)
    .addHelpText('after', '\nExample:\n  distill-rtl run distillnet --quick --seed 7 --out out/seven')
    .action((_system: string, options: RunArguments) => run(options));
}

async function run(options: RunArguments): Promise<void> {
  const base = options.quick ? quickConfig : defaultConfig;
  const config: DistillNetConfig = { ...base, seed: options.seed ?? base.seed };
  const target = { part: options.part, clockMHz: options.clock };
  const checkpointPath = `${options.out}.checkpoint.json`;
  const resume = options.resume ? await readCheckpoint(checkpointPath) : undefined;
  const progress = makeProgress(process.stderr, false);
  const interrupt = interruptSignal();
  try {
    const summary = await runDistillNet({
      config,
      directory: options.out,
      target,
      vectors: options.vectors,
      ...(options.tools ? {} : { simulators: [] }),
      signal: interrupt.signal,
      ...(resume && { resume }),
      onCheckpoint: (checkpoint) => writeCheckpoint(checkpointPath, checkpoint),
      onLearning: learningProgress(progress),
      onHardware: (step, message) => progress.finish(step, message),
      finish: (staging) =>
        writeRunRecord(staging, { verb: 'run distillnet', options: { config, target }, seed: config.seed, inputs: [] }),
    });
    if (summary === null) {
      throw new DOMException(`go on with --resume from ${checkpointPath}`, 'AbortError');
    }
    await rm(checkpointPath, { force: true });
    if (options.json) process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
    else process.stdout.write(resultText(summary, options.out));
    if (hasMismatch(summary.checks)) throw new MismatchError(mismatchText(summary));
  } finally {
    progress.clear();
    interrupt.release();
  }
}

/** One bar per stage, and a line with the seconds when it is done. */
function learningProgress(progress: Progress): (progress: LearningProgress) => void {
  let stage = '';
  let since = performance.now();
  let last = '';
  return ({ stage: now, fraction, message }) => {
    const name = stageNames[now];
    if (name !== stage) {
      stage = name;
      since = performance.now();
      last = '';
    }
    if (message !== '') last = message;
    if (fraction < 1) progress.update(name, fraction, message);
    else progress.finish(name, `${((performance.now() - since) / 1000).toFixed(1)} s${last === '' ? '' : `, ${last}`}`);
  };
}

function resultText(summary: DistillNetSummary, folder: string): string {
  const checks = Object.entries(summary.checks).map(([name, check]) => [
    name,
    check?.vectors ?? null,
    check?.mismatches ?? null,
  ]);
  const { latencyCycles, latencyNs, part, clockMHz, resources } = summary.hardware;
  return [
    '',
    textTable(publishedComparison(summary, false)),
    '',
    textTable({ columns: [{ header: 'check' }, { header: 'vectors' }, { header: 'mismatches' }], rows: checks }),
    ...summary.skipped.map((reason) => `  ${reason}`),
    '',
    `Latency ${latencyCycles} cycles = ${latencyNs.toFixed(1)} ns at ${clockMHz} MHz on ${part}; ${resources.lut} LUT, ${resources.ff} FF, ${resources.dsp} DSP, ${resources.bram} BRAM (estimate).`,
    `Numbers marked "no" measure different things; the report says why: ${folder}/report.html`,
    `Verilog project: ${folder}/rtl   summary: ${folder}/summary.json   ${summary.seconds['total']!.toFixed(0)} s`,
    '',
  ].join('\n');
}

function mismatchText(summary: DistillNetSummary): string {
  const wrong = Object.entries(summary.checks).filter(([, check]) => check !== null && check.mismatches > 0);
  return `Evaluators differ: ${wrong.map(([name, check]) => `${name} on ${check!.mismatches} of ${check!.vectors} vectors`).join(', ')}.`;
}

async function writeCheckpoint(path: string, checkpoint: LearningCheckpoint): Promise<void> {
  const beside = `${path}.partial`;
  try {
    await writeFile(beside, serializeLearningCheckpoint(checkpoint));
    await rename(beside, path);
  } catch (error) {
    throw new FileError(`Checkpoint "${path}" cannot be written: ${(error as Error).message}.`);
  }
}

async function readCheckpoint(path: string): Promise<LearningCheckpoint> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new FileError(`Checkpoint "${path}" cannot be read: ${(error as Error).message}.`);
  }
  return parseLearningCheckpoint(text);
}
