import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fixed, ufixed } from '../../../src/fixed/index.ts';
import { beatsToSample, sampleToBeats } from '../../../src/netlist/index.ts';

const type = {
  formats: [fixed(5, 3), ufixed(3, 3)],
  elements: [
    [0, 3],
    [2, 1],
  ],
};

describe('beats of a sample', () => {
  it('hold the elements that the type names, the first lowest, in two’s complement', () => {
    expect(sampleToBeats(type, [-1n, 2n, 3n, 7n])).toEqual([0b111_11111n, 0b010_00011n]);
  });

  it('give the sample back', () => {
    const signed = fc.bigInt({ min: -16n, max: 15n });
    const unsigned = fc.bigInt({ min: 0n, max: 7n });
    fc.assert(
      fc.property(fc.tuple(signed, unsigned, signed, unsigned), (codes) => {
        expect(beatsToSample(type, sampleToBeats(type, codes))).toEqual(codes);
      }),
    );
  });

  it('must be as many as the type has', () => {
    expect(() => sampleToBeats(type, [1n])).toThrow('sample has 1 codes, must have 4');
    expect(() => beatsToSample(type, [1n])).toThrow('sample has 1 beats, must have 2');
  });
});
