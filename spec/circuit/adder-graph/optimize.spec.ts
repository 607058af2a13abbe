/** Adder graphs for any matrix: they are the matrix, keep to the depth, and are never worse for a longer search. */
import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adderGraphCost, checkAdderGraph, optimizeAdders } from '../../../src/circuit/index.ts';
import { ShapeError, UnsupportedError, ValueError } from '../../../src/errors.ts';
import { graphOutputs, leastDepth, problems, searches, units } from './problems.ts';

const bits = { lo: -128, hi: 127 };

describe('optimizeAdders', () => {
  it('gives a graph that is the kernel, in order, within its depth', () => {
    fc.assert(
      fc.property(problems, searches, ({ kernel, inputs }, options) => {
        const graph = optimizeAdders(kernel, inputs, options);

        units(inputs.length).forEach((unit, i) => {
          expect(graphOutputs(graph, unit)).toEqual(kernel[i]!.map(BigInt));
        });
        graph.adders.forEach(({ a, b, shift }, k) => {
          expect(shift).toBeGreaterThanOrEqual(0);
          expect(Math.min(a, b)).toBeGreaterThanOrEqual(0);
          expect(Math.max(a, b)).toBeLessThan(inputs.length + k);
        });
        expect(graph.inputs).toEqual(inputs);
        expect(graph.outputs).toHaveLength(kernel[0]!.length);
        for (const { shift } of graph.outputs) expect(shift).toBeGreaterThanOrEqual(0);
        expect(adderGraphCost(graph).depth).toBeLessThanOrEqual(leastDepth(kernel) + options.extraDepth);
        expect(() => checkAdderGraph(graph, kernel)).not.toThrow();
      }),
      { numRuns: 150 },
    );
  });

  it('gives the same graph again', () => {
    fc.assert(
      fc.property(problems, searches, ({ kernel, inputs }, options) => {
        expect(optimizeAdders(kernel, inputs, options)).toEqual(optimizeAdders(kernel, inputs, options));
      }),
      { numRuns: 40 },
    );
  });

  it('has no adder that nothing reads', () => {
    fc.assert(
      fc.property(problems, searches, ({ kernel, inputs }, options) => {
        const { adders, outputs } = optimizeAdders(kernel, inputs, options);
        const read = new Set([...adders.flatMap(({ a, b }) => [a, b]), ...outputs.map(({ value }) => value)]);
        adders.forEach((_, k) => expect(read.has(inputs.length + k)).toBe(true));
      }),
      { numRuns: 60 },
    );
  });

  it('costs no more for a longer search', () => {
    fc.assert(
      fc.property(problems, fc.constantFrom(0, 2, Infinity), ({ kernel, inputs }, extraDepth) => {
        const [short, long] = [0, 1].map((effort) =>
          adderGraphCost(optimizeAdders(kernel, inputs, { extraDepth, effort })),
        );
        expect(long!.lutBits).toBeLessThanOrEqual(short!.lutBits);
      }),
      { numRuns: 60 },
    );
  });

  it('needs no adder for columns of zeros, single powers of two and multiples of others', () => {
    const graph = optimizeAdders([[0, 4, -8, 3, -3, 12]], [bits]);

    expect(graph.adders).toEqual([{ a: 0, b: 0, shift: 2, subtract: true }]);
    expect(graph.outputs[0]).toEqual({ value: -1, shift: 0, negative: false });
    expect(graph.outputs.slice(1, 3)).toEqual([
      { value: 0, shift: 2, negative: false },
      { value: 0, shift: 3, negative: true },
    ]);
  });

  it('keeps to the least depth where it is asked to, and shares more where it may be deeper', () => {
    const kernel = Array.from({ length: 8 }, (_, i) =>
      Array.from({ length: 8 }, (_unused, j) => ((i * 37 + j * 91) % 127) - 63),
    );
    const inputs = kernel.map(() => bits);
    const [flat, deep] = [0, Infinity].map((extraDepth) =>
      adderGraphCost(optimizeAdders(kernel, inputs, { extraDepth })),
    );

    expect(flat!.depth).toBe(leastDepth(kernel));
    expect(deep!.adderBits).toBeLessThan(flat!.adderBits);
  });

  it('takes matrices of many columns and of long sums', () => {
    const wide = [Array.from({ length: 300 }, (_, j) => j - 150), Array.from({ length: 300 }, (_, j) => (j * j) % 97)];
    const long = Array.from({ length: 400 }, (_, i) => [((i * 7919) % 31) - 15]);
    for (const kernel of [wide, long]) {
      const graph = optimizeAdders(
        kernel,
        kernel.map(() => bits),
        { effort: 0, extraDepth: 1 },
      );
      expect(() => checkAdderGraph(graph, kernel)).not.toThrow();
      expect(adderGraphCost(graph).depth).toBeLessThanOrEqual(leastDepth(kernel) + 1);
    }
  });

  const mistakes: readonly (readonly [string, () => unknown, unknown])[] = [
    [
      'no rows',
      () => optimizeAdders([], []),
      new ShapeError('A kernel of 0 rows has 0 inputs; it needs one per row, at least 1.'),
    ],
    [
      'rows without inputs',
      () => optimizeAdders([[1], [2]], [bits]),
      new ShapeError('A kernel of 2 rows has 1 inputs; it needs one per row, at least 1.'),
    ],
    [
      'rows of unequal length',
      () => optimizeAdders([[1, 2], [3]], [bits, bits]),
      new ShapeError('Row 1 of the kernel has 1 columns, the first 2.'),
    ],
    [
      'a range in disorder',
      () => optimizeAdders([[1]], [{ lo: 2, hi: 1 }]),
      new ValueError('Input 0 has the range 2 to 1; it must be two integers in order.'),
    ],
    [
      'a range between integers',
      () => optimizeAdders([[1]], [{ lo: 0.5, hi: 1 }]),
      new ValueError('Input 0 has the range 0.5 to 1; it must be two integers in order.'),
    ],
    [
      'a weight between integers',
      () => optimizeAdders([[1.5]], [bits]),
      new ValueError('kernel[0][0] is 1.5, must be an integer below 2^53 in magnitude.'),
    ],
    [
      'no number',
      () => optimizeAdders([[1, NaN]], [bits]),
      new ValueError('kernel[0][1] is NaN, must be an integer below 2^53 in magnitude.'),
    ],
    [
      'sums beyond 2^51',
      () => optimizeAdders([[1, 2 ** 45]], [bits]),
      new UnsupportedError(`Output 1 of the kernel can reach ${2 ** 52}; adder graphs go up to 2^51.`),
    ],
    [
      'a depth below 0',
      () => optimizeAdders([[1]], [bits], { extraDepth: -1 }),
      new ValueError('extraDepth is -1, must be an integer of at least 0 or Infinity.'),
    ],
    [
      'half a level',
      () => optimizeAdders([[1]], [bits], { extraDepth: 0.5 }),
      new ValueError('extraDepth is 0.5, must be an integer of at least 0 or Infinity.'),
    ],
    [
      'an effort below 0',
      () => optimizeAdders([[1]], [bits], { effort: -1 }),
      new ValueError('effort is -1, must be at least 0.'),
    ],
    [
      'endless effort',
      () => optimizeAdders([[1]], [bits], { effort: Infinity }),
      new ValueError('effort is Infinity, must be at least 0.'),
    ],
  ];
  it.each(mistakes)('refuses %s', (_, make, error) => expect(make).toThrow(error as Error));
});

describe('beside da4ml', () => {
  interface Matrix {
    readonly id: string;
    readonly inputLo: number;
    readonly inputHi: number;
    readonly kernel: readonly (readonly number[])[];
  }
  const matrices = JSON.parse(readFileSync('fixtures/cmvm/matrices.json', 'utf8')) as Matrix[];
  const reference = JSON.parse(readFileSync('fixtures/cmvm/da4ml.json', 'utf8')) as {
    readonly results: readonly (Readonly<Record<string, { readonly cost: number }>> & { readonly id: unknown })[];
  };

  it.each([
    ['default_a1', Infinity],
    ['dc2_a1', 2],
    ['dc0_a1', 0],
  ] as const)(
    'in setting %s needs a twentieth fewer adder bits in total, and no more on nine matrices of ten',
    (setting, extraDepth) => {
      let [ours, theirs, compared, notAbove] = [0, 0, 0, 0];
      for (const { id, kernel, inputLo: lo, inputHi: hi } of matrices) {
        const cost = reference.results.find((one) => one.id === id)?.[setting]?.cost;
        if (cost === undefined) continue;
        const { adderBits } = adderGraphCost(
          optimizeAdders(
            kernel,
            kernel.map(() => ({ lo, hi })),
            { extraDepth },
          ),
        );
        ours += adderBits;
        theirs += cost;
        compared += 1;
        if (adderBits <= cost) notAbove += 1;
      }

      expect(compared).toBeGreaterThanOrEqual(20);
      expect(ours / theirs).toBeLessThanOrEqual(0.95);
      expect(notAbove / compared).toBeGreaterThanOrEqual(0.9);
    },
    60_000,
  );
});
