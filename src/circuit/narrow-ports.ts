/**
 * Ports between layers as narrow as the values that really cross them.
 *
 * Each layer is compiled for the whole range of its input formats. In a graph, what feeds it is known: every layer is
 * replayed with the proven intervals and constants of the one before, which drops bits, and whole operations behind
 * neurons that never fire; sums take the ranges of their linear forms. Raw codes keep their binary points, and the ports of the graph itself stay as they are.
 */
import { fractionBits } from '../fixed/index.ts';
import { circuitBuilder } from './builder.ts';
import type { WireType } from './circuit.ts';
import { inlineCircuit } from './flatten.ts';
import type { GraphLayer, LayerGraph } from './layer-graph.ts';
import { withLinearRanges } from './linear-ranges.ts';
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
    circuit.outputs.forEach((port, o) => {
      builder.output(
        port.name,
        results[o]!.map((wire, e) => builder.align(wire, fractionBits(port.formats[e]!))),
        port.formats,
      );
    });
    const narrow = withLinearRanges(builder.build());
    if (graph.outputs.includes(layer.name)) return { ...layer, circuit: narrow };
    const outputs = narrow.outputs.map((port) => ({
      ...port,
      formats: port.wires.map((wire) => formatOfType(narrow.types[wire]!)),
    }));
    known.set(
      layer.name,
      narrow.outputs[0]!.wires.map((wire) => narrow.types[wire]!),
    );
    return { ...layer, circuit: { ...narrow, outputs } };
  });
  return { ...graph, layers };
}
