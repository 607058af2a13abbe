/**
 * The parts of a stream design that can be proved: of every stage the pipelines of its circuits, which run without a stop,
 * and the update of its accumulator, which is combinational. Each is a design of its own, with a circuit that it must
 * compute. What is left is control.
 */
import type { LayerGraph, StreamStage } from '../../circuit/index.ts';
import type { Module, Netlist, ScheduledCircuit, ScheduledStage, StreamNetlist } from '../../netlist/index.ts';
import type { Bounds, BusElement, ExpectedDesign } from '../../verification/index.ts';
import { type CircuitProof, expectedPipeline, proveCircuit } from './proof.ts';

/** A part of a stage with what it must compute. */
export interface StreamPart {
  /** The part as a netlist of its own. */
  readonly netlist: Netlist;
  readonly circuit: LayerGraph;
  /** Cycles from its inputs to its outputs; 0 where it is combinational. */
  readonly latency: number;
  /** Forms of the circuit, to be compared with. */
  readonly forms: CircuitProof;
  readonly expected: ExpectedDesign;
}

/** List the parts, in the order of the stages. */
export function streamParts(
  { netlist }: StreamNetlist,
  stages: readonly ScheduledStage[],
  modulesOf: (stage: string) => readonly string[],
  bounds: Bounds,
): readonly StreamPart[] {
  const moduleOf = (name: string): Module => netlist.modules.find((module) => module.name === name)!;
  return stages.flatMap(({ stage, circuit, finish }) => {
    const { instances } = moduleOf(modulesOf(stage.name).at(-1)!);
    const below = (part: string): Netlist => ({
      ...netlist,
      top: instances.find(({ name }) => name === `u_${part}`)!.module,
    });
    return [
      ...(circuit === undefined ? [] : [pipelinePart(below('circuit'), stage.circuit, circuit, bounds)]),
      ...(stage.fold === undefined ? [] : [updatePart(below('update'), stage, stage.fold.circuit, bounds)]),
      ...(finish === undefined ? [] : [pipelinePart(below('finish'), stage.finish!, finish, bounds)]),
    ];
  });
}

/** Names of the modules of a netlist from its top down. */
export function modulesBelow(netlist: Netlist): readonly string[] {
  const below = netlist.modules.find(({ name }) => name === netlist.top)!.instances;
  return [netlist.top, ...below.flatMap(({ module }) => modulesBelow({ ...netlist, top: module }))];
}

function pipelinePart(
  netlist: Netlist,
  circuit: LayerGraph,
  { built, schedule }: ScheduledCircuit,
  bounds: Bounds,
): StreamPart {
  const forms = proveCircuit(circuit, circuit, bounds);
  const latency = schedule.latencyCycles;
  return { netlist, circuit, latency, forms, expected: expectedPipeline(forms, { netlist, built }, latency) };
}

/** The update of an accumulator: one module, from `sum` and `term` to the next `sum`. */
function updatePart(
  netlist: Netlist,
  stage: StreamStage,
  circuit: NonNullable<StreamStage['fold']>['circuit'],
  bounds: Bounds,
): StreamPart {
  const graph: LayerGraph = {
    name: `${stage.name} update`,
    inputs: circuit.inputs.map(({ name, formats }) => ({ name, formats })),
    layers: [{ name: 'update', kind: 'update', circuit, inputs: circuit.inputs.map(({ name }) => name) }],
    outputs: ['update'],
  };
  const forms = proveCircuit(graph, graph, bounds);
  const elements = circuit.outputs[0]!.formats.map(({ width }, element): BusElement => ({
    form: forms.forms.get('update')![element]!,
    width,
    isRead: true,
  }));
  const [port] = netlist.modules.find(({ name }) => name === netlist.top)!.outputs;
  const expected = { instances: new Map(), outputs: new Map([[port!.name, elements]]), latency: 0 };
  return { netlist, circuit: graph, latency: 0, forms, expected };
}
