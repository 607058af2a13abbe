/**
 * Inlining: one circuit inside another, and a layer graph as a single circuit.
 *
 * A circuit is replayed through a builder, so what becomes known at its inputs (a tighter interval, a constant, a value
 * that another layer already has) simplifies it again.
 */
import { ValueError } from '../errors.ts';
import type { CircuitBuilder } from './builder.ts';
import { circuitBuilder } from './builder.ts';
import type { Circuit, Wire } from './circuit.ts';
import type { LayerGraph } from './layer-graph.ts';

/**
 * Replay a circuit in a builder with `inputs[port][element]` as its inputs, and return its outputs by port.
 *
 * Input wires are read as values and must be within the formats of the ports. Labels get the prefix, if any.
 */
export function inlineCircuit(
  builder: CircuitBuilder,
  circuit: Circuit,
  inputs: readonly (readonly Wire[])[],
  prefix = '',
): Wire[][] {
  const { ops, types, tables, labels } = circuit;
  const wires: Wire[] = [];
  const of = (wire: Wire): Wire => wires[wire]!;
  for (const [wire, op] of ops.entries()) {
    switch (op.kind) {
      case 'input':
        wires.push(inputs[op.port]![op.index]!);
        break;
      case 'constant':
        wires.push(builder.constant(types[wire]!.lo, types[wire]!.fraction));
        break;
      case 'add':
        wires.push(
          op.subtract ? builder.subtract(of(op.a), of(op.b), op.shift) : builder.add(of(op.a), of(op.b), op.shift),
        );
        break;
      case 'scale':
        wires.push(builder.scale(of(op.a), op.shift));
        break;
      case 'multiply':
        wires.push(builder.multiply(of(op.a), of(op.b)));
        break;
      case 'negate':
        wires.push(builder.negate(of(op.a)));
        break;
      case 'compare':
        wires.push(builder.compare(op.relation, of(op.a), of(op.b)));
        break;
      case 'select':
        wires.push(builder.select(of(op.condition), of(op.a), of(op.b)));
        break;
      case 'table':
        wires.push(builder.table(of(op.a), tables[op.table]!, types[op.a]!.fraction));
        break;
      case 'bitwise':
        wires.push(builder.bitwise(op.operation, of(op.a), of(op.b)));
        break;
      case 'cast':
        wires.push(builder.cast(of(op.a), op.format));
        break;
      default:
        op satisfies never;
    }
    const label = labels[wire];
    if (label !== undefined) builder.label(wires[wire]!, prefix + label);
  }
  return circuit.outputs.map((port) => port.wires.map(of));
}

/**
 * Inline all layers into one circuit; its labels start with the layer's name.
 *
 * `outputs` names the layers that become output ports, in that order. @defaultValue the outputs of the graph
 */
export function flattenGraph(graph: LayerGraph, outputs: readonly string[] = graph.outputs): Circuit {
  const builder = circuitBuilder(graph.name);
  const vectors = new Map<string, readonly Wire[]>();
  for (const input of graph.inputs) vectors.set(input.name, builder.input(input.name, input.formats));
  for (const layer of graph.layers) {
    const inputs = layer.inputs.map((name) => vectors.get(name)!);
    vectors.set(layer.name, inlineCircuit(builder, layer.circuit, inputs, `${layer.name}_`)[0]!);
  }
  for (const name of outputs) {
    const layer = graph.layers.find((candidate) => candidate.name === name);
    if (layer === undefined) {
      throw new ValueError(
        `Graph "${graph.name}" has no layer "${name}"; its layers are ${graph.layers.map((known) => known.name).join(', ')}.`,
      );
    }
    builder.output(name, vectors.get(name)!, layer.circuit.outputs[0]!.formats);
  }
  return builder.build();
}
