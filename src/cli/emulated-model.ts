/** What `emulate` runs: a model file compiled by the options, or an emitted folder as it stands, pipeline or streams. */
import { statSync } from 'node:fs';
import type { Command } from 'commander';
import type { LayerGraph } from '../circuit/index.ts';
import { compileNetwork } from '../compile/index.ts';
import { type Codes, emulate, emulateStreams, type Emulation } from '../emulation/index.ts';
import { UnsupportedError } from '../errors.ts';
import type { FixedFormat } from '../fixed/index.ts';
import { loadModel } from '../formats/index.ts';
import {
  isStreamFolder,
  outputFormats,
  readEmittedProject,
  readEmittedStreams,
  sampleInputs,
} from '../systems/index.ts';
import { type CompilerArguments, compilerOptions, compilerSetup, givenOptions } from './options.ts';
import { UsageError } from './usage.ts';

/** A network with one output, made ready to run. */
export interface EmulatedModel {
  readonly name: string;
  readonly inputs: LayerGraph['inputs'];
  /** Formats of the output by place. */
  readonly formats: readonly FixedFormat[];
  /** Run rows of raw codes; `codes` is row-major. */
  run(
    rows: number,
    codes: BigInt64Array,
  ): {
    readonly codes: Codes | readonly bigint[];
    readonly path: Emulation['path'] | 'streams';
    readonly reason: string | null;
  };
}

/**
 * Open a model or folder.
 *
 * @throws UsageError for compiler options beside a folder; UnsupportedError for a network with several outputs; the
 *   errors of files
 */
export async function openEmulated(
  model: string | undefined,
  options: CompilerArguments,
  command: Command,
): Promise<EmulatedModel> {
  if (model !== undefined && statSync(model, { throwIfNoEntry: false })?.isDirectory() === true) {
    refuseCompilerOptions(command);
    return (await isStreamFolder(model))
      ? emulatedStreams(model)
      : emulatedGraph((await readEmittedProject(model)).graph);
  }
  const setup = compilerSetup(model, options, command);
  const network = await loadModel(setup.model, setup.weights === undefined ? {} : { weights: setup.weights });
  return emulatedGraph(compileNetwork(network, setup.compile));
}

function refuseCompilerOptions(command: Command): void {
  const given = givenOptions(command);
  const wrong = compilerOptions().find((option) => given(option.attributeName()));
  if (wrong !== undefined) {
    throw new UsageError(
      `${wrong.long} is for model files, and <model> is a folder; an emitted folder holds the options that it was compiled with.`,
    );
  }
}

function emulatedGraph(graph: LayerGraph): EmulatedModel {
  const output = onlyOutput(graph.outputs);
  return {
    name: graph.name,
    inputs: graph.inputs,
    formats: graph.layers.find(({ name }) => name === output)!.circuit.outputs[0]!.formats,
    run: (rows, codes) => {
      const { outputs, path, reason } = emulate(graph, rows, [codes]);
      return { codes: outputs[0]!, path, reason };
    },
  };
}

async function emulatedStreams(folder: string): Promise<EmulatedModel> {
  const { graph } = await readEmittedStreams(folder);
  const output = onlyOutput(graph.outputs);
  return {
    name: graph.name,
    inputs: sampleInputs(graph),
    formats: outputFormats(graph, output),
    run: (rows, codes) => ({ codes: emulateStreams(graph, rows, [codes])[0]!, path: 'streams', reason: null }),
  };
}

/** The one output that a file can hold. */
function onlyOutput(outputs: readonly string[]): string {
  const [output] = outputs;
  if (outputs.length === 1 && output !== undefined) return output;
  throw new UnsupportedError(
    `The network has the outputs ${outputs.join(', ')}; one file can hold the outputs of a network with one.`,
  );
}
