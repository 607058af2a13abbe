import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../src/errors.ts';
import {
  cast,
  fixed,
  fixedValue,
  fractionBits,
  fromText,
  quantizeRaw,
  toText,
  ufixed,
  vendorText,
} from '../../src/fixed/index.ts';
import { formats, values } from './arbitraries.ts';

describe('toText', () => {
  it.each([
    [fixedValue(fixed(8, 3), -51n), '-1.59375', '0b1110.01101', '-0x1.98p0'],
    [fixedValue(fixed(8, 8), 1n), '1', '0b01', '0x1'],
    [fixedValue(fixed(16, 6), 4n), '0.00390625', '0b0.0000000100', '0x0.010p0'],
    [fixedValue(ufixed(10, 12), 50n), '200', '0b011001000', '0x0c8'],
    [fixedValue(fixed(6, -2), -1n), '-0.00390625', '0b0.11111111', '-0x0.01p0'],
    [fixedValue(fixed(4, 2), 0n), '0', '0b0', '0x0'],
    [fixedValue(fixed(4, 2), -8n), '-2', '0b110', '-0x2'],
  ])('writes case %#', (value, ten, two, sixteen) => {
    expect([toText(value), toText(value, 2), toText(value, 16)]).toEqual([ten, two, sixteen]);
  });

  it('reads back as the same raw code in every radix', () => {
    fc.assert(
      fc.property(values(), ({ format: { signed, width, integer }, raw }) => {
        // Radix 2 is a bit pattern, which only a plain wrap reads back.
        const value = { format: { ...ufixed(1, 1), signed, width, integer }, raw };
        expect(fromText(toText(value, 10), value.format)).toEqual(value);
        expect(fromText(toText(value, 16), value.format)).toEqual(value);
        expect(fromText(toText(value, 2), value.format)).toEqual(value);
      }),
      { numRuns: 500 },
    );
  });
});

describe('vendorText', () => {
  it('spells words above 64 integer bits as ap_types does', () => {
    const wide = (raw: bigint): string[] => {
      const value = fixedValue(fixed(128, 64), raw);
      return [vendorText(value, 2), vendorText(value, 16)];
    };
    expect(wide(0n)).toEqual(['0', '0']);
    expect(wide(-31n << 3n)[1]).toBe('-0.00000000000000f8p0');
    expect(wide(0xe4n << 64n)).toEqual(['0b011100100', '0x0E4']);
    expect(wide(0x4n << 64n)[1]).toBe('0x04');
  });

  it('is toText below', () => {
    fc.assert(
      fc.property(values(60), fc.constantFrom(2 as const, 10 as const, 16 as const), (value, radix) => {
        fc.pre(value.format.integer < 64);
        expect(vendorText(value, radix)).toBe(toText(value, radix));
      }),
      { numRuns: 200 },
    );
  });
});

describe('fromText', () => {
  const eight = fixed(16, 8);
  it.each([
    ['1e3', fixed(16, 16), 1000n],
    ['-2.5E-1', eight, -64n],
    ['+.5', eight, 128n],
    ['5.', eight, 1280n],
    [' 0x1.8 ', eight, 384n],
    ['-0X2.4p-1', eight, -288n],
    ['0b10.11', eight, 704n],
    ['0o17.4', eight, 3968n],
    ['1e-99999', fixed(4, 2, { quantization: 'AP_RND_INF' }), 0n],
    ['-1e-99999', fixed(4, 2), -1n],
  ])('reads %j', (text, format, raw) => {
    expect(fromText(text, format).raw).toBe(raw);
  });

  it.each(['', ' ', '.', '-', '1e', '0x', '0b2', '1,5', 'NaN', 'Infinity', '1e1000000', '--1', '0x1e+3'])(
    'rejects %j',
    (text) => {
      expect(() => fromText(text, eight)).toThrow(FormatError);
      expect(() => fromText(text, eight)).toThrow(`is written ${JSON.stringify(text)} but must be decimal`);
    },
  );

  it('rounds the exact decimal once in every mode', () => {
    fc.assert(
      fc.property(
        formats(60),
        fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }),
        fc.nat(14),
        (format, digits, places) => {
          const text = `${digits}e-${places}`;
          // n / 10^p = (n · 2^k / 10^p) · 2^-k; with the odd part 5^p the position between two codes is decided exactly.
          const fraction = fractionBits(format);
          const scale = 2n ** 200n;
          const down = floorOf(digits * scale, 10n ** BigInt(places));
          const exactlyDown = down * 10n ** BigInt(places) === digits * scale;
          const raw = fromText(text, format).raw;
          if (exactlyDown) expect(raw).toBe(cast(down, 200, format));
          else {
            // No code and no tie lies strictly between two neighbours on a grid of 2^-201.
            const between = 2n * down + 1n;
            expect(raw).toBe(cast(between, 201, format));
            expect(quantizeRaw(between, 201 - fraction, 'AP_TRN')).toBe(quantizeRaw(down, 200 - fraction, 'AP_TRN'));
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

function floorOf(n: bigint, d: bigint): bigint {
  const quotient = n / d;
  return n < 0n && quotient * d !== n ? quotient - 1n : quotient;
}
