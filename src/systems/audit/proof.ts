/** The claims of an audit, proved one after the other on the same forms. */
import { type LayerGraph, readElements, withNarrowPorts } from '../../circuit/index.ts';
import { rawRange } from '../../fixed/index.ts';
import { busWidth, CLOCK, type Netlist, RESET, VALID_IN } from '../../netlist/index.ts';
import {
  bitInput,
  type Bounds,
  type BusElement,
  CLOCK_INPUT,
  type DesignProof,
  type DesignWatcher,
  designWatcher,
  type ExpectedDesign,
  graphForms,
  inputBus,
  inputForms,
  type LayerForms,
  type LayerProof,
  netlistForms,
  type ProofContext,
  proofContext,
  proveGraph,
  proveOutputs,
  RESET_INPUT,
  VALID_INPUT,
  verilogForms,
  type Word,
} from '../../verification/index.ts';
import { topPorts, type YosysDesign } from '../../verilog/index.ts';
import type { BuiltPipeline } from '../pipeline.ts';

/** A circuit that has been proved, and the forms of its layers. */
export interface CircuitProof {
  readonly context: ProofContext;
  readonly circuit: LayerGraph;
  readonly forms: LayerForms;
  readonly layers: readonly LayerProof[];
}

/** Prove that a circuit computes what its specification does. */
export function proveCircuit(specification: LayerGraph, circuit: LayerGraph, bounds?: Bounds): CircuitProof {
  const context = proofContext(bounds);
  const { forms, layers } = proveGraph(context, graphForms(context, specification), circuit);
  return { context, circuit, forms, layers };
}

/** What the pipeline of a circuit must do: its instances, its outputs, its latency. */
export function expectedPipeline(
  { circuit, forms }: Pick<CircuitProof, 'circuit' | 'forms'>,
  { netlist, built }: Pick<BuiltPipeline, 'netlist' | 'built'>,
  latency: number,
): ExpectedDesign {
  const top = netlist.modules.find(({ name }) => name === netlist.top)!;
  const reads = readElements(withNarrowPorts(circuit));
  const elements = (layer: string): BusElement[] => {
    const { formats } = built.layers.find(({ name }) => name === layer)!.circuit.outputs[0]!;
    return formats.map(({ width }, element) => ({
      form: forms.get(layer)![element]!,
      width,
      isRead: reads.get(layer)![element]!,
    }));
  };
  const outputs = top.outputs.slice(1);
  return {
    // Layers and instances stand in the same order.
    instances: new Map(
      top.instances.map((instance, k) => [
        instance.name,
        { module: instance.module, port: 'y', elements: elements(built.layers[k]!.name) },
      ]),
    ),
    outputs: new Map(circuit.outputs.map((layer, k) => [outputs[k]!.name, elements(layer)])),
    latency,
  };
}

/** Words of the input ports of a design, by name. */
export function inputWords(
  context: ProofContext,
  graph: LayerGraph,
  ports: readonly string[],
): ReadonlyMap<string, Word> {
  const { store } = context;
  return new Map([
    [CLOCK, bitInput(store, CLOCK_INPUT)],
    [RESET, bitInput(store, RESET_INPUT)],
    [VALID_IN, bitInput(store, VALID_INPUT)],
    ...graph.inputs.map(({ name, formats }, k): [string, Word] => {
      const forms = inputForms(context, name, formats.map(rawRange));
      return [
        ports[k]!,
        inputBus(
          context,
          forms.map((form, e) => ({ form, width: formats[e]!.width })),
        ),
      ];
    }),
  ]);
}

/** Names of the data inputs of an emitted top module, in the order of the graph's inputs. */
export function dataInputs(netlist: Netlist): readonly string[] {
  return topPorts(netlist)
    .filter(({ name, direction }) => direction === 'in' && ![CLOCK, RESET, VALID_IN].includes(name))
    .map(({ name }) => name);
}

/** Look at every wire while a design is written as forms. */
export type OnWire = NonNullable<DesignWatcher['onWire']>;

/** Prove that a netlist computes its circuit. */
export function proveNetlist(
  { context, circuit }: CircuitProof,
  netlist: Netlist,
  expected: ExpectedDesign,
  onWire?: OnWire,
): DesignProof {
  const top = netlist.modules.find(({ name }) => name === netlist.top)!;
  const data = top.inputs.filter(({ name }) => name !== VALID_IN).map(({ name }) => name);
  const words = inputWords(context, circuit, data);
  const watcher = { ...designWatcher(context, expected), ...(onWire && { onWire }) };
  const outputs = netlistForms(
    context.store,
    netlist,
    top.inputs.map(({ name }) => words.get(name)!),
    watcher,
  );
  const named = new Map(top.outputs.map(({ name }, k) => [name, outputs[k]!]));
  return proveOutputs(context, expected, top.name, named, watcher.modules);
}

/** Prove that Verilog, as Yosys has read it, computes what is expected. */
export function proveVerilog(
  { context, circuit }: Pick<CircuitProof, 'context' | 'circuit'>,
  design: YosysDesign,
  top: string,
  data: readonly string[],
  expected: ExpectedDesign,
  onWire?: OnWire,
): DesignProof {
  const watcher = { ...designWatcher(context, expected), ...(onWire && { onWire }) };
  const outputs = verilogForms(context.store, design, top, inputWords(context, circuit, data), watcher);
  return proveOutputs(context, expected, top, outputs, watcher.modules);
}

/** Bits of all inputs, and of all outputs, of copies of a graph. */
export function portBits(graph: LayerGraph, copies = 1): { readonly inputBits: number; readonly outputBits: number } {
  const sum = (widths: readonly number[]): number => copies * widths.reduce((a, b) => a + b, 0);
  return {
    inputBits: sum(graph.inputs.map(({ formats }) => busWidth(formats))),
    outputBits: sum(
      graph.outputs.map((name) =>
        busWidth(graph.layers.find((layer) => layer.name === name)!.circuit.outputs[0]!.formats),
      ),
    ),
  };
}
