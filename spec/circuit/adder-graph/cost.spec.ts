/** What a graph costs, told from the graph alone. */
import { describe, expect, it } from 'vitest';
import { type AdderGraph, adderGraphCost, optimizeAdders } from '../../../src/circuit/index.ts';

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
