import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RESERVED_WORDS, identifier, isIdentifier, uniqueIdentifier } from '../../src/netlist/index.ts';

describe('identifier', () => {
  it('makes a valid identifier of any text and leaves valid ones alone', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constantFrom(...RESERVED_WORDS)), (text) => {
        const name = identifier(text);
        expect(isIdentifier(name)).toBe(true);
        expect(identifier(name)).toBe(name);
      }),
      { numRuns: 500 },
    );
  });

  it('knows words of both language modes', () => {
    expect(['wire', 'reg', 'logic', 'bit', 'small', 'checker', 'with'].filter(isIdentifier)).toEqual([]);
    expect(identifier('dense/1:relu')).toBe('dense_1_relu');
    expect(identifier('')).toBe('n');
  });
});

describe('uniqueIdentifier', () => {
  it('never gives a name twice, even where numbered names are asked for', () => {
    const taken = new Set<string>();
    const names = ['a', 'a_2', 'a', 'a', 'a_2'].map((text) => uniqueIdentifier(text, taken));
    expect(names).toEqual(['a', 'a_2', 'a_3', 'a_4', 'a_2_2']);
  });
});
