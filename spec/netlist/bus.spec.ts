import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fixed, ufixed } from '../../src/fixed/index.ts';
import { busWidth, packVector, unpackVector } from '../../src/netlist/index.ts';

describe('packVector', () => {
  it('puts element 0 lowest and each element in the bits of its format', () => {
    const formats = [fixed(4, 4), ufixed(3, 3), fixed(8, 2)];
    expect(busWidth(formats)).toBe(15);
    expect(packVector(formats, [-1n, 5n, -128n])).toBe(0b10000000_101_1111n);
    expect(() => packVector(formats, [1n])).toThrow('vector has 1 elements, must have 3');
  });

  it('is undone by unpackVector', () => {
    const element = fc.integer({ min: 1, max: 40 }).chain((width) =>
      fc.boolean().chain((signed) => {
        const size = 1n << BigInt(width - (signed ? 1 : 0));
        const raw = fc.bigInt({ min: signed ? -size : 0n, max: size - 1n });
        return raw.map((code) => ({ format: (signed ? fixed : ufixed)(width, 3), code }));
      }),
    );
    fc.assert(
      fc.property(fc.array(element, { maxLength: 12 }), (elements) => {
        const formats = elements.map(({ format }) => format);
        const codes = elements.map(({ code }) => code);
        expect(unpackVector(formats, packVector(formats, codes))).toEqual(codes);
      }),
      { numRuns: 200 },
    );
  });
});
