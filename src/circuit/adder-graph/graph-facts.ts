/** What placing constants needs to know of an adder graph, worked out once for each. */
import type { AdderGraph } from './adder-graph.ts';
import { valueRanges } from './check.ts';

export interface GraphFacts {
  /** How often each value is read, by adders and outputs. */
  readonly readers: Int32Array;
  /** Adders between an input and each value. */
  readonly depth: Int32Array;
  /** Bits of each value, its sign included. */
  readonly widths: Int32Array;
  /** Depth of the deepest output. */
  readonly deepest: number;
}

const known = new WeakMap<AdderGraph, GraphFacts>();

/** Return the facts of a graph. */
export function graphFacts(graph: AdderGraph): GraphFacts {
  const facts = known.get(graph) ?? collect(graph);
  known.set(graph, facts);
  return facts;
}

function collect(graph: AdderGraph): GraphFacts {
  const { inputs, adders, outputs } = graph;
  const count = inputs.length + adders.length;
  const readers = new Int32Array(count);
  const depth = new Int32Array(count);
  adders.forEach(({ a, b }, k) => {
    readers[a]! += 1;
    readers[b]! += 1;
    depth[inputs.length + k] = Math.max(depth[a]!, depth[b]!) + 1;
  });
  let deepest = 0;
  for (const { value } of outputs) {
    if (value < 0) continue;
    readers[value]! += 1;
    deepest = Math.max(deepest, depth[value]!);
  }
  const widths = Int32Array.from(
    valueRanges(graph),
    ({ lo, hi }) => Math.ceil(Math.log2(Math.max(hi + 1, -lo, 1))) + (lo < 0 ? 1 : 0),
  );
  return { readers, depth, widths, deepest };
}
