/**
 * An emitted folder read back: its model's graph, and the pipeline that its Verilog is, checked to the byte.
 *
 * The folder names its part, clock, latency and copies; with the graph they determine netlist and Verilog, so the netlist is made again
 * and its text compared with the files. Needs Node.
 */
import { access, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type LayerGraph, parseGraph } from '../circuit/index.ts';
import { type CompileOptions, parseCompileOptions } from '../compile/index.ts';
import { FileError, FormatError, MismatchError } from '../errors.ts';
import type { Netlist } from '../netlist/index.ts';
import { type Network, parseNetwork } from '../network/index.ts';
import { fileReason, printNetlist } from '../verilog/index.ts';
import { type BuiltPipeline, buildPipeline, type HardwareTarget } from './pipeline.ts';

export interface EmittedProject {
  /** The model's graph, `model/circuit.json`. */
  readonly graph: LayerGraph;
  readonly target: HardwareTarget;
}

/** What a manifest says of the design. */
export interface ManifestFacts {
  /** Name of the model. */
  readonly model: string;
  readonly target: HardwareTarget;
}

/**
 * Read what an emitted folder says of itself.
 *
 * @throws FileError or FormatError if the folder is no emitted project
 */
export async function readEmittedProject(folder: string): Promise<EmittedProject> {
  const graph = parseGraph(await readPart(folder, 'model/circuit.json'));
  return { graph, target: (await readManifest(folder)).target };
}

/**
 * Read the network of an emitted folder and what it was compiled with, which do not depend on how it was built.
 *
 * @throws FileError or FormatError if one of the two files is missing or malformed
 */
export async function readEmittedNetwork(
  folder: string,
): Promise<{ readonly network: Network; readonly compile: CompileOptions }> {
  const network = parseNetwork(await readPart(folder, 'model/network.json'));
  const { options: compile } = parseCompileOptions(await readPart(folder, 'model/compile.json'));
  return { network, compile };
}

/**
 * Read what the manifest of an emitted folder says of model, part and clock.
 *
 * @throws FileError or FormatError if the folder is no emitted project
 */
export async function readManifest(folder: string): Promise<ManifestFacts> {
  return manifestFacts(folder, await readPart(folder, 'manifest.json'));
}

/**
 * Make the pipeline of an emitted folder again, and check that its Verilog stands in the folder.
 *
 * @throws MismatchError if it does not
 */
export async function emittedPipeline(folder: string, { graph, target }: EmittedProject): Promise<BuiltPipeline> {
  const pipeline = buildPipeline(graph, target);
  await checkVerilog(folder, pipeline.netlist, 'model/circuit.json');
  return pipeline;
}

/** Tell whether a folder holds a stream design, which has `model/streams.json` in the place of `model/circuit.json`. */
export async function isStreamFolder(folder: string): Promise<boolean> {
  return access(join(folder, 'model', 'streams.json')).then(
    () => true,
    () => false,
  );
}

/**
 * Check that the Verilog of a netlist stands in a folder, to the byte.
 *
 * @param source - file that the netlist was made of
 * @param except - names of modules that are not looked at
 * @throws MismatchError at the first file that differs; FileError where one is missing
 */
export async function checkVerilog(
  folder: string,
  netlist: Netlist,
  source: string,
  except: ReadonlySet<string> = new Set(),
): Promise<void> {
  for (const { path, text: expected } of printNetlist(netlist)) {
    if (except.has(/^src\/(.*)\.v$/.exec(path)?.[1] ?? '')) continue;
    if ((await readPart(folder, path)) !== expected) {
      throw new MismatchError(`${path} in "${folder}" is not the Verilog of ${source}; compile the model again.`);
    }
  }
}

/**
 * Read a text file of an emitted folder.
 *
 * @throws FileError if it is missing or cannot be read
 */
export async function readPart(folder: string, name: string): Promise<string> {
  try {
    return await readFile(join(folder, name), 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new FileError(
      code === 'ENOENT' || code === 'ENOTDIR'
        ? `Folder "${folder}" is no emitted project: it has no ${name}.`
        : `${name} in "${folder}" cannot be read: ${fileReason(error)}.`,
    );
  }
}

function manifestFacts(folder: string, text: string): ManifestFacts {
  let facts: Partial<Record<'model' | 'part' | 'clockMHz' | 'latencyCycles' | 'copies', unknown>> | null;
  try {
    facts = JSON.parse(text) as typeof facts;
  } catch (error) {
    throw new FormatError(`manifest.json of "${folder}" is not JSON: ${(error as Error).message}.`);
  }
  const { model, part, clockMHz, latencyCycles, copies } = facts ?? {};
  if (typeof part !== 'string' || typeof clockMHz !== 'number' || typeof latencyCycles !== 'number') {
    throw new FormatError(`manifest.json of "${folder}" does not state part, clockMHz and latencyCycles.`);
  }
  if (copies !== undefined && !(Number.isSafeInteger(copies) && (copies as number) >= 1)) {
    throw new FormatError(
      `manifest.json of "${folder}" states ${JSON.stringify(copies)} copies; they must be a whole number of at least 1.`,
    );
  }
  return {
    model: typeof model === 'string' ? model : basename(folder),
    target: { part, clockMHz, latencyCycles, ...(copies !== undefined && { copies: copies as number }) },
  };
}
