/** A few events with the interpreter's answers. */
import type { LayerGraph } from '../../circuit/index.ts';
import { rawRange } from '../../fixed/index.ts';
import { interpretGraph } from '../interpreter.ts';

/** Raw codes of all inputs and of all outputs of one event, port after port. */
export interface TestVector {
  readonly inputs: readonly bigint[];
  readonly outputs: readonly bigint[];
}

/** Compute vectors: all lowest codes, all highest, all zero or nearest to it, then arbitrary ones. */
export function testVectors(graph: LayerGraph, count: number): TestVector[] {
  const formats = graph.inputs.flatMap((input) => input.formats);
  const ranges = formats.map(rawRange);
  // A generator of 31 bits (Lehmer, 1951) is arbitrary enough here and the same everywhere.
  let state = 20260417;
  const next = (): bigint => {
    state = Number((BigInt(state) * 48271n) % 2147483647n);
    return BigInt(state);
  };
  return Array.from({ length: count }, (_, k): TestVector => {
    const inputs = ranges.map(({ lo, hi }) => {
      if (k === 0) return lo;
      if (k === 1) return hi;
      if (k === 2) return 0n;
      return lo + (((next() << 31n) | next()) % (hi - lo + 1n));
    });
    let offset = 0;
    const vectors = graph.inputs.map((input) => {
      offset += input.formats.length;
      return inputs.slice(offset - input.formats.length, offset);
    });
    const results = interpretGraph(graph, vectors);
    return { inputs, outputs: graph.outputs.flatMap((name) => results.get(name)!) };
  });
}
