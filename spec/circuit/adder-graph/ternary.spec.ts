/** Pairs of additions in one carry chain, against every possible choice. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AdderGraph,
  adderGraphCost,
  adderWidths,
  optimizeAdders,
  ternaryAdders,
} from '../../../src/circuit/index.ts';

const kernels = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 })).chain(([rows, columns]) =>
  fc.array(fc.array(fc.integer({ min: -20, max: 20 }), { minLength: columns, maxLength: columns }), {
    minLength: rows,
    maxLength: rows,
  }),
);
const graphs = kernels.map((kernel) =>
  optimizeAdders(
    kernel,
    kernel.map(() => ({ lo: -8, hi: 7 })),
    { effort: 0 },
  ),
);

/** The reader of each adder, if it is read once and by an adder. */
function onlyReaders({ inputs, adders, outputs }: AdderGraph): (number | undefined)[] {
  return adders.map((_, k) => {
    const value = inputs.length + k;
    const readers = adders.flatMap(({ a, b }, r) => [a, b].filter((operand) => operand === value).map(() => r));
    const isOutput = outputs.some((output) => output.value === value);
    return readers.length === 1 && !isOutput ? readers[0] : undefined;
  });
}

/** Most bits that any choice of pairs saves. */
function mostSaved(readers: readonly (number | undefined)[], widths: readonly number[]): number {
  const visit = (k: number, used: ReadonlySet<number>): number => {
    if (k === readers.length) return 0;
    const without = visit(k + 1, used);
    const reader = readers[k];
    if (reader === undefined || used.has(k) || used.has(reader)) return without;
    return Math.max(without, widths[k]! + visit(k + 1, new Set([...used, k, reader])));
  };
  return visit(0, new Set());
}

describe('ternaryAdders', () => {
  it('saves as many bits as the best choice of pairs, and each adder is part of one pair at most', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        fc.pre(graph.adders.length <= 14);
        const widths = adderWidths(graph);
        const readers = onlyReaders(graph);

        const { absorbed, lutBits } = ternaryAdders(graph);

        const all = widths.reduce((sum, width) => sum + width, 0);
        expect(all).toBe(adderGraphCost(graph).lutBits);
        expect(all - lutBits).toBe(mostSaved(readers, widths));
        const pairs = absorbed.flatMap((k) => [k, readers[k]!]);
        expect(new Set(pairs).size).toBe(pairs.length);
      }),
      { numRuns: 60 },
    );
  });
});
