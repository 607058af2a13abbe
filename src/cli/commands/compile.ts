/** `distill-rtl compile <model>`: a trained network to a verified Verilog project. */
import { Command } from 'commander';
import { MismatchError } from '../../errors.ts';
import { loadModel } from '../../formats/index.ts';
import type { Network } from '../../network/index.ts';
import { textTable } from '../../report/index.ts';
import {
  buildHardware,
  checkTarget,
  compileFor,
  hasMismatch,
  type HardwareResult,
  type HardwareTarget,
} from '../../systems/index.ts';
import { withOutputFolder } from '../../verilog/index.ts';
import {
  checksText,
  hardwareProgress,
  hardwareSummary,
  layerRows,
  layerTable,
  parameterNotes,
  shareText,
  wrapNotes,
} from '../hardware-view.ts';
import { interruptSignal } from '../interrupt.ts';
import {
  compilerOptions,
  type CompilerSetup,
  compilerSetup,
  givenOptions,
  positiveNumber,
  wholeNumber,
} from '../options.ts';
import { makeProgress } from '../progress.ts';
import { writeRunRecord } from '../run-record.ts';
import { chosenSchedules, scheduleOptions } from '../schedule-options.ts';
import { chooseStimuli, type CompileArguments } from '../compile-arguments.ts';
import { fitGoal, fitOptions } from '../fit-options.ts';
import { compileFitted } from './compile-fitted.ts';
import { compileToStreams } from './compile-streams.ts';
import { UsageError } from '../usage.ts';

const example = `
Examples:
  distill-rtl compile KERAS_3layer.json --precision "ap_fixed<16,6>" --clock 200 --out out/jet
  distill-rtl compile KERAS_3layer.json --config hls4ml.yml --inputs samples.npy --out out/jet
  distill-rtl compile qdistillnet.json --copies 10 --clock 240 --out out/ten
  distill-rtl compile jetTagger_Conv2D_Small.json --io-type io_stream --reuse-factor 4 --out out/stream
  distill-rtl compile jetTagger_Conv2D_Small.json --fit --target-ii 800 --out out/fitted`;

/** Vectors that every evaluator of a pipeline runs. */
const DEFAULT_VECTORS = 256;

/** Make the verb. */
export function compileCommand(): Command {
  const command = new Command('compile')
    .summary('a trained Keras or ONNX network to a verified Verilog project')
    .description('Compile a trained network to a Verilog project, and verify it with every evaluator there is.')
    .argument('[model]', 'model file: .json with HDF5 weights, .h5, .keras or .onnx; may stand in --config');
  for (const option of [...compilerOptions(), ...scheduleOptions(), ...fitOptions()]) command.addOption(option);
  return command
    .option('--part <name>', 'FPGA part', 'xcvu13p-flga2577-2-e')
    .option('--clock <MHz>', 'clock to meet', positiveNumber, 200)
    .option(
      '--latency <cycles>',
      'pipeline stages (default: the fewest for the clock; not for streams)',
      wholeNumber(1),
    )
    .option(
      '--copies <n>',
      'copies of the pipeline side by side, each with its own samples (default: 1; not for streams)',
      wholeNumber(1),
    )
    .option('--out <folder>', 'folder of the project, new or made by an earlier run')
    .option('--inputs <file>', 'samples to verify with, .npy, .npz or .csv (default: random codes)')
    .option(
      '--vectors <n>',
      `vectors that every evaluator runs, at least 2 (default: ${DEFAULT_VECTORS}; for streams fewer where a sample takes long)`,
      wholeNumber(2),
    )
    .option('--seed <text>', 'name of the random codes', '1')
    .option('--no-tools', 'do not run Icarus and Verilator')
    .option('--json', 'print the summary as JSON')
    .addHelpText('after', example)
    .action((model: string | undefined, options: CompileArguments) => compile(model, options, command));
}

async function compile(model: string | undefined, options: CompileArguments, command: Command): Promise<void> {
  const setup = compilerSetup(model, options, command);
  const out = options.out ?? setup.config?.outputFolder;
  if (out === undefined) throw new UsageError('--out <folder> is missing.');
  const target = chooseTarget(options, setup, command);
  checkTarget(target);
  const network = await loadModel(setup.model, setup.weights === undefined ? {} : { weights: setup.weights });
  const chosen = chosenSchedules(options, setup.config, command);
  const goal = fitGoal(options, chosen !== undefined);
  const job = { network, out, target, options, setup };
  if (goal !== undefined) return compileFitted(job, goal);
  if (chosen !== undefined) return compileToStreams({ ...job, chosen });
  const { graph } = compileFor(network, target, setup.compile);
  const stimuli = chooseStimuli(graph.inputs, options, Math.max(DEFAULT_VECTORS, 2 * (target.copies ?? 1)));
  const samples = options.inputs === undefined ? undefined : stimuli;
  const notes = [...parameterNotes(network, setup.compile), ...wrapNotes(graph, samples)];
  const progress = makeProgress(process.stderr);
  const interrupt = interruptSignal();
  try {
    for (const note of notes) progress.note(`note: ${note}`);
    const ignored = setup.config?.ignored ?? [];
    if (ignored.length > 0)
      progress.note(`note: ${options.config} also has ${ignored.join(', ')}, without effect here.`);
    const result = await withOutputFolder(out, async (staging) => {
      const built = await buildHardware(network, stimuli, staging, {
        target,
        compile: setup.compile,
        ...(options.tools ? {} : { simulators: [] }),
        signal: interrupt.signal,
        ...hardwareProgress(progress),
      });
      await writeRunRecord(staging, {
        verb: 'compile',
        options: { ...target, ...setup.compile, vectors: stimuli.length, model: network.name },
        seed: options.inputs === undefined ? options.seed : null,
        inputs: [...setup.files, ...(options.inputs === undefined ? [] : [options.inputs])],
        tools: built.tools,
      });
      return built;
    });
    const text = options.json
      ? `${JSON.stringify(summaryOf(network, result, notes), null, 2)}\n`
      : resultText(result, out);
    process.stdout.write(text);
    if (hasMismatch(result.checks)) throw new MismatchError(result.firstMismatch ?? 'Evaluators differ.');
  } finally {
    progress.clear();
    interrupt.release();
  }
}

function chooseTarget(options: CompileArguments, { config }: CompilerSetup, command: Command): HardwareTarget {
  const given = givenOptions(command);
  const clockOfConfig = config?.clockPeriodNs === undefined ? options.clock : 1000 / config.clockPeriodNs;
  return {
    part: given('part') ? options.part : (config?.part ?? options.part),
    clockMHz: given('clock') ? options.clock : clockOfConfig,
    ...(options.latency !== undefined && { latencyCycles: options.latency }),
    ...(options.copies !== undefined && { copies: options.copies }),
  };
}

function summaryOf(network: Network, result: HardwareResult, notes: readonly string[]) {
  return {
    model: network.name,
    hardware: { ...hardwareSummary(result), copies: result.copies },
    layers: layerRows(result),
    checks: result.checks,
    skipped: result.skipped,
    notes,
    seconds: result.seconds,
  };
}

function resultText(result: HardwareResult, folder: string): string {
  return [
    '',
    textTable(layerTable(result)),
    checksText(result.checks, result.skipped),
    `${result.copies === 1 ? '' : `${result.copies} copies. `}Latency ${result.latencyCycles} cycles = ${result.latencyNs.toFixed(1)} ns at ${Number(result.clockMHz.toFixed(3))} MHz, initiation interval ${result.initiationInterval} (measured in simulation).`,
    `Resources are an estimate, ${shareText(result)}. Project: ${folder}\n`,
  ].join('\n');
}
