/** What costs, constants and ternary adders need to know of an adder graph, worked out once for each. */
import type { AdderGraph, InputRange } from './adder-graph.ts';
import { valueRanges } from './check.ts';

export interface GraphFacts {
  /** How often each value is read, by adders and outputs. */
  readonly readers: Int32Array;
  /** Adders between an input and each value. */
  readonly depth: Int32Array;
  /** Exact range of each value. */
  readonly ranges: readonly InputRange[];
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
  const ranges = valueRanges(graph);
  const widths = Int32Array.from(ranges, (range) => magnitudeBits(range) + (range.lo < 0 ? 1 : 0));
  return { readers, depth, ranges, widths, deepest };
}

/** Bits of a range without its sign. */
export function magnitudeBits({ lo, hi }: InputRange): number {
  let bits = 0;
  for (let reach = Math.max(hi, -lo - 1); reach >= 1; reach = Math.floor(reach / 2)) bits += 1;
  return bits;
}
