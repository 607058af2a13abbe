/** `distill-rtl emulate <model>`: what the hardware would answer, bit for bit, without any hardware. */
import { rename, writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { Command } from 'commander';
import type { LayerGraph } from '../../circuit/index.ts';
import { compileNetwork } from '../../compile/index.ts';
import { emulate } from '../../emulation/index.ts';
import { FileError, UnsupportedError } from '../../errors.ts';
import { type FixedFormat, formatText, fractionBits, toDouble } from '../../fixed/index.ts';
import { formatCsv, loadModel, writeNpy } from '../../formats/index.ts';
import { compileOptionsOf, type CompilerArguments, compilerOptions } from '../options.ts';
import { readSamples, sampleCodes } from '../samples.ts';

interface EmulateArguments extends CompilerArguments {
  readonly inputs: string;
  readonly out: string;
  readonly raw: boolean;
  readonly json: boolean;
}

/** Make the verb. */
export function emulateCommand(): Command {
  const command = new Command('emulate')
    .description('compute the exact fixed-point outputs of a network for given samples')
    .argument('<model>', 'model file: .json with HDF5 weights, .h5, .keras, .onnx');
  for (const option of compilerOptions()) command.addOption(option);
  return command
    .requiredOption('--inputs <file>', 'samples, .npy, .npz or .csv')
    .requiredOption('--out <file>', 'outputs, .npy (float64, or int64 with --raw) or .csv')
    .option('--raw', 'write raw integer codes instead of values', false)
    .option('--json', 'print what was done as JSON', false)
    .addHelpText(
      'after',
      '\nExample:\n  distill-rtl emulate model.onnx --precision "ap_fixed<16,6>" --profile hls4ml --inputs x.npy --out y.npy',
    )
    .action((model: string, options: EmulateArguments) => run(model, options));
}

async function run(model: string, options: EmulateArguments): Promise<void> {
  const compileOptions = compileOptionsOf(options);
  const kind = extname(options.out).toLowerCase();
  if (kind !== '.npy' && kind !== '.csv') {
    throw new UnsupportedError(`Output file "${options.out}" is of no known kind; it must end in .npy or .csv.`);
  }
  const network = await loadModel(model, options.weights === undefined ? {} : { weights: options.weights });
  const graph = compileNetwork(network, compileOptions);
  const samples = readSamples(options.inputs, graph.inputs);
  const start = performance.now();
  const result = emulate(graph, samples.rows, [sampleCodes(samples, graph.inputs)]);
  const seconds = (performance.now() - start) / 1000;
  const { formats } = outputPort(graph);
  const codes = BigInt64Array.from({ length: result.outputs[0]!.length }, (_, k) => BigInt(result.outputs[0]![k]!));
  const values = Float64Array.from(codes, (code, k) => toDouble(code, fractionBits(formats[k % formats.length]!)));
  const shape = [samples.rows, formats.length];
  const bytes =
    kind === '.csv'
      ? formatCsv({
          header: formats.map((_, k) => `y${k}`),
          rows: samples.rows,
          columns: formats.length,
          data: options.raw ? Float64Array.from(codes, Number) : values,
        })
      : writeNpy(options.raw ? { type: 'i8', shape, data: codes } : { type: 'f8', shape, data: values });
  await writeBeside(options.out, bytes);
  const summary = {
    model: network.name,
    samples: samples.rows,
    outputs: formats.length,
    formats: [...new Set(formats.map(formatText))],
    path: result.path,
    reason: result.reason,
    seconds,
  };
  if (options.json) process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
  else {
    process.stdout.write(
      `${summary.samples} samples, ${summary.outputs} outputs as ${summary.formats.join(', ')} in ${options.out} (${result.path}, ${seconds.toFixed(2)} s)\n`,
    );
  }
}

/** The one output that a file can hold. */
function outputPort(graph: LayerGraph): { formats: readonly FixedFormat[] } {
  if (graph.outputs.length !== 1) {
    throw new UnsupportedError(
      `The network has the outputs ${graph.outputs.join(', ')}; one file can hold the outputs of a network with one.`,
    );
  }
  return graph.layers.find((layer) => layer.name === graph.outputs[0])!.circuit.outputs[0]!;
}

async function writeBeside(path: string, content: string | Uint8Array): Promise<void> {
  try {
    await writeFile(`${path}.partial`, content);
    await rename(`${path}.partial`, path);
  } catch (error) {
    throw new FileError(`Output file "${path}" cannot be written: ${(error as Error).message}.`);
  }
}
