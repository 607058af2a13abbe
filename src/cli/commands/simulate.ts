/** `distill-rtl simulate DIR`: an emitted project clock by clock, with its waveform. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { type LayerGraph, parseGraph } from '../../circuit/index.ts';
import { interpretGraph } from '../../emulation/index.ts';
import { FileError, FormatError, MismatchError } from '../../errors.ts';
import { packVector } from '../../netlist/index.ts';
import { stream } from '../../random/index.ts';
import { recordVcd, simulateGraph, type VcdRecorder } from '../../simulation/index.ts';
import { buildPipeline, randomStimuli } from '../../systems/index.ts';
import { benchGap, printNetlist } from '../../verilog/index.ts';
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
  const { graph, clockMHz, part } = await openProject(folder);
  const periodNs = 1000 / clockMHz;
  const { netlist } = buildPipeline(graph, { part, clockMHz });
  await checkSources(folder, printNetlist(netlist));

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

interface Project {
  readonly graph: LayerGraph;
  readonly part: string;
  readonly clockMHz: number;
}

async function openProject(folder: string): Promise<Project> {
  const read = async (name: string): Promise<string> => {
    const path = join(folder, name);
    if (!existsSync(path)) throw new FileError(`Folder "${folder}" is no emitted project: it has no ${name}.`);
    return readFile(path, 'utf8');
  };
  const graph = parseGraph(await read('model/circuit.json'));
  let facts: { part?: unknown; clockMHz?: unknown } | null;
  try {
    facts = JSON.parse(await read('manifest.json')) as typeof facts;
  } catch (error) {
    if (error instanceof FileError) throw error;
    throw new FormatError(`manifest.json of "${folder}" is not JSON: ${(error as Error).message}.`);
  }
  if (typeof facts?.part !== 'string' || typeof facts.clockMHz !== 'number') {
    throw new FormatError(`manifest.json of "${folder}" does not state part and clockMHz.`);
  }
  return { graph, part: facts.part, clockMHz: facts.clockMHz };
}

/** What is simulated must be what stands in the folder: the netlist printed again gives the same text. */
async function checkSources(folder: string, files: readonly { path: string; text: string }[]): Promise<void> {
  for (const { path, text } of files) {
    const file = join(folder, path);
    const found = existsSync(file) ? await readFile(file, 'utf8') : undefined;
    if (found !== text) {
      throw new MismatchError(
        `${path} in "${folder}" ${found === undefined ? 'is missing' : 'is not the Verilog of model/circuit.json'}; compile the model again.`,
      );
    }
  }
}
