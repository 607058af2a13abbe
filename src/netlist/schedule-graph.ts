/**
 * The operations of all layers of a graph as one list of nodes, as scheduling sees them.
 *
 * Nodes stand in topological order: layer by layer, wire by wire. A layer's input element is a node of its own, fed by
 * the producing layer's output element, because each module delays what it receives by itself. `scale` only moves the
 * binary point and a complement is part of the look-up tables behind it, so they are no nodes: their users read the wire
 * below them.
 */
import { complementOf, operandsOf, widthOf } from '../circuit/index.ts';
import type { LayerGraph, Wire } from '../circuit/index.ts';
import type { DelayModel } from './delay-model.ts';

/** One operation of one layer. */
export interface ScheduleNode {
  /** Number of the layer in the graph. */
  readonly layer: number;
  readonly wire: Wire;
  readonly delayNs: number;
  /** Bits that one register stage of this value costs; 0 for constants. */
  readonly bits: number;
  /** Nodes it reads, each once, without constants. */
  readonly operands: readonly number[];
  /** Layer whose output stage fixes the stage of this node: set for inputs of layers fed by layers, −1 for graph inputs. */
  readonly pinnedTo?: number;
}

/** All nodes with their users. */
export interface ScheduleNodes {
  readonly nodes: readonly ScheduleNode[];
  readonly consumers: readonly (readonly number[])[];
  /** nodeOf[layer][wire]; −1 for constants. */
  readonly nodeOf: readonly (readonly number[])[];
  /** Nodes of the output elements of each layer, without constants. */
  readonly outputNodes: readonly (readonly number[])[];
  /** Whether a node is an output element of its layer. */
  readonly isOutput: readonly boolean[];
}

/** List the operations of a graph with their delays. */
export function scheduleNodes(graph: LayerGraph, delay: DelayModel): ScheduleNodes {
  const nodes: ScheduleNode[] = [];
  const nodeOf: number[][] = [];
  const outputNodes: number[][] = [];
  const layerNumbers = new Map(graph.layers.map((layer, k) => [layer.name, k]));
  graph.layers.forEach(({ circuit, inputs }, layer) => {
    const own: number[] = [];
    circuit.ops.forEach((op, wire) => {
      if (op.kind === 'constant') return own.push(-1);
      if (op.kind === 'scale') return own.push(own[op.a]!);
      const inverted = complementOf(circuit, wire);
      if (inverted !== undefined) return own.push(own[inverted]!);
      const producer = op.kind === 'input' ? (layerNumbers.get(inputs[op.port]!) ?? -1) : undefined;
      const feeding =
        op.kind === 'input'
          ? producer === -1
            ? []
            : [nodeOf[producer!]![graph.layers[producer!]!.circuit.outputs[0]!.wires[op.index]!]!]
          : operandsOf(op).map((operand) => own[operand]!);
      nodes.push({
        layer,
        wire,
        delayNs: op.kind === 'input' ? 0 : delay.delayNs(circuit, wire),
        bits: widthOf(circuit.types[wire]!),
        operands: [...new Set(feeding)].filter((node) => node >= 0),
        ...(producer === undefined ? {} : { pinnedTo: producer }),
      });
      return own.push(nodes.length - 1);
    });
    nodeOf.push(own);
    outputNodes.push([...new Set(circuit.outputs[0]!.wires.map((wire) => own[wire]!))].filter((node) => node >= 0));
  });
  const consumers: number[][] = nodes.map(() => []);
  nodes.forEach((node, number) => node.operands.forEach((operand) => consumers[operand]!.push(number)));
  const isOutput = nodes.map(() => false);
  for (const list of outputNodes) for (const node of list) isOutput[node] = true;
  return { nodes, consumers, nodeOf, outputNodes, isOutput };
}
