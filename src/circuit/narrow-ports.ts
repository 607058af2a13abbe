/**
 * Ports between layers as narrow as the values that really cross them.
 *
 * Each layer is compiled for the whole range of its input formats. In a graph, what feeds it is known: every layer is
 * replayed with the proven intervals and constants of the one before, which drops bits, and whole operations behind
 * neurons that never fire. Raw codes keep their binary points, and the ports of the graph itself stay as they are.
 */
import { fractionBits } from '../fixed/index.ts';
import type { FixedFormat } from '../fixed/index.ts';
import { circuitBuilder } from './builder.ts';
import type { WireType } from './circuit.ts';
import { inlineCircuit } from './flatten.ts';
import type { GraphLayer, LayerGraph } from './layer-graph.ts';
import { formatOfType } from './wire-type.ts';

/** Replay every layer for the values that it can get; outputs of the graph keep their formats. */
export function withNarrowPorts(graph: LayerGraph): LayerGraph {
  const known = new Map<string, readonly WireType[]>();
  const layers = graph.layers.map((layer): GraphLayer => {
    const { circuit } = layer;
    const builder = circuitBuilder(circuit.name);
    const inputs = circuit.inputs.map((port, k) => {
      const types = known.get(layer.inputs[k]!);
      if (types === undefined) return builder.input(port.name, port.formats);
      const wires = builder.input(port.name, types.map(formatOfType));
      // A constant needs no wire from the layer before, which may then leave it out.
      return wires.map((wire, e) => {
        const { lo, hi, fraction } = types[e]!;
        return lo === hi ? builder.constant(lo, fraction) : wire;
      });
    });
    const results = inlineCircuit(builder, circuit, inputs);
    const isOutput = graph.outputs.includes(layer.name);
    circuit.outputs.forEach((port, o) => {
      const wires = results[o]!.map((wire, e) => builder.align(wire, fractionBits(port.formats[e]!)));
      const types = wires.map((wire) => builder.typeOf(wire));
      const formats: readonly FixedFormat[] = isOutput ? port.formats : types.map(formatOfType);
      builder.output(port.name, wires, formats);
      if (!isOutput && o === 0) known.set(layer.name, types);
    });
    return { ...layer, circuit: builder.build() };
  });
  return { ...graph, layers };
}
