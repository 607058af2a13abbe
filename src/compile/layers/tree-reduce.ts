/** Reductions of a vector by a balanced tree, in the order of hls4ml's `reduce`. */
import type { CircuitBuilder, Wire } from '../../circuit/index.ts';

/** Reduce with a tree that splits at the largest power of two below the length, as hls4ml's `reduce` does. */
export function treeReduce(wires: readonly Wire[], combine: (a: Wire, b: Wire) => Wire): Wire {
  if (wires.length === 1) return wires[0]!;
  let split = 1;
  while (split * 2 < wires.length) split *= 2;
  return combine(treeReduce(wires.slice(0, split), combine), treeReduce(wires.slice(split), combine));
}

/** The largest of some wires. */
export function maximumOf(builder: CircuitBuilder, wires: readonly Wire[]): Wire {
  return treeReduce(wires, (a, b) => builder.select(builder.compare('lt', a, b), b, a));
}
