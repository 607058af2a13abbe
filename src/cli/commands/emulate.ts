/** `distill-rtl emulate <model>`: what the hardware would answer, bit for bit, without any hardware. */
import { extname } from 'node:path';
import { Command } from 'commander';
import { UnsupportedError } from '../../errors.ts';
import { formatText, fractionBits, toDouble } from '../../fixed/index.ts';
import { formatCsv, writeNpy } from '../../formats/index.ts';
import { openEmulated } from '../emulated-model.ts';
import { type CompilerArguments, compilerOptions } from '../options.ts';
import { readSamples, sampleCodes } from '../samples.ts';
import { writeWhole } from '../write-file.ts';

interface EmulateArguments extends CompilerArguments {
  readonly inputs: string;
  readonly out: string;
  readonly raw?: true;
  readonly json?: true;
}

/** Make the verb. */
export function emulateCommand(): Command {
  const command = new Command('emulate')
    .summary('the exact fixed-point outputs of a network for given samples')
    .description('Compute what the hardware would answer to samples, bit for bit, without any hardware.')
    .argument(
      '[model]',
      'model file: .json with HDF5 weights, .h5, .keras or .onnx, or a folder that "compile" wrote; may stand in --config',
    );
  for (const option of compilerOptions()) command.addOption(option);
  return command
    .requiredOption('--inputs <file>', 'samples, .npy, .npz or .csv')
    .requiredOption('--out <file>', 'outputs, .npy (float64, or int64 with --raw) or .csv')
    .option('--raw', 'write raw integer codes instead of values')
    .option('--json', 'print what was done as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  distill-rtl emulate model.onnx --precision "ap_fixed<16,6>" --inputs x.npy --out y.npy\n  distill-rtl emulate out/stream --inputs x.npy --out y.npy',
    )
    .action((model: string | undefined, options: EmulateArguments) => run(model, options, command));
}

async function run(model: string | undefined, options: EmulateArguments, command: Command): Promise<void> {
  const kind = extname(options.out).toLowerCase();
  if (kind !== '.npy' && kind !== '.csv') {
    throw new UnsupportedError(`Output file "${options.out}" is of no known kind; it must end in .npy or .csv.`);
  }
  const opened = await openEmulated(model, options, command);
  const { formats } = opened;
  const samples = readSamples(options.inputs, opened.inputs);
  const start = performance.now();
  const result = opened.run(samples.rows, sampleCodes(samples, opened.inputs));
  const seconds = (performance.now() - start) / 1000;
  const codes = BigInt64Array.from({ length: result.codes.length }, (_, k) => BigInt(result.codes[k]!));
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
  await writeWhole(options.out, bytes, 'Output file');
  const summary = {
    model: opened.name,
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
