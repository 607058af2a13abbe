/**
 * Elements of layer outputs that nothing reads: neurons whose weights in the next layer are all pruned away.
 *
 * They belong to the model, so a layer graph keeps them and emulation computes them; hardware need not. A graph
 * without them has the same ports and the same outputs, with 0 in the place of every element that is not built.
 */
import type { Circuit, Op } from './circuit.ts';
import { eliminateDeadCode } from './dead-code.ts';
import { operandsOf } from './interval.ts';
import type { GraphLayer, LayerGraph } from './layer-graph.ts';

/** Tell for every layer which elements of its output are read, directly or on the way to an output of the graph. */
export function readElements(graph: LayerGraph): ReadonlyMap<string, readonly boolean[]> {
  return new Map(pruneBackwards(graph).map(({ layer, read }) => [layer.name, read]));
}

/** Give the graph that hardware is built from: unread elements are constant 0, and what only they needed is gone. */
export function withoutUnreadElements(graph: LayerGraph): LayerGraph {
  return { ...graph, layers: pruneBackwards(graph).map(({ layer }) => layer) };
}

/** From the last layer to the first: what a layer reads is known when its own output has been pruned. */
function pruneBackwards(graph: LayerGraph): { layer: GraphLayer; read: readonly boolean[] }[] {
  const reads = new Map<string, boolean[]>();
  const pruned: { layer: GraphLayer; read: readonly boolean[] }[] = [];
  for (const layer of graph.layers.toReversed()) {
    const output = layer.circuit.outputs[0]!;
    const isOutput = graph.outputs.includes(layer.name);
    const read = isOutput ? output.wires.map(() => true) : (reads.get(layer.name) ?? output.wires.map(() => false));
    const circuit = read.every(Boolean) ? layer.circuit : zeroUnread(layer.circuit, read);
    pruned.push({ layer: { ...layer, circuit }, read });
    readInputs(circuit).forEach((elements, port) => {
      const source = layer.inputs[port]!;
      const known = reads.get(source);
      reads.set(source, known === undefined ? elements : known.map((is, k) => is || elements[k]!));
    });
  }
  return pruned.toReversed();
}

/** Put the constant 0 in the place of unread output elements. */
function zeroUnread(circuit: Circuit, read: readonly boolean[]): Circuit {
  const ops: Op[] = [...circuit.ops];
  const types = [...circuit.types];
  const [output, ...others] = circuit.outputs;
  const zeros = new Map<number, number>();
  const zero = (fraction: number): number => {
    const known = zeros.get(fraction);
    if (known !== undefined) return known;
    types.push({ lo: 0n, hi: 0n, fraction });
    const wire = ops.push({ kind: 'constant' }) - 1;
    zeros.set(fraction, wire);
    return wire;
  };
  const wires = output!.wires.map((wire, k) => (read[k]! ? wire : zero(circuit.types[wire]!.fraction)));
  return eliminateDeadCode({ ...circuit, ops, types, outputs: [{ ...output!, wires }, ...others] });
}

/** Per input port, which elements some operation or output reads. */
function readInputs({ ops, inputs, outputs }: Circuit): boolean[][] {
  const isRead = new Uint8Array(ops.length);
  for (const op of ops) for (const operand of operandsOf(op)) isRead[operand] = 1;
  for (const { wires } of outputs) for (const wire of wires) isRead[wire] = 1;
  return inputs.map(({ wires }) => wires.map((wire) => isRead[wire] === 1));
}
