/** `distill-rtl simulate DIR`: an emitted project clock by clock, with its waveform. */
import { Command } from 'commander';
import { interpretGraph } from '../../emulation/index.ts';
import { MismatchError } from '../../errors.ts';
import { packVector } from '../../netlist/index.ts';
import { stream } from '../../random/index.ts';
import { recordVcd, simulateGraph, type VcdRecorder } from '../../simulation/index.ts';
import { emittedPipeline, randomStimuli, readEmittedProject } from '../../systems/index.ts';
import { benchGap } from '../../verilog/index.ts';
import { wholeNumber } from '../options.ts';
import { readSamples, sampleStimuli } from '../samples.ts';
import { writeWhole } from '../write-file.ts';

interface SimulateArguments {
  readonly inputs?: string;
  readonly vectors: number;
  readonly seed: string;
  readonly vcd?: string;
  readonly json?: true;
}

/** Make the verb. */
export function simulateCommand(): Command {
  return new Command('simulate')
    .summary('an emitted project, clock by clock')
    .description('Simulate an emitted project clock by clock, and measure its latency and initiation interval.')
    .argument('<folder>', 'a folder that "compile" made, or the "rtl" folder of a run')
    .option('--inputs <file>', 'samples, .npy, .npz or .csv (default: random codes)')
    .option('--vectors <n>', 'vectors to simulate', wholeNumber(1), 64)
    .option('--seed <text>', 'name of the random codes', '1')
    .option('--vcd <file>', 'write the waveform for GTKWave')
    .option('--json', 'print the measurement as JSON')
    .addHelpText('after', '\nExample:\n  distill-rtl simulate out/distillnet/rtl --vectors 20 --vcd distillnet.vcd')
    .action((folder: string, options: SimulateArguments) => run(folder, options));
}

async function run(folder: string, options: SimulateArguments): Promise<void> {
  const project = await readEmittedProject(folder);
  const { graph, target } = project;
  const periodNs = 1000 / target.clockMHz;
  const { netlist } = await emittedPipeline(folder, project);

  const stimuli =
    options.inputs === undefined
      ? randomStimuli(graph.inputs, options.vectors, stream(options.seed, 'simulate', 'stimuli'))
      : sampleStimuli(readSamples(options.inputs, graph.inputs), graph.inputs).slice(0, options.vectors);
  let recorder: VcdRecorder | undefined;
  const batch = simulateGraph(netlist, graph, stimuli, {
    idleBefore: benchGap,
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
      `${summary.vectors} vectors in ${summary.cycles} cycles, ${wrong} differ from the circuit; latency ${summary.latencyCycles} cycles = ${summary.latencyNs.toFixed(1)} ns, initiation interval ${summary.initiationInterval ?? 'not seen'}\n`,
    );
  }
  if (wrong > 0)
    throw new MismatchError(`The simulation differs from the circuit on ${wrong} of ${stimuli.length} vectors.`);
}
