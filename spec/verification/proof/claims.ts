/** All claims over one layer graph and what was built of it, as the audit makes them. */
import { readElements } from '../../../src/circuit/index.ts';
import type { LayerGraph } from '../../../src/circuit/index.ts';
import { rawRange } from '../../../src/fixed/index.ts';
import type { Netlist } from '../../../src/netlist/index.ts';
import { VALID_IN, VALID_OUT } from '../../../src/netlist/index.ts';
import {
  bitInput,
  CLOCK_INPUT,
  designWatcher,
  graphForms,
  inputBus,
  inputForms,
  netlistForms,
  proofContext,
  proveGraph,
  proveOutputs,
  RESET_INPUT,
  verilogForms,
} from '../../../src/verification/proof/index.ts';
import type {
  Bounds,
  DesignProof,
  ExpectedDesign,
  LayerForms,
  LayerProof,
  ProofContext,
  Word,
} from '../../../src/verification/proof/index.ts';
import type { YosysDesign } from '../../../src/verilog/index.ts';

export interface Claim {
  readonly context: ProofContext;
  readonly forms: LayerForms;
  readonly layers: readonly LayerProof[];
}

/** Claim "circuit = model". */
export function proveCircuit(model: LayerGraph, graph: LayerGraph, bounds?: Bounds): Claim {
  const context = proofContext(bounds);
  const { forms, layers } = proveGraph(context, graphForms(context, model), graph);
  return { context, forms, layers };
}

/** What a netlist of a graph must compute. */
function expectedOf({ forms }: Claim, graph: LayerGraph, netlist: Netlist, latency: number): ExpectedDesign {
  const top = netlist.modules.find(({ name }) => name === netlist.top)!;
  const reads = readElements(graph);
  const layer = (name: string, all: boolean) =>
    graph.layers
      .find((candidate) => candidate.name === name)!
      .circuit.outputs[0]!.formats.map(({ width }, element) => ({
        form: forms.get(name)![element]!,
        width,
        isRead: all || reads.get(name)![element]!,
      }));
  return {
    instances: new Map(
      top.instances.map((instance, k) => [
        instance.name,
        { module: instance.module, port: 'y', elements: layer(graph.layers[k]!.name, false) },
      ]),
    ),
    outputs: new Map(graph.outputs.map((name, k) => [dataOutputs(netlist)[k]!, layer(name, true)])),
    latency,
  };
}

function dataOutputs(netlist: Netlist): readonly string[] {
  const top = netlist.modules.find(({ name }) => name === netlist.top)!;
  return top.outputs.map(({ name }) => name).filter((name) => name !== VALID_OUT);
}

function inputsOf({ context }: Claim, graph: LayerGraph, netlist: Netlist): ReadonlyMap<string, Word> {
  const top = netlist.modules.find(({ name }) => name === netlist.top)!;
  const data = top.inputs.filter(({ name }) => name !== VALID_IN);
  const { store } = context;
  return new Map([
    ...[VALID_IN, CLOCK_INPUT, RESET_INPUT].map((name) => [name, bitInput(store, name)] as const),
    ...graph.inputs.map((input, k) => {
      const forms = inputForms(context, input.name, input.formats.map(rawRange));
      const elements = forms.map((form, element) => ({ form, width: input.formats[element]!.width, isRead: true }));
      return [data[k]!.name, inputBus(context, elements)] as const;
    }),
  ]);
}

/** Claim "netlist = circuit", for a netlist whose instances stand for the layers of a graph, in their order. */
export function proveNetlist(claim: Claim, graph: LayerGraph, netlist: Netlist, latency: number): DesignProof {
  const { context } = claim;
  const expected = expectedOf(claim, graph, netlist, latency);
  const top = netlist.modules.find(({ name }) => name === netlist.top)!;
  const watcher = designWatcher(context, expected);
  const inputs = inputsOf(claim, graph, netlist);
  const words = netlistForms(
    context.store,
    netlist,
    top.inputs.map(({ name }) => inputs.get(name)!),
    watcher,
  );
  const outputs = new Map(top.outputs.map(({ name }, k) => [name, words[k]!]));
  return proveOutputs(context, expected, top.name, outputs, watcher.modules);
}

/** Claim "Verilog = netlist". */
export function proveVerilog(
  claim: Claim,
  graph: LayerGraph,
  netlist: Netlist,
  latency: number,
  design: YosysDesign,
): DesignProof {
  const { context } = claim;
  const expected = expectedOf(claim, graph, netlist, latency);
  const watcher = designWatcher(context, expected);
  const outputs = verilogForms(context.store, design, netlist.top, inputsOf(claim, graph, netlist), watcher);
  return proveOutputs(context, expected, netlist.top, outputs, watcher.modules);
}

/** Whether a design is proven as a whole: every output in its cycle, and the valid bit. */
export function isProven({ top }: DesignProof): boolean {
  return top.unproven.length === 0;
}
