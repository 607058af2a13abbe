/** `distill-rtl trace <model>`: every intermediate value of float model, fixed-point model and simulated RTL. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import type { LayerGraph } from '../../circuit/index.ts';
import { compileNetwork } from '../../compile/index.ts';
import { MismatchError, UnsupportedError, ValueError } from '../../errors.ts';
import { fractionBits, toDouble } from '../../fixed/index.ts';
import { loadModel } from '../../formats/index.ts';
import { stream } from '../../random/index.ts';
import { textTable } from '../../report/index.ts';
import {
  buildPipeline,
  checkTarget,
  type FloatInputs,
  flagsOf,
  layersCsv,
  layerTable,
  openEmittedRtl,
  randomStimuli,
  type ReportFacts,
  type Trace,
  traceNetwork,
  traceRecord,
  traceReport,
  valuesCsv,
  valueTable,
} from '../../systems/index.ts';
import { withOutputFolder } from '../../verilog/index.ts';
import { parameterNotes } from '../hardware-view.ts';
import { type CompilerArguments, compilerOptions, compilerSetup, positiveNumber, wholeNumber } from '../options.ts';
import { packageVersion } from '../package-version.ts';
import { makeProgress } from '../progress.ts';
import { writeRunRecord } from '../run-record.ts';
import { readSamples } from '../samples.ts';
import { UsageError } from '../usage.ts';

interface TraceArguments extends CompilerArguments {
  readonly inputs?: string;
  readonly sample?: number;
  readonly vectors?: number;
  readonly seed: string;
  readonly layer?: readonly string[];
  readonly rtl?: string;
  readonly simulate?: true;
  readonly part: string;
  readonly clock: number;
  readonly out?: string;
  readonly values?: true;
  readonly json?: true;
}

/** Random samples without --inputs and --vectors. */
const RANDOM_SAMPLES = 64;

/** Make the verb. */
export function traceCommand(): Command {
  const command = new Command('trace')
    .summary('every intermediate value in floats, fixed point and RTL, with what was lost')
    .description(
      'Show every intermediate value of the float model, the fixed-point model and the simulated RTL side by side, and count overflow, saturation and rounding error in every layer.',
    )
    .argument('[model]', 'model file: .json with HDF5 weights, .h5, .keras, .onnx');
  for (const option of compilerOptions()) command.addOption(option);
  return command
    .option('--inputs <file>', 'samples, .npy, .npz or .csv (default: random codes of the input formats)')
    .option('--sample <k>', 'show one sample, counted from 0, value by value', wholeNumber(0))
    .option('--vectors <n>', `samples to trace (default: all of the file, or ${RANDOM_SAMPLES})`, wholeNumber(1))
    .option('--seed <text>', 'name of the random codes', '1')
    .option('--layer <name...>', 'layers whose values --sample prints (default: all)')
    .option('--rtl <folder>', 'simulate this folder, which "compile" made from the same model and options')
    .option('--simulate', 'schedule and simulate without a folder')
    .option('--part <name>', 'FPGA part of --simulate', 'xcvu13p-flga2577-2-e')
    .option('--clock <MHz>', 'clock of --simulate', positiveNumber, 200)
    .option('--out <folder>', 'write report (HTML), JSON and CSV into this folder')
    .option('--values', 'write every value of every sample into values.csv of --out')
    .option('--json', 'print the trace as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  distill-rtl trace model.json --profile hls4ml --inputs x.npy --rtl out/jet --out out/trace',
    )
    .action((model: string | undefined, options: TraceArguments) => run(model, options, command));
}

async function run(given: string | undefined, options: TraceArguments, command: Command): Promise<void> {
  const setup = compilerSetup(given, options, command);
  if (options.rtl !== undefined && options.simulate === true) {
    throw new UsageError('--rtl and --simulate are both given; one of them says what to simulate.');
  }
  if (options.values === true && options.out === undefined) throw new UsageError('--values needs --out.');
  const progress = makeProgress(process.stderr);
  try {
    progress.start('compile');
    const network = await loadModel(setup.model, setup.weights === undefined ? {} : { weights: setup.weights });
    const graph = compileNetwork(network, setup.compile);
    const inputs = chooseSamples(graph, options);
    const shown = chooseLayers(graph, options);
    const rtl = await chooseRtl(graph, options);
    progress.finish(`${graph.layers.length} layers`);
    progress.start('trace');
    const trace = traceNetwork(network, graph, inputs, {
      ...(setup.compile.profile !== undefined && { profile: setup.compile.profile }),
      ...(rtl !== undefined && { rtl }),
    });
    progress.finish(`${trace.samples} samples`);
    for (const note of parameterNotes(network, setup.compile)) progress.note(note);
    if (options.out !== undefined) {
      const files = [...setup.files, ...(options.inputs === undefined ? [] : [options.inputs])];
      await writeOutputs(options.out, trace, options, files);
    }
    progress.clear();
    if (options.json) process.stdout.write(`${JSON.stringify(traceRecord(trace), null, 2)}\n`);
    else process.stdout.write(traceText(trace, options, shown));
    const wrong = flagsOf(trace).find((flag) => flag.kind === 'mismatch');
    if (wrong !== undefined) throw new MismatchError(`Layer ${wrong.text}.`);
  } finally {
    progress.clear();
  }
}

/** Float samples by input: of the file, or of random codes, which floats hold exactly. */
function chooseSamples(graph: LayerGraph, options: TraceArguments): FloatInputs {
  const { sample } = options;
  if (options.inputs !== undefined) {
    const { name, formats } = graph.inputs[0]!;
    const { rows, values } = readSamples(options.inputs, graph.inputs);
    const count = Math.min(rows, options.vectors ?? rows);
    const chosen = sampleRange(
      sample,
      count,
      `${options.vectors === undefined ? 'File' : 'The chosen part of file'} "${options.inputs}"`,
    );
    return { [name]: values.slice(chosen.from * formats.length, chosen.to * formats.length) };
  }
  const count = options.vectors ?? Math.max(RANDOM_SAMPLES, (sample ?? 0) + 1);
  const stimuli = randomStimuli(graph.inputs, count, stream(options.seed, 'trace', 'stimuli'));
  const chosen = sampleRange(sample, count, 'The random batch');
  return Object.fromEntries(
    graph.inputs.map(({ name, formats }, port) => {
      const fractions = formats.map(fractionBits);
      const rows = stimuli.slice(chosen.from, chosen.to).flatMap((stimulus) => stimulus[port]!);
      return [name, Float64Array.from(rows, (raw, k) => toDouble(raw, fractions[k % fractions.length]!))];
    }),
  );
}

function sampleRange(sample: number | undefined, count: number, what: string): { from: number; to: number } {
  if (sample === undefined) return { from: 0, to: count };
  if (sample >= count) {
    throw new ValueError(`${what} has samples 0 to ${count - 1}; there is no sample ${sample}.`);
  }
  return { from: sample, to: sample + 1 };
}

function chooseLayers(graph: LayerGraph, { layer, sample }: TraceArguments): ReadonlySet<string> | undefined {
  if (layer === undefined) return undefined;
  if (sample === undefined) throw new UsageError('--layer chooses what --sample prints, and there is no --sample.');
  const names = [...graph.inputs, ...graph.layers].map(({ name }) => name);
  const unknown = layer.find((name) => !names.includes(name));
  if (unknown === undefined) return new Set(layer);
  throw new UnsupportedError(`There is no layer "${unknown}" in the hardware; there are ${names.join(', ')}.`);
}

async function chooseRtl(graph: LayerGraph, options: TraceArguments) {
  if (options.rtl !== undefined) return openEmittedRtl(options.rtl, graph);
  if (options.simulate !== true) return undefined;
  const target = { part: options.part, clockMHz: options.clock };
  checkTarget(target);
  return buildPipeline(graph, target);
}

function traceText(trace: Trace, options: TraceArguments, shown: ReadonlySet<string> | undefined): string {
  const flags = flagsOf(trace);
  const values = (): string =>
    trace.layers
      .filter((layer) => shown?.has(layer.name) ?? true)
      .map((layer) => {
        const source = layer.standsFor === layer.name ? '' : `, carries ${layer.standsFor}`;
        const stage = layer.stage === null ? '' : `, stage ${layer.stage}`;
        return `${layer.name} (${layer.kind}${source}): ${layer.formats}${stage}\n${textTable(valueTable(layer, 0))}`;
      })
      .join('\n');
  const rtl =
    trace.rtl === null
      ? ''
      : `\nRTL: latency ${trace.rtl.latencyCycles} cycles, ${trace.rtl.compared} values compared in their cycles.\n`;
  const remarks = flags.map(({ kind, text }) => `  ${kind.padEnd(10)}  ${text}\n`).join('');
  return `${options.sample === undefined ? textTable(layerTable(trace)) : values()}${rtl}\n${flags.length === 0 ? 'Nothing to flag.\n' : `Flags:\n${remarks}`}`;
}

async function writeOutputs(
  folder: string,
  trace: Trace,
  options: TraceArguments,
  files: readonly string[],
): Promise<void> {
  const source =
    options.inputs === undefined ? `random codes, seed ${options.seed}` : (options.inputs.split(/[/\\]/).at(-1) ?? '');
  const facts: ReportFacts = [
    ['samples', `${trace.samples} of ${source}${options.sample === undefined ? '' : `, number ${options.sample}`}`],
    ['profile', trace.profile],
    ...(trace.rtl === null
      ? []
      : [['RTL', `${(1000 / trace.rtl.periodNs).toFixed(0)} MHz, latency ${trace.rtl.latencyCycles} cycles`] as const]),
    ['distill-rtl', packageVersion()],
  ];
  await withOutputFolder(folder, async (staging) => {
    await writeFile(join(staging, 'trace.html'), traceReport(trace, facts));
    await writeFile(join(staging, 'trace.json'), `${JSON.stringify(traceRecord(trace), null, 2)}\n`);
    await writeFile(join(staging, 'layers.csv'), layersCsv(trace));
    if (options.values === true || options.sample !== undefined) {
      await writeFile(join(staging, 'values.csv'), valuesCsv(trace));
    }
    await writeRunRecord(staging, {
      verb: 'trace',
      options: { ...options },
      seed: options.inputs === undefined ? options.seed : null,
      inputs: files,
    });
  });
}
