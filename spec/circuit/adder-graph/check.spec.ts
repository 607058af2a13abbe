/** What a graph computes, told from the graph alone. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AdderGraph, checkAdderGraph, optimizeAdders, valueRanges } from '../../../src/circuit/index.ts';
import { MismatchError } from '../../../src/errors.ts';
import { graphOutputs, graphValues, problems, searches, units } from './problems.ts';

/** A graph with one edit: a sign, a shift or an operand of an adder, or a sign, a shift or the value of an output. */
function edited(graph: AdderGraph, place: number, kind: number, by: number): AdderGraph {
  const { inputs, adders, outputs } = graph;
  const k = place % (adders.length + outputs.length);
  if (k >= adders.length) {
    const output = outputs[k - adders.length]!;
    const changed = [
      { ...output, negative: !output.negative },
      { ...output, shift: output.shift + by },
      { ...output, value: (output.value + by) % (inputs.length + adders.length) },
    ][kind % 3]!;
    return { ...graph, outputs: outputs.with(k - adders.length, changed) };
  }
  const adder = adders[k]!;
  const changed = [
    { ...adder, subtract: !adder.subtract },
    { ...adder, shift: adder.shift + by },
    { ...adder, a: (adder.a + by) % (inputs.length + k) },
    { ...adder, b: (adder.b + by) % (inputs.length + k) },
  ][kind % 4]!;
  return { ...graph, adders: adders.with(k, changed) };
}

describe('checkAdderGraph', () => {
  it('fails for every edit that changes a coefficient, and for no other', () => {
    let changes = 0;
    fc.assert(
      fc.property(
        problems,
        searches,
        fc.record({ place: fc.nat(), kind: fc.nat(), by: fc.integer({ min: 1, max: 3 }) }),
        ({ kernel, inputs }, options, { place, kind, by }) => {
          const graph = optimizeAdders(kernel, inputs, { ...options, effort: 0 });
          const other = edited(graph, place, kind, by);
          const isSame = units(inputs.length).every((unit, i) =>
            graphOutputs(other, unit).every((coefficient, j) => coefficient === BigInt(kernel[i]![j]!)),
          );
          if (isSame) expect(() => checkAdderGraph(other, kernel)).not.toThrow();
          else expect(() => checkAdderGraph(other, kernel)).toThrow(MismatchError);
          if (!isSame) changes++;
        },
      ),
      { numRuns: 300 },
    );
    expect(changes).toBeGreaterThan(150);
  });

  it('names the first coefficient that differs', () => {
    const graph = optimizeAdders(
      [[3], [5]],
      [
        { lo: 0, hi: 7 },
        { lo: 0, hi: 7 },
      ],
    );

    expect(() => checkAdderGraph(graph, [[3], [4]])).toThrow(
      new MismatchError('The adder graph multiplies input 1 by 5 in output 0; the kernel says 4.'),
    );
  });

  it('follows inputs beyond those that it follows at once', () => {
    const kernel = Array.from({ length: 130 }, (_, i) => [i + 1]);
    const inputs = kernel.map(() => ({ lo: -1, hi: 1 }));
    const graph = optimizeAdders(kernel, inputs, { effort: 0 });

    expect(() => checkAdderGraph(graph, kernel)).not.toThrow();
    expect(() => checkAdderGraph(graph, kernel.with(129, [7]))).toThrow('multiplies input 129 by 130');
    expect(valueRanges(graph)[graph.outputs[0]!.value]).toEqual({ lo: -8515, hi: 8515 });
  });
});

describe('valueRanges', () => {
  it('are attained at both ends, and never left', () => {
    const few = problems.filter(({ inputs }) => inputs.length <= 5);
    fc.assert(
      fc.property(few, searches, ({ kernel, inputs }, options) => {
        const graph = optimizeAdders(kernel, inputs, { ...options, effort: 0 });
        // A linear form has its extremes at the corners.
        const corners = inputs.reduce<bigint[][]>(
          (some, { lo, hi }) =>
            some.flatMap((corner) => [
              [...corner, BigInt(lo)],
              [...corner, BigInt(hi)],
            ]),
          [[]],
        );
        const values = corners.map((corner) => graphValues(graph, corner));
        valueRanges(graph).forEach(({ lo, hi }, value) => {
          const found = values.map((all) => all[value]!).toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
          expect([BigInt(lo), BigInt(hi)]).toEqual([found[0], found.at(-1)]);
        });
      }),
      { numRuns: 80 },
    );
  });
});
