/** The pipeline of an emitted folder, one of its copies where it has several, checked to be that of a graph. Needs Node. */
import { type LayerGraph, serializeCircuit, serializeGraph } from '../../circuit/index.ts';
import { UnsupportedError, ValueError } from '../../errors.ts';
import { emittedPipeline, isStreamFolder, readEmittedProject } from '../emitted-project.ts';
import type { TracedPipeline } from './rtl-values.ts';

/**
 * Open the RTL of an emitted folder.
 *
 * @param graph - the graph that it must have been emitted from
 * @throws UnsupportedError for streams, FileError or FormatError if the folder is no emitted project, ValueError if it is one of another model or of
 * other compile options, MismatchError if its Verilog is not that of its circuit
 */
export async function openEmittedRtl(folder: string, graph: LayerGraph): Promise<TracedPipeline> {
  if (await isStreamFolder(folder)) {
    throw new UnsupportedError(
      `Folder "${folder}" holds a stream design, whose values come at no fixed cycle, and --rtl traces pipelines; "simulate" compares its outputs, and "trace" without --rtl shows the values of the model.`,
    );
  }
  const project = await readEmittedProject(folder);
  if (serializeGraph(project.graph) !== serializeGraph(graph)) {
    throw new ValueError(differenceText(folder, project.graph, graph));
  }
  const { built, schedule, copy } = await emittedPipeline(folder, project);
  return { built, schedule, netlist: copy };
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
