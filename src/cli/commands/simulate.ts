/** `distill-rtl simulate DIR`: an emitted project clock by clock, with its waveform. */
import { Command, Option } from 'commander';
import { interpretGraph } from '../../emulation/index.ts';
import { MismatchError, UnsupportedError } from '../../errors.ts';
import { packVector } from '../../netlist/index.ts';
import { recordVcd, simulateGraph, type VcdRecorder } from '../../simulation/index.ts';
import { emittedPipeline, isStreamFolder, readEmittedProject, SCENARIO_NAMES } from '../../systems/index.ts';
import { benchGap } from '../../verilog/index.ts';
import { wholeNumber } from '../options.ts';
import { chooseSimulated, type SimulateArguments } from '../simulate-arguments.ts';
import { writeWhole } from '../write-file.ts';
import { simulateStreamFolder } from './simulate-streams.ts';

const example = `
Examples:
  distill-rtl simulate out/distillnet/rtl --vectors 20 --vcd distillnet.vcd
  distill-rtl simulate out/stream --scenario "slow reader" --vcd stream.vcd`;

/** Vectors of a pipeline where nobody says how many. */
const DEFAULT_VECTORS = 64;

/** Make the verb. */
export function simulateCommand(): Command {
  return new Command('simulate')
    .summary('an emitted project, clock by clock')
    .description('Simulate an emitted project clock by clock, and measure its latency and initiation interval.')
    .argument('<folder>', 'a folder that "compile" made, or the "rtl" folder of a run')
    .option('--inputs <file>', 'samples, .npy, .npz or .csv (default: random codes)')
    .option(
      '--vectors <n>',
      `vectors to simulate (default: ${DEFAULT_VECTORS}; of streams fewer where a sample takes long)`,
      wholeNumber(1),
    )
    .option('--seed <text>', 'name of the random codes', '1')
    .addOption(
      new Option(
        '--scenario <name>',
        'of a stream design: who stalls (default: all, one after the other; with stalls the first 2 to 8 vectors)',
      ).choices(SCENARIO_NAMES),
    )
    .option('--vcd <file>', 'write the waveform for GTKWave; of a stream design that of its first scenario')
    .option('--json', 'print the measurement as JSON')
    .addHelpText('after', example)
    .action((folder: string, options: SimulateArguments) => run(folder, options));
}

async function run(folder: string, options: SimulateArguments): Promise<void> {
  if (await isStreamFolder(folder)) return simulateStreamFolder(folder, options);
  const project = await readEmittedProject(folder);
  if (options.scenario !== undefined) {
    throw new UnsupportedError(
      `--scenario is for stream designs; "${folder}" holds a pipeline, which takes a sample in every cycle and never stalls.`,
    );
  }
  const { graph, target } = project;
  const periodNs = 1000 / target.clockMHz;
  const { netlist, copies } = await emittedPipeline(folder, project);

  const stimuli = chooseSimulated(graph.inputs, options, DEFAULT_VECTORS);
  let recorder: VcdRecorder | undefined;
  const batch = simulateGraph(netlist, graph, stimuli, {
    idleBefore: benchGap,
    copies,
    ...(options.vcd !== undefined && {
      observe: (simulator) => {
        recorder ??= recordVcd(simulator, { periodNs, top: netlist.top });
        recorder.sample();
      },
    }),
  });
  if (options.vcd !== undefined) await writeWhole(options.vcd, recorder!.text(), 'Waveform');

  const formats = graph.outputs.map((name) => graph.layers.find((l) => l.name === name)!.circuit.outputs[0]!.formats);
  const wrong = stimuli.filter((stimulus, k) => {
    const expected = interpretGraph(graph, stimulus);
    return graph.outputs.some(
      (name, o) => packVector(formats[o]!, expected.get(name)!) !== packVector(formats[o]!, batch.outputs[k]![o]!),
    );
  }).length;
  const summary = {
    model: graph.name,
    copies,
    vectors: stimuli.length,
    mismatches: wrong,
    cycles: batch.cycles,
    latencyCycles: batch.latencyCycles,
    latencyNs: batch.latencyCycles * periodNs,
    initiationInterval: batch.initiationInterval,
  };
  if (options.json) process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
  else {
    process.stdout.write(
      `${summary.vectors} vectors${copies === 1 ? '' : ` in turn for ${copies} copies`} in ${summary.cycles} cycles, ${wrong} differ from the circuit; latency ${summary.latencyCycles} cycles = ${summary.latencyNs.toFixed(1)} ns, initiation interval ${summary.initiationInterval ?? 'not seen'}\n`,
    );
  }
  if (wrong > 0)
    throw new MismatchError(`The simulation differs from the circuit on ${wrong} of ${stimuli.length} vectors.`);
}
