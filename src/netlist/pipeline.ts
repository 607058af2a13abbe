/**
 * A scheduled graph as a clocked netlist: one module per layer, one top module that joins them.
 *
 * Contract of the top module (initiation interval 1): inputs presented with valid_in = 1 in cycle t are sampled at the
 * rising edge that ends cycle t; their outputs stand with valid_out = 1 in cycle t + latencyCycles. The inputs come from
 * registers outside, so the logic of the first stage stands directly at them; the outputs are registered. Only the valid
 * bits have a reset; data registers follow their inputs always.
 *
 * Each element of a bus between modules stands in a stage of its own. Each layer module delays what it needs later by
 * itself: a value crossing stages has one register per stage, shared by all its users in the module. The top module
 * holds the outputs until the last stage. The valid bit runs once, in the top module.
 */
import { complementOf, isSigned, liveWires, widthOf } from '../circuit/index.ts';
import type { Circuit, LayerGraph, Port, Wire } from '../circuit/index.ts';
import { busWidth } from './bus.ts';
import { CLOCK, RESET, identifier, uniqueIdentifier } from './identifiers.ts';
import { busElement, joinBus } from './lower-circuit.ts';
import { lowerOperation } from './lower-operation.ts';
import { moduleBuilder } from './module-builder.ts';
import type { ModuleBuilder } from './module-builder.ts';
import type { Module, Net, Netlist } from './netlist.ts';
import type { GraphSchedule, LayerSchedule } from './schedule.ts';
import { fitWord } from './words.ts';

/** Name of the top module's input that marks a sample. */
export const VALID_IN = 'valid_in';
/** Name of the top module's output that marks a result. */
export const VALID_OUT = 'valid_out';

/**
 * Build the clocked netlist of a scheduled graph.
 *
 * Top ports: `clk` and `rst` (implicit), `valid_in`, one flattened bus per graph input, `valid_out`, one flattened bus
 * per output layer, all named as in the graph; element 0 in the least significant bits, each as wide as its format.
 */
export function pipelineGraph(graph: LayerGraph, schedule: GraphSchedule): Netlist {
  const moduleNames = new Set<string>();
  const name = uniqueIdentifier(graph.name, moduleNames);
  const modules: Module[] = graph.layers.map((_, k) =>
    layerModule(graph, k, schedule.layers[k]!, uniqueIdentifier(`${name}_${graph.layers[k]!.name}`, moduleNames)),
  );
  modules.push(topModule(graph, schedule, name, modules));
  return { name: graph.name, top: name, modules };
}

/** Gives a net delayed by whole stages; each delayed copy exists once, named after the value. */
function delayLine(builder: ModuleBuilder): (net: Net, stages: number) => Net {
  const next = new Map<Net, Net>();
  const origin = new Map<Net, { readonly text: string; readonly depth: number }>();
  return (net, stages) => {
    let current = net;
    for (let k = 0; k < stages; k += 1) {
      if (builder.cellOf(current).kind === 'constant') return current;
      let delayed = next.get(current);
      if (delayed === undefined) {
        delayed = builder.register(current);
        next.set(current, delayed);
        const text = origin.get(current)?.text ?? builder.nameOf(current);
        if (text !== undefined) {
          const depth = (origin.get(current)?.depth ?? 0) + 1;
          origin.set(delayed, { text, depth });
          builder.name(delayed, `${text}_d${depth}`);
        }
      }
      current = delayed;
    }
    return current;
  };
}

function layerModule(graph: LayerGraph, layer: number, schedule: LayerSchedule, name: string): Module {
  const { circuit, kind, name: layerName } = graph.layers[layer]!;
  const isLive = liveWires(circuit);
  const builder = moduleBuilder(name, `${kind} layer ${layerName}, ${stageSpan(circuit, schedule, isLive)}`);
  const buses = circuit.inputs.map((port, k) =>
    builder.input(circuit.inputs.length === 1 ? 'x' : `x${k}`, busWidth(port.formats)),
  );
  builder.reserve('y');
  const delay = delayLine(builder);
  const nets: Net[] = [];
  const inversions = new Map<Net, Net>();
  const at = (wire: Wire, stage: number): Net => {
    const inverted = complementOf(circuit, wire);
    if (inverted === undefined) return delay(nets[wire]!, stage - schedule.stages[wire]!);
    // Inversions stand behind registers, where the logic that follows takes them in.
    const plain = { net: at(inverted, stage), signed: isSigned(circuit.types[inverted]!) };
    const known = inversions.get(plain.net) ?? builder.not(fitWord(builder, plain, widthOf(circuit.types[wire]!)));
    inversions.set(plain.net, known);
    return known;
  };
  circuit.ops.forEach((op, wire) => {
    // Complements are made where they are read.
    if (isLive[wire] === 0 || complementOf(circuit, wire) !== undefined) return;
    const net = lowerOperation(
      builder,
      circuit,
      wire,
      (operand) => at(operand, schedule.stages[wire]!),
      (port, index) => busElement(builder, buses[port]!, circuit.inputs[port]!, index, widthOf(circuit.types[wire]!)),
    );
    nets[wire] = net;
    const label =
      circuit.labels[wire] ??
      (op.kind === 'input' ? `${circuit.inputs.length === 1 ? 'x' : `x${op.port}_`}${op.index}` : undefined);
    if (label !== undefined && builder.cellOf(net).kind !== 'constant') builder.name(net, label);
  });
  const output = circuit.outputs[0]!;
  builder.output(
    'y',
    joinBus(builder, circuit, output, (k) => at(output.wires[k]!, schedule.outputStages[k]!)),
  );
  return builder.build();
}

/** The stages between the first input and the last output, in words. */
function stageSpan({ ops }: Circuit, { stages, outputStages }: LayerSchedule, isLive: Uint8Array): string {
  let [first, last] = [Infinity, 0];
  ops.forEach((op, wire) => {
    if (op.kind === 'input' && isLive[wire] === 1) first = Math.min(first, stages[wire]!);
  });
  for (const stage of outputStages) last = Math.max(last, stage);
  first = Math.min(first, last);
  return first === last ? `pipeline stage ${last}` : `pipeline stages ${first} to ${last}`;
}

function topModule(graph: LayerGraph, schedule: GraphSchedule, name: string, modules: readonly Module[]): Module {
  const builder = moduleBuilder(
    name,
    `${graph.name}: latency ${schedule.latencyCycles} cycles, initiation interval 1, scheduled for ${schedule.periodNs.toFixed(3)} ns`,
  );
  const validIn = builder.input(VALID_IN, 1);
  const ports = new Set([CLOCK, RESET, VALID_IN, VALID_OUT]);
  const inputNames = graph.inputs.map((input) => uniqueIdentifier(input.name, ports));
  const outputNames = graph.outputs.map((output) => uniqueIdentifier(output, ports));
  for (const port of [VALID_OUT, ...outputNames]) builder.reserve(port);
  const values = new Map<string, Net>();
  graph.inputs.forEach((input, k) => values.set(input.name, builder.input(inputNames[k]!, busWidth(input.formats))));
  graph.layers.forEach((layer, k) => {
    const nets = layer.inputs.map((input) => values.get(input)!);
    const [y] = builder.instance(`u_${identifier(layer.name)}`, modules[k]!, nets);
    builder.name(y!, `${identifier(layer.name)}_y`);
    values.set(layer.name, y!);
  });
  const last = schedule.latencyCycles - 1;
  const delay = delayLine(builder);
  let valid = validIn;
  for (let stage = 1; stage <= schedule.latencyCycles; stage += 1) {
    valid = builder.register(valid, { reset: 0n });
    builder.name(valid, `valid_d${stage}`);
  }
  builder.output(VALID_OUT, valid);
  graph.outputs.forEach((output, k) => {
    const layer = graph.layers.findIndex((candidate) => candidate.name === output);
    const { formats } = graph.layers[layer]!.circuit.outputs[0]!;
    const together = inLastStage(
      builder,
      values.get(output)!,
      formats,
      schedule.layers[layer]!.outputStages,
      (net, stage) => delay(net, last - stage),
    );
    builder.output(outputNames[k]!, delay(together, 1));
  });
  return builder.build();
}

/** A bus whose elements stand in different stages, all of them held until the last. */
function inLastStage(
  builder: ModuleBuilder,
  bus: Net,
  formats: Port['formats'],
  stages: readonly number[],
  hold: (net: Net, stage: number) => Net,
): Net {
  if (stages.every((stage) => stage === stages[0])) return hold(bus, stages[0]!);
  let lsb = 0;
  const words = formats.map(({ width }, element) => {
    const word = builder.slice(bus, lsb, width);
    lsb += width;
    return hold(word, stages[element]!);
  });
  return builder.concat(words.toReversed());
}
