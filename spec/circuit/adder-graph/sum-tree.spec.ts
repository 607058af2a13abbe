/** Sums of terms: exact, as flat as asked, narrow additions first. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addUp } from '../../../src/circuit/adder-graph/sum-tree.ts';
import { startValues, type Term } from '../../../src/circuit/adder-graph/values.ts';

const byte = { lo: -128, hi: 127 };

describe('addUp', () => {
  it('adds all terms within the depth that they need', () => {
    const terms = fc.array(
      fc.record({ value: fc.nat({ max: 4 }), shift: fc.nat({ max: 12 }), negative: fc.boolean() }),
      { minLength: 1, maxLength: 40 },
    );
    fc.assert(
      fc.property(terms, fc.nat({ max: 3 }), (list, spare) => {
        const values = startValues([byte, byte, byte, byte, byte]);
        const depth = Math.ceil(Math.log2(list.length)) + spare;

        const { value, shift, negative } = addUp(values, list, depth)!;

        const expected = [0, 0, 0, 0, 0];
        for (const term of list) expected[term.value]! += (term.negative ? -1 : 1) * 2 ** term.shift;
        const factor = (negative ? -1 : 1) * 2 ** shift;
        const { from, factors } = values.forms[value]!;
        expect(expected.map((_, k) => factor * (factors[k - from] ?? 0) || 0)).toEqual(
          expected.map((weight) => weight || 0),
        );
        expect(values.depth[value]!).toBeLessThanOrEqual(depth);
        expect(values.adders).toHaveLength(list.length - 1);
      }),
      { numRuns: 300 },
    );
  });

  it('adds the terms that reach least high first', () => {
    const values = startValues([byte, byte, byte]);
    const at = (value: number, shift: number): Term => ({ value, shift, negative: false });
    addUp(values, [at(0, 20), at(1, 0), at(2, 1)], 2);

    expect(values.adders[0]).toEqual({ a: 1, b: 2, shift: 1, subtract: false });
  });

  it('gives nothing for nothing, and a single term itself', () => {
    const values = startValues([byte]);
    const term = { value: 0, shift: 3, negative: true };

    expect(addUp(values, [], 3)).toBeNull();
    expect(addUp(values, [term], 0)).toEqual(term);
    expect(values.adders).toEqual([]);
  });
});
