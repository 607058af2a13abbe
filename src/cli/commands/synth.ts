/** `distill-rtl synth DIR`: resources of an emitted project as Yosys counts them, beside our own estimate. */
import { Command } from 'commander';
import { ToolError } from '../../errors.ts';
import { textTable } from '../../report/index.ts';
import { synthesizeWithYosys } from '../../verification/index.ts';
import { interruptSignal } from '../interrupt.ts';
import { wholeNumber } from '../options.ts';

interface SynthArguments {
  readonly timeout: number;
  readonly json?: true;
}

/** Make the verb. */
export function synthCommand(): Command {
  return new Command('synth')
    .summary('resources of an emitted project as Yosys counts them')
    .description('Count resources with Yosys (synth_xilinx -family xcup): the one on the PATH, else npm @yowasp/yosys.')
    .argument('<folder>', 'a folder that "compile" made, or the "rtl" folder of a run')
    .option('--timeout <seconds>', 'give up after this time', wholeNumber(1), 1800)
    .option('--json', 'print the counts as JSON')
    .addHelpText('after', '\nExample:\n  distill-rtl synth out/distillnet/rtl')
    .action((folder: string, options: SynthArguments) => run(folder, options));
}

async function run(folder: string, options: SynthArguments): Promise<void> {
  const interrupt = interruptSignal();
  try {
    const { result, reason } = await synthesizeWithYosys(folder, {
      timeoutSeconds: options.timeout,
      signal: interrupt.signal,
    });
    if (result === null) throw new ToolError(reason);
    if (options.json) {
      process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
      return;
    }
    const table = textTable({
      columns: [{ header: 'resource' }, { header: 'count' }],
      rows: [
        ['LUT', result.lut],
        ['FF', result.ff],
        ['DSP', result.dsp],
        ['BRAM (36 Kb)', result.bram],
        ['CARRY4', result.carry],
      ],
    });
    process.stdout.write(`${table}\n${result.version}, ${result.seconds.toFixed(0)} s; not a vendor report\n`);
  } finally {
    interrupt.release();
  }
}
