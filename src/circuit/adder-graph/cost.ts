/** What an adder graph costs, worked out from the graph alone. */
import type { AdderGraph, AdderGraphCost } from './adder-graph.ts';
import { graphFacts, magnitudeBits } from './graph-facts.ts';

/** Bits of each adder: those of its result above the lowest bit of the shifted operand. */
export function adderWidths(graph: AdderGraph): readonly number[] {
  const { widths } = graphFacts(graph);
  return graph.adders.map(({ shift }, k) => widths[graph.inputs.length + k]! - shift);
}

/** Count what a graph costs. */
export function adderGraphCost(graph: AdderGraph): AdderGraphCost {
  const { ranges, deepest } = graphFacts(graph);
  let adderBits = 0;
  for (const { a, b, shift } of graph.adders) {
    const [p, q] = [ranges[a]!, ranges[b]!];
    adderBits += Math.max(magnitudeBits(p) - shift, magnitudeBits(q)) + (p.lo < 0 || q.lo < 0 ? 1 : 0);
  }
  return {
    adders: graph.adders.length,
    adderBits,
    lutBits: adderWidths(graph).reduce((sum, width) => sum + width, 0),
    depth: deepest,
    negatedOutputs: graph.outputs.filter(({ negative }) => negative).length,
  };
}
