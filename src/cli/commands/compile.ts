/** `distill-rtl compile <model>`: a trained network to a verified Verilog project. */
import { Command } from 'commander';
import type { CompileOptions } from '../../compile/index.ts';
import { MismatchError } from '../../errors.ts';
import { loadModel } from '../../formats/index.ts';
import type { Network } from '../../network/index.ts';
import { stream } from '../../random/index.ts';
import { textTable } from '../../report/index.ts';
import {
  buildHardware,
  compileFor,
  hasMismatch,
  type HardwareResult,
  type HardwareTarget,
  randomStimuli,
  type Stimulus,
} from '../../systems/index.ts';
import { withOutputFolder } from '../../verilog/index.ts';
import { interruptSignal } from '../interrupt.ts';
import {
  compileOptionsOf,
  type CompilerArguments,
  compilerOptions,
  positiveInteger,
  positiveNumber,
} from '../options.ts';
import { makeProgress } from '../progress.ts';
import { readSamples, sampleStimuli } from '../samples.ts';
import { writeRunRecord } from '../run-record.ts';

interface CompileArguments extends CompilerArguments {
  readonly part: string;
  readonly clock: number;
  readonly out: string;
  readonly inputs?: string;
  readonly vectors: number;
  readonly seed: string;
  readonly tools: boolean;
  readonly json: boolean;
}

/** Make the verb. */
export function compileCommand(): Command {
  const command = new Command('compile')
    .description('compile a trained network (Keras, ONNX, network JSON) to a verified Verilog project')
    .argument('<model>', 'model file: .json with HDF5 weights, .h5, .keras, .onnx');
  for (const option of compilerOptions()) command.addOption(option);
  return command
    .option('--part <name>', 'FPGA part', 'xcvu13p-flga2577-2-e')
    .option('--clock <MHz>', 'clock to meet', positiveNumber, 200)
    .requiredOption('--out <folder>', 'folder of the project')
    .option('--inputs <file>', 'samples to verify with, .npy or .csv (default: random codes)')
    .option('--vectors <n>', 'vectors that every evaluator runs, at least 2', positiveInteger, 256)
    .option('--seed <text>', 'name of the random codes', '1')
    .option('--no-tools', 'do not run Icarus and Verilator')
    .option('--json', 'print the summary as JSON', false)
    .addHelpText(
      'after',
      '\nExample:\n  distill-rtl compile KERAS_3layer.json --precision "ap_fixed<16,6>" --profile hls4ml --clock 200 --out out/jet',
    )
    .action((model: string, options: CompileArguments) => compile(model, options));
}

async function compile(model: string, options: CompileArguments): Promise<void> {
  const compileOptions = compileOptionsOf(options);
  const network = await loadModel(model, options.weights === undefined ? {} : { weights: options.weights });
  const target: HardwareTarget = { part: options.part, clockMHz: options.clock };
  const stimuli = chooseStimuli(network, target, compileOptions, options);
  const progress = makeProgress(process.stderr, false);
  const interrupt = interruptSignal();
  try {
    const result = await withOutputFolder(options.out, async (staging) => {
      const built = await buildHardware(network, stimuli, staging, {
        target,
        compile: compileOptions,
        ...(options.tools ? {} : { simulators: [] }),
        signal: interrupt.signal,
        onStep: (step, message) => progress.finish(step, message),
      });
      await writeRunRecord(staging, {
        verb: 'compile',
        options: { ...options, model: network.name },
        seed: options.seed,
        inputs: [model, ...(options.inputs === undefined ? [] : [options.inputs])],
        tools: built.tools,
      });
      return built;
    });
    const summary = summaryOf(network, result);
    process.stdout.write(options.json ? `${JSON.stringify(summary, null, 2)}\n` : resultText(result, options.out));
    if (hasMismatch(result.checks)) {
      throw new MismatchError(result.firstMismatch ?? 'Evaluators differ.');
    }
  } finally {
    progress.clear();
    interrupt.release();
  }
}

/** Given samples, or random codes. */
function chooseStimuli(
  network: Network,
  target: HardwareTarget,
  compileOptions: CompileOptions,
  options: CompileArguments,
): Stimulus[] {
  const { graph } = compileFor(network, target, compileOptions);
  const count = Math.max(2, options.vectors);
  if (options.inputs === undefined)
    return randomStimuli(graph.inputs, count, stream(options.seed, 'compile', 'stimuli'));
  return sampleStimuli(readSamples(options.inputs, graph.inputs), graph.inputs).slice(0, count);
}

function summaryOf(network: Network, result: HardwareResult) {
  const { lut, ff, dsp, bram, source } = result.resources;
  return {
    model: network.name,
    hardware: {
      part: result.part,
      clockMHz: result.clockMHz,
      latencyCycles: result.latencyCycles,
      latencyNs: result.latencyNs,
      initiationInterval: result.initiationInterval,
      resources: { lut, ff, dsp, bram, source },
    },
    checks: result.checks,
    skipped: result.skipped,
    seconds: result.seconds,
  };
}

function resultText(result: HardwareResult, folder: string): string {
  const modules = textTable({
    columns: [{ header: 'module' }, { header: 'LUT' }, { header: 'FF' }, { header: 'DSP' }, { header: 'BRAM' }],
    rows: [
      ...result.resources.perModule.map(({ module, lut, ff, dsp, bram }) => [module, lut, ff, dsp, bram]),
      ['total', result.resources.lut, result.resources.ff, result.resources.dsp, result.resources.bram],
    ],
  });
  const checks = textTable({
    columns: [{ header: 'check' }, { header: 'vectors' }, { header: 'mismatches' }],
    rows: Object.entries(result.checks).map(([name, check]) => [
      name,
      check?.vectors ?? null,
      check?.mismatches ?? null,
    ]),
  });
  return [
    '',
    modules,
    '',
    checks,
    ...result.skipped.map((reason) => `  ${reason}`),
    '',
    `Latency ${result.latencyCycles} cycles = ${result.latencyNs.toFixed(1)} ns at ${result.clockMHz} MHz, initiation interval ${result.initiationInterval} (measured in simulation).`,
    `Resources are an estimate for ${result.part}. Project: ${folder}`,
    '',
  ].join('\n');
}
