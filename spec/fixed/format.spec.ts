import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ValueError } from '../../src/errors.ts';
import {
  exactFormat,
  fixed,
  fixedValue,
  formatText,
  fractionBits,
  holdsRaw,
  rawRange,
  sameFormat,
  ufixed,
} from '../../src/fixed/index.ts';
import { formats } from './arbitraries.ts';

describe('formats', () => {
  it('have the defaults of ap_fixed', () => {
    expect(fixed(16, 6)).toEqual({
      signed: true,
      width: 16,
      integer: 6,
      quantization: 'AP_TRN',
      overflow: 'AP_WRAP',
      saturationBits: 0,
    });
    expect(ufixed(8, 3, { overflow: 'AP_SAT' }).overflow).toBe('AP_SAT');
  });

  it('have 2^W codes around their sign', () => {
    expect(rawRange(fixed(1, 1))).toEqual({ lo: -1n, hi: 0n });
    expect(rawRange(ufixed(8, 20))).toEqual({ lo: 0n, hi: 255n });
    expect(fractionBits(ufixed(8, 20))).toBe(-12);
    expect(fractionBits(fixed(6, -2))).toBe(8);
    fc.assert(
      fc.property(formats(), (format) => {
        const { lo, hi } = rawRange(format);
        expect(hi - lo).toBe(2n ** BigInt(format.width) - 1n);
        expect([lo - 1n, lo, hi, hi + 1n].map((raw) => holdsRaw(format, raw))).toEqual([false, true, true, false]);
      }),
      { numRuns: 200 },
    );
  });

  it('are compared by all their parts', () => {
    const base = exactFormat(true, 8, 3);
    expect(sameFormat(base, fixed(8, 3))).toBe(true);
    for (const other of [
      ufixed(8, 3),
      fixed(9, 3),
      fixed(8, 4),
      fixed(8, 3, { quantization: 'AP_RND' }),
      fixed(8, 3, { overflow: 'AP_SAT' }),
      fixed(8, 3, { saturationBits: 1 }),
    ]) {
      expect(sameFormat(base, other)).toBe(false);
    }
  });

  it('are written without trailing defaults', () => {
    expect(formatText(fixed(16, 6))).toBe('ap_fixed<16,6>');
    expect(formatText(ufixed(8, 0, { overflow: 'AP_SAT' }))).toBe('ap_ufixed<8,0,AP_TRN,AP_SAT>');
    expect(formatText(fixed(8, 3, { saturationBits: 2 }))).toBe('ap_fixed<8,3,AP_TRN,AP_WRAP,2>');
  });

  it.each([
    [() => fixed(0, 0), 'the width of ap_fixed is 0 but must be an integer in 1 … 4096'],
    [() => ufixed(4097, 0), 'the width of ap_ufixed is 4097 but must be an integer in 1 … 4096'],
    [() => fixed(8.5, 0), 'the width of ap_fixed is 8.5 but must be an integer in 1 … 4096'],
    [() => fixed(8, Number.NaN), 'the integer part of ap_fixed has NaN bits but must be an integer in -65536 … 65536'],
    [
      () => ufixed(8, 0, { overflow: 'AP_WRAP_SM' }),
      'the overflow mode of ap_ufixed is AP_WRAP_SM, which needs a sign bit, but must be one of AP_SAT, AP_SAT_ZERO, AP_SAT_SYM, AP_WRAP',
    ],
    [
      () => fixed(8, 0, { saturationBits: 9 }),
      'the number of saturation bits of ap_fixed is 9 but must be an integer in 0 … 8 (the width)',
    ],
    [() => fixedValue(fixed(4, 2), 8n), 'a raw code of ap_fixed<4,2> is 8 but must be in -8 … 7'],
  ])('reject wrong parameters (%#)', (make, message) => {
    expect(make).toThrow(new ValueError(message));
  });
});
