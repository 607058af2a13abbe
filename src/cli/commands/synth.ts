/** `distill-rtl synth DIR`: resources and logic depth of an emitted project as Yosys counts them, by layer. */
import { Command, Option } from 'commander';
import { TargetError } from '../../errors.ts';
import { textTable } from '../../report/index.ts';
import {
  countTable,
  estimateTable,
  fitText,
  ice40Excess,
  NO_VENDOR_REPORT,
  placementText,
  type ProjectSynthesis,
  shareTable,
  synthesisRecord,
  synthesisReport,
  synthesizeProject,
  timingText,
} from '../../systems/index.ts';
import { ICE40_PARTS, type Ice40Part, type YosysChoice } from '../../verification/index.ts';
import { interruptSignal } from '../interrupt.ts';
import { wholeNumber } from '../options.ts';
import { makeProgress } from '../progress.ts';
import { UsageError } from '../usage.ts';
import { checkWritable, writeWhole } from '../write-file.ts';

interface SynthArguments {
  readonly part?: string;
  readonly perLayer?: true;
  readonly flatten?: true;
  readonly ice40?: Ice40Part | true;
  readonly yosys?: YosysChoice;
  readonly report?: string;
  readonly timeout: number;
  readonly json?: true;
}

const example = `
Examples:
  distill-rtl synth out/distillnet/rtl
  distill-rtl synth out/jet --report jet-synthesis.html
  distill-rtl synth out/jet --per-layer --part xc7z020 --json
  distill-rtl synth out/small --flatten --ice40 up5k`;

/** Make the verb. */
export function synthCommand(): Command {
  return new Command('synth')
    .summary('resources and logic depth of an emitted project, by layer, as Yosys counts them')
    .description(
      'Count look-up tables, flip-flops, carries, DSP and block RAM and the depth of logic with Yosys (synth_xilinx -family xcup), layer by layer and flattened, beside our own estimate and the size of the part.',
    )
    .argument('<folder>', 'a folder that "compile" made, or the "rtl" folder of a run')
    .option('--part <name>', "FPGA part to set the counts beside (default: the folder's)")
    .option('--per-layer', 'layers only, without the flattened whole: half the time')
    .option('--flatten', 'the flattened whole only, without layers: half the time')
    .addOption(
      new Option(
        '--ice40 [part]',
        'also place and route on a Lattice iCE40 with nextpnr, an hx8k where no part is named',
      ).choices(ICE40_PARTS),
    )
    .addOption(
      new Option(
        '--yosys <which>',
        'the Yosys on the PATH or that of npm, else whichever is found in this order',
      ).choices(['system', 'npm']),
    )
    .option('--report <file>', 'write an HTML report')
    .option('--timeout <seconds>', 'give up when a run of a tool takes longer', wholeNumber(1), 1800)
    .option('--json', 'print all data as JSON')
    .addHelpText('after', example)
    .action((folder: string, options: SynthArguments) => run(folder, options));
}

async function run(folder: string, options: SynthArguments): Promise<void> {
  const { part, perLayer, flatten, yosys, report, timeout } = options;
  if (perLayer && flatten)
    throw new UsageError('--per-layer and --flatten are both given; without either both are made.');
  if (report !== undefined) await checkWritable(report, 'Report');
  const interrupt = interruptSignal();
  const progress = makeProgress(process.stderr);
  try {
    const result = await synthesizeProject(folder, {
      ...(part !== undefined && { part }),
      ...(perLayer && { only: 'layers' }),
      ...(flatten && { only: 'flattened' }),
      ...(yosys !== undefined && { yosys }),
      ...(options.ice40 !== undefined && { ice40: options.ice40 === true ? 'hx8k' : options.ice40 }),
      timeoutSeconds: timeout,
      signal: interrupt.signal,
      onStart: (step) => progress.start(step),
      onStep: (_step, message) => progress.finish(message),
    });
    if (report !== undefined) await writeWhole(report, synthesisReport(result), 'Report');
    process.stdout.write(options.json ? `${JSON.stringify(synthesisRecord(result), null, 2)}\n` : resultText(result));
    const tooSmall = fitText(result) ?? (result.ice40 === null ? undefined : ice40Excess(result.ice40));
    if (tooSmall !== undefined) throw new TargetError(tooSmall);
  } catch (error) {
    // A tool that was killed complains; that somebody asked for it is the reason.
    interrupt.signal.throwIfAborted();
    throw error;
  } finally {
    progress.clear();
    interrupt.release();
  }
}

function resultText(result: ProjectSynthesis): string {
  const { ice40, notes, tool, seconds } = result;
  const timed = timingText(result);
  const total = Object.values(seconds).reduce((sum, took) => sum + took, 0);
  return [
    textTable(countTable(result)),
    ...(result.estimate === null ? [] : [textTable(estimateTable(result))]),
    textTable(shareTable(result)),
    [
      ...(ice40 === null || ice40Excess(ice40) !== undefined ? [] : [placementText(ice40)]),
      ...(timed === undefined ? [] : [timed]),
      ...notes,
      'Depth is levels of logic between registers: a look-up table or a whole carry chain each.',
      NO_VENDOR_REPORT,
      `${tool}, ${total.toFixed(0)} s.\n`,
    ].join('\n'),
  ].join('\n');
}
