/** What a graph computes and costs, told from the graph alone. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AdderGraph,
  adderGraphCost,
  checkAdderGraph,
  optimizeAdders,
  valueRanges,
} from '../../../src/circuit/index.ts';
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

describe('adderGraphCost', () => {
  it('counts adders, bits, depth and negations', () => {
    // 5x and 3x − 8y of x in 0 … 7 and y in −4 … 3.
    const graph: AdderGraph = {
      inputs: [
        { lo: 0, hi: 7 },
        { lo: -4, hi: 3 },
      ],
      adders: [
        { a: 0, b: 0, shift: 2, subtract: false },
        { a: 0, b: 0, shift: 1, subtract: false },
        { a: 3, b: 1, shift: 3, subtract: true },
      ],
      outputs: [
        { value: 2, shift: 0, negative: true },
        { value: 4, shift: 1, negative: false },
        { value: -1, shift: 0, negative: false },
      ],
    };

    // Full adders: 3 bits of 4x; 3 of 2x; from bit 3 on the 2 bits of y and a sign.
    // Look-up tables: 35 is 6 bits less 2; 21 is 5 less 1; −24 … 53 is 7 less 3.
    expect(adderGraphCost(graph)).toEqual({ adders: 3, adderBits: 9, lutBits: 12, depth: 2, negatedOutputs: 1 });
  });

  it('is nothing for a graph of wires', () => {
    const graph = optimizeAdders([[1, 0, -2]], [{ lo: -8, hi: 7 }]);

    expect(adderGraphCost(graph)).toEqual({ adders: 0, adderBits: 0, lutBits: 0, depth: 0, negatedOutputs: 1 });
  });
});
