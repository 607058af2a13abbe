/**
 * Simpler layer graphs of a layer graph: fewer layers, shorter paths, then simpler circuits inside.
 *
 * A change in one layer changes the formats that its readers see, so after each change all layers are settled again in
 * order. A reader of a layer that has lost outputs reads those that are left, in turn.
 */
import type { LayerGraph } from '../../circuit/index.ts';
import { interpretGraph } from '../../emulation/index.ts';
import { type FixedFormat, rawRange } from '../../fixed/index.ts';
import { circuitWidth, type Draft, draftOf, settle, type SettleOptions } from './draft.ts';
import { formatSize, isChosen, simplerFormats } from './formats.ts';
import { circuitSize, type Sample, simplerInside, type SimplerOptions } from './simpler-circuits.ts';
import { clampCode } from './values.ts';

/** A simpler graph and what its inputs are in terms of the graph it came from. */
export interface SimplerGraph {
  readonly graph: LayerGraph;
  /** Carry a sample over: elements that are gone are dropped, codes beyond a narrower format are clamped to it. */
  readonly adapt: (sample: Sample) => bigint[][];
}

interface InputDraft {
  readonly name: string;
  readonly formats: readonly FixedFormat[];
  /** Input of the original graph by number, or one of its layers by name, whose values it is fed with. */
  readonly source: number | string;
  /** Elements of that vector. */
  readonly elements: readonly number[];
}

interface LayerDraft {
  readonly name: string;
  readonly kind: string;
  readonly inputs: readonly string[];
  readonly draft: Draft;
}

interface GraphDraft {
  readonly name: string;
  readonly inputs: readonly InputDraft[];
  readonly layers: readonly LayerDraft[];
  readonly outputs: readonly string[];
}

/** Measure how much there is to read in a graph. */
export function graphSize({ inputs, layers, outputs }: LayerGraph): number {
  const formats = inputs.flatMap((input) => input.formats);
  return (
    200 * inputs.length +
    formats.reduce((sum, format) => sum + 1000 + formatSize(format), 0) +
    layers.reduce((sum, { circuit, inputs: sources }) => sum + 5000 + sources.length + circuitSize(circuit), 0) +
    500 * outputs.length
  );
}

/** List simpler graphs, each with the way to carry samples over to it. */
export function* simplerGraphs(graph: LayerGraph, options: SimplerOptions = {}): Iterable<SimplerGraph> {
  const {
    minFraction = -Infinity,
    maxWidth = graph.layers.reduce((most, { circuit }) => Math.max(most, circuitWidth(circuit)), 1),
  } = options;
  const size = graphSize(graph);
  for (const change of changes(graph, { ...options, maxWidth })) {
    const settled = settleGraph(graph, change, { maxWidth, minFraction });
    if (settled !== null && graphSize(settled.graph) < size) yield settled;
  }
}

function* changes(graph: LayerGraph, options: SimplerOptions): Iterable<GraphDraft> {
  const start: GraphDraft = {
    name: graph.name,
    inputs: graph.inputs.map(({ name, formats }, port) => ({
      name,
      formats,
      source: port,
      elements: [...formats.keys()],
    })),
    layers: graph.layers.map(({ name, kind, inputs, circuit }) => ({ name, kind, inputs, draft: draftOf(circuit) })),
    outputs: graph.outputs,
  };
  for (const { name } of start.layers) yield { ...start, outputs: [name] };
  yield* layersAsInputs(graph, start, options);
  yield* shorterPaths(start);
  for (const [k, { circuit }] of graph.layers.entries()) {
    for (const simpler of simplerInside(circuit, options)) {
      yield withLayer(start, k, { draft: draftOf(simpler) });
    }
  }
  yield* simplerGraphInputs(start, options);
}

function withLayer(graph: GraphDraft, k: number, change: Partial<LayerDraft>): GraphDraft {
  return { ...graph, layers: graph.layers.with(k, { ...graph.layers[k]!, ...change }) };
}

/** Cut a layer out and feed its values in, so that what follows sees the same and what only served it is gone. */
function* layersAsInputs(graph: LayerGraph, start: GraphDraft, options: SimplerOptions): Iterable<GraphDraft> {
  for (const { name, circuit } of graph.layers) {
    const { formats } = circuit.outputs[0]!;
    const allowed = options.inputFormats ?? {};
    if (start.outputs.includes(name) || !formats.every((format) => isChosen(format, allowed))) continue;
    yield {
      ...start,
      inputs: [...start.inputs, { name, formats, source: name, elements: [...formats.keys()] }],
      layers: start.layers.filter((layer) => layer.name !== name),
    };
  }
}

function* shorterPaths(graph: GraphDraft): Iterable<GraphDraft> {
  for (const [k, { name, inputs }] of graph.layers.entries()) {
    // The layer is skipped: its readers read what it reads.
    for (const source of inputs) {
      const layers = graph.layers.map((layer) => ({
        ...layer,
        inputs: layer.inputs.map((input) => (input === name ? source : input)),
      }));
      yield { ...graph, layers, outputs: graph.outputs.filter((output) => output !== name) };
    }
    for (const [port, source] of inputs.entries()) {
      for (const { name: input } of graph.inputs) {
        if (input !== source) yield withLayer(graph, k, { inputs: inputs.with(port, input) });
      }
      if (inputs.length > 1) yield withLayer(graph, k, withoutPort(graph.layers[k]!, port));
    }
  }
}

/** Drop an input port of a layer; what was read from it is read from the first port that is left. */
function withoutPort({ inputs, draft }: LayerDraft, port: number): Partial<LayerDraft> {
  const moved = (old: number): number => (old === port ? 0 : old > port ? old - 1 : old);
  return {
    inputs: inputs.filter((_, at) => at !== port),
    draft: {
      ...draft,
      inputs: draft.inputs.filter((_, at) => at !== port),
      nodes: draft.nodes.map((node) => (node.kind === 'input' ? { ...node, port: moved(node.port) } : node)),
    },
  };
}

function* simplerGraphInputs(graph: GraphDraft, options: SimplerOptions): Iterable<GraphDraft> {
  for (const [k, input] of graph.inputs.entries()) {
    if (input.formats.length > 1) {
      for (const left of input.formats.keys()) yield withoutElement(graph, k, left);
    }
    for (const [element, format] of input.formats.entries()) {
      for (const simpler of simplerFormats(format, options.inputFormats)) {
        yield { ...graph, inputs: graph.inputs.with(k, { ...input, formats: input.formats.with(element, simpler) }) };
      }
    }
  }
}

/** Drop an element of a graph input; its readers read element 0 of what is left. */
function withoutElement(graph: GraphDraft, k: number, left: number): GraphDraft {
  const input = graph.inputs[k]!;
  const stays = (_: unknown, element: number): boolean => element !== left;
  const moved = (element: number): number => (element === left ? 0 : element > left ? element - 1 : element);
  return {
    ...graph,
    inputs: graph.inputs.with(k, {
      ...input,
      formats: input.formats.filter(stays),
      elements: input.elements.filter(stays),
    }),
    layers: graph.layers.map((layer) => ({
      ...layer,
      draft: {
        ...layer.draft,
        nodes: layer.draft.nodes.map((node) =>
          node.kind === 'input' && layer.inputs[node.port] === input.name
            ? { ...node, index: moved(node.index) }
            : node,
        ),
      },
    })),
  };
}

function settleGraph(original: LayerGraph, graph: GraphDraft, limits: SettleOptions): SimplerGraph | null {
  if (graph.outputs.length === 0) return null;
  const live = new Set(graph.outputs);
  for (const { name, inputs } of graph.layers.toReversed())
    if (live.has(name)) for (const input of inputs) live.add(input);
  const kept = graph.inputs.filter(({ name }) => live.has(name));
  const inputs = kept.length === 0 ? graph.inputs.slice(0, 1) : kept;
  const formats = new Map<string, readonly FixedFormat[]>(inputs.map((input) => [input.name, input.formats]));
  const layers: LayerGraph['layers'][number][] = [];
  for (const { name, kind, inputs: sources, draft } of graph.layers) {
    if (!live.has(name)) continue;
    const ports = draft.inputs.map((port, k) => ({ ...port, formats: formats.get(sources[k]!)! }));
    const nodes = draft.nodes.map((node) =>
      node.kind === 'input' ? { ...node, index: node.index % ports[node.port]!.formats.length } : node,
    );
    const settled = settle({ ...draft, inputs: ports, nodes }, { ...limits, keepInputs: true });
    if (settled === null) return null;
    layers.push({ name, kind, inputs: sources, circuit: settled.circuit });
    formats.set(name, settled.circuit.outputs[0]!.formats);
  }
  return {
    graph: {
      name: graph.name,
      inputs: inputs.map(({ name, formats: own }) => ({ name, formats: own })),
      layers,
      outputs: graph.outputs,
    },
    adapt: (sample) => {
      const cut = inputs.some(({ source }) => typeof source === 'string') ? interpretGraph(original, sample) : null;
      return inputs.map(({ formats: own, source, elements }) => {
        const vector = typeof source === 'string' ? cut!.get(source)! : sample[source]!;
        return own.map((format, k) => clampCode(vector[elements[k]!]!, rawRange(format)));
      });
    },
  };
}
