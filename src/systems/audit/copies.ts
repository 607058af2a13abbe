/**
 * The audit of a design of several copies: the pipeline is proved once, and then that the module around its copies gives
 * each of them its own part of every port (`proveCopyWires`).
 *
 * Where a wire is not as it must be, the design may still be right, or an input may show that it is wrong. Then every
 * instance is replaced by the model of what it is given, which it has been proved to compute, and the whole is compared
 * with as many models side by side.
 */
import type { LayerGraph } from '../../circuit/index.ts';
import { findModule, type ModulePort, VALID_IN } from '../../netlist/index.ts';
import {
  type Bounds,
  bitInput,
  copyName,
  type DesignWatcher,
  type ExpectedCopies,
  type ExpectedDesign,
  graphForms,
  hasOwnClock,
  joinWords,
  type ModuleProof,
  netlistForms,
  proofContext,
  proveCopyWires,
  proveOutputs,
  readWord,
  sliceWord,
  validAfter,
  verilogForms,
  type Word,
  wordOf,
  type WriteDesign,
} from '../../verification/index.ts';
import type { YosysDesign } from '../../verilog/index.ts';
import type { BuiltPipeline } from '../pipeline.ts';
import { type CircuitProof, dataInputs, expectedPipeline, inputWords } from './proof.ts';

/** Prove that the netlist around the copies gives each its own part of the ports. */
export function proveNetlistCopies(proved: CircuitProof, pipeline: BuiltPipeline, latency: number): ModuleProof {
  const { netlist } = pipeline;
  const top = findModule(netlist, netlist.top)!;
  return proveCopies(proved, pipeline, latency, (context) => (inputs, watcher) => {
    const words = top.inputs.map(({ name }) => inputs.get(name)!);
    const outputs = netlistForms(context.store, netlist, words, watcher);
    return new Map(top.outputs.map(({ name }, k) => [name, outputs[k]!]));
  });
}

/** Prove the same of the Verilog, as Yosys has read it. */
export function proveVerilogCopies(
  proved: CircuitProof,
  pipeline: BuiltPipeline,
  latency: number,
  design: YosysDesign,
): ModuleProof {
  return proveCopies(
    proved,
    pipeline,
    latency,
    (context) => (inputs, watcher) => verilogForms(context.store, design, pipeline.netlist.top, inputs, watcher),
  );
}

/** The model as one copy has it: with inputs of its own. */
export function copyGraph(graph: LayerGraph, copy: number): LayerGraph {
  const own = new Map(graph.inputs.map(({ name }) => [name, copyName(name, copy)]));
  return {
    ...graph,
    inputs: graph.inputs.map((input) => ({ ...input, name: own.get(input.name)! })),
    layers: graph.layers.map((layer) => ({ ...layer, inputs: layer.inputs.map((name) => own.get(name) ?? name) })),
  };
}

function proveCopies(
  { context, circuit }: CircuitProof,
  pipeline: BuiltPipeline,
  latency: number,
  write: (context: CircuitProof['context']) => WriteDesign,
): ModuleProof {
  const { copy, copies, netlist } = pipeline;
  const { inputs, outputs } = findModule(copy, copy.top)!;
  const expected: ExpectedCopies = { copies, module: copy.top, inputs, outputs };
  const wires = proveCopyWires(context, expected, netlist.top, write(context));
  if (wires.unproven.length === 0) return wires;
  return proveSideBySide(circuit, pipeline, latency, context.bounds, write);
}

/**
 * Compare the whole design with as many models as there are copies.
 *
 * The pipeline is proved, so an instance of it computes the model of whatever its inputs are.
 */
function proveSideBySide(
  circuit: LayerGraph,
  { copies, copy, netlist, built }: BuiltPipeline,
  latency: number,
  bounds: Bounds,
  write: (context: CircuitProof['context']) => WriteDesign,
): ModuleProof {
  const context = proofContext(bounds);
  const graphs = Array.from({ length: copies }, (_, k) => copyGraph(circuit, k));
  const parts = graphs.map((graph) => {
    const forms = graphForms(context, graph);
    return expectedPipeline({ circuit: graph, forms }, { netlist: copy, built }, latency).outputs;
  });
  context.references.close();
  const expected: ExpectedDesign = {
    instances: new Map(),
    outputs: new Map([...parts[0]!.keys()].map((port) => [port, parts.flatMap((part) => part.get(port)!)])),
    latency,
    valid: graphs.map((_, k) => copyName(VALID_IN, k)),
  };
  const { outputs: ports } = findModule(copy, copy.top)!;
  const watcher: DesignWatcher = {
    settle: context.references.settle,
    onInstance: (_path, _module, words) => words,
    standIn: (module, words) =>
      module === copy.top ? modelOutputs(context, circuit, dataInputs(copy), ports, latency, words) : undefined,
  };
  const outputs = write(context)(sideBySideWords(context, graphs, dataInputs(copy)), watcher);
  return proveOutputs(context, expected, netlist.top, outputs, []).top;
}

/** What a pipeline of the model gives for some words at its inputs; undefined where they are not of one cycle and clock. */
function modelOutputs(
  context: CircuitProof['context'],
  circuit: LayerGraph,
  inputPorts: readonly string[],
  outputPorts: readonly ModulePort[],
  latency: number,
  words: ReadonlyMap<string, Word>,
): ReadonlyMap<string, Word> | undefined {
  const { store } = context;
  if (!hasOwnClock(store, words)) return undefined;
  const read = circuit.inputs.map(({ formats }, k) => {
    let lsb = 0;
    return formats.map(({ width, signed }) => {
      const element = readWord(
        store,
        sliceWord(words.get(inputPorts[k]!) ?? [], lsb, width),
        signed ? 'signed' : 'unsigned',
      );
      lsb += width;
      return element;
    });
  });
  const delays = new Set(read.flat().flatMap(({ delay }) => delay ?? []));
  if (delays.size > 1) return undefined;
  const [delay = 0] = delays;
  const inputs = new Map(circuit.inputs.map(({ name }, k) => [name, read[k]!.map(({ form }) => form)]));
  const forms = graphForms(context, circuit, inputs);
  const data = circuit.outputs.map((name) => {
    const { formats } = circuit.layers.find((layer) => layer.name === name)!.circuit.outputs[0]!;
    const elements = forms.get(name)!.map((form, e) => wordOf(form, formats[e]!.width, delay + latency));
    return joinWords(store, elements);
  });
  // The valid bit is the first port.
  const [valid, ...dataPorts] = outputPorts;
  return new Map([
    [valid!.name, validAfter(store, latency, words.get(VALID_IN) ?? [])],
    ...dataPorts.map((port, k): [string, Word] => [port.name, data[k]!]),
  ]);
}

/** Words of the input ports around the copies, those of copy 0 lowest. */
function sideBySideWords(
  context: CircuitProof['context'],
  graphs: readonly LayerGraph[],
  ports: readonly string[],
): ReadonlyMap<string, Word> {
  const parts = graphs.map((graph) => inputWords(context, graph, ports));
  const bus = (words: readonly Word[]): Word => joinWords(context.store, words);
  return new Map([
    ...parts[0]!,
    ...ports.map((port): [string, Word] => [port, bus(parts.map((words) => words.get(port)!))]),
    [VALID_IN, bus(graphs.map((_, k) => bitInput(context.store, copyName(VALID_IN, k))))],
  ]);
}
