/** Reuse factors: which there are, how they cut, and what is said of others. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reuseFactors, splitReuse } from '../../../src/compile/streams/reuse.ts';
import { ValueError } from '../../../src/errors.ts';

const work = fc.record({ terms: fc.integer({ min: 1, max: 60 }), outputs: fc.integer({ min: 1, max: 40 }) });

describe('reuse factors', () => {
  it('cut terms and outputs into equal parts, terms first', () => {
    fc.assert(
      fc.property(work, ({ terms, outputs }) => {
        for (const reuse of reuseFactors({ terms, outputs })) {
          const split = splitReuse('it', reuse, { terms, outputs });
          expect(split.terms * split.outputs).toBe(reuse);
          expect([terms % split.terms, outputs % split.outputs]).toEqual([0, 0]);
          if (terms % reuse === 0) expect(split.outputs).toBe(1);
        }
      }),
    );
  });

  it('are all products of divisors', () => {
    expect(reuseFactors({ terms: 9, outputs: 4 })).toEqual([1, 2, 3, 4, 6, 9, 12, 18, 36]);
    expect(splitReuse('it', 18, { terms: 9, outputs: 4 })).toEqual({ terms: 9, outputs: 2 });
    expect(splitReuse('it', 6, { terms: 9, outputs: 4 })).toEqual({ terms: 3, outputs: 2 });
  });

  it('that do not divide are refused with their neighbours', () => {
    expect(() => splitReuse('conv', 5, { terms: 9, outputs: 4 })).toThrow(ValueError);
    expect(() => splitReuse('conv', 5, { terms: 9, outputs: 4 })).toThrow(
      'Layer "conv" has reuse 5, but it has sums of 9 terms for 4 outputs; the nearest that divide are 4 and 6.',
    );
    expect(() => splitReuse('relu', 100, { terms: 1, outputs: 6 })).toThrow(
      'Layer "relu" has reuse 100, but its parts are 6 elements; the nearest that divides is 6.',
    );
  });
});
