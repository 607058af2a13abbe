/**
 * The clocked netlist of an emitted folder, checked to belong to a graph and to be what stands in the folder.
 *
 * The folder names its part and clock; with the graph they determine netlist and Verilog to the byte, so the netlist is
 * made again and its text compared with the files. Needs Node.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type LayerGraph, parseGraph, serializeCircuit, serializeGraph } from '../../circuit/index.ts';
import { FileError, FormatError, MismatchError, ValueError } from '../../errors.ts';
import { type BuiltPipeline, buildPipeline } from '../pipeline.ts';
import { fileReason, printNetlist } from '../../verilog/index.ts';

/**
 * Open the RTL of an emitted folder.
 *
 * @param graph - the graph that it must have been emitted from
 * @throws FileError or FormatError if the folder is no emitted project, ValueError if it is one of another model or of
 * other compile options, MismatchError if its Verilog is not that of its circuit
 */
export async function openEmittedRtl(folder: string, graph: LayerGraph): Promise<BuiltPipeline> {
  const text = await readPart(folder, 'model/circuit.json');
  if (text.trim() !== serializeGraph(graph)) throw new ValueError(differenceText(folder, parseGraph(text), graph));
  const { part, clockMHz } = manifestFacts(folder, await readPart(folder, 'manifest.json'));
  const pipeline = buildPipeline(graph, { part, clockMHz });
  for (const { path, text: expected } of printNetlist(pipeline.netlist)) {
    if ((await readPart(folder, path)) !== expected) {
      throw new MismatchError(
        `${path} in "${folder}" is not the Verilog of model/circuit.json; compile the model again.`,
      );
    }
  }
  return pipeline;
}

async function readPart(folder: string, name: string): Promise<string> {
  try {
    return await readFile(join(folder, name), 'utf8');
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new FileError(
      isMissing
        ? `Folder "${folder}" is no emitted project: it has no ${name}.`
        : `${name} in "${folder}" cannot be read: ${fileReason(error)}.`,
    );
  }
}

function manifestFacts(folder: string, text: string): { readonly part: string; readonly clockMHz: number } {
  let facts: { part?: unknown; clockMHz?: unknown } | null;
  try {
    facts = JSON.parse(text) as typeof facts;
  } catch (error) {
    throw new FormatError(`manifest.json of "${folder}" is not JSON: ${(error as Error).message}.`);
  }
  const { part, clockMHz } = facts ?? {};
  if (typeof part !== 'string' || typeof clockMHz !== 'number') {
    throw new FormatError(`manifest.json of "${folder}" does not state part and clockMHz.`);
  }
  return { part, clockMHz };
}

/** Say in what a folder's graph differs from the one compiled now. */
function differenceText(folder: string, found: LayerGraph, graph: LayerGraph): string {
  if (found.name !== graph.name) {
    return `Folder "${folder}" holds model "${found.name}"; the model to trace is "${graph.name}".`;
  }
  const layer = graph.layers.find((one, k) => {
    const other = found.layers[k];
    return other?.name !== one.name || serializeCircuit(other.circuit) !== serializeCircuit(one.circuit);
  });
  const where = layer === undefined ? 'in its inputs or outputs' : `first in layer "${layer.name}"`;
  return `Folder "${folder}" holds another circuit of model "${graph.name}", differing ${where}; give the options that it was compiled with.`;
}
