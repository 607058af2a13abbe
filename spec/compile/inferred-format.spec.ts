/** hls4ml's rules for `auto`, on formats worked out by hand from its passes/infer_precision.py. */
import { describe, expect, it } from 'vitest';
import {
  affineFormat,
  averageFormat,
  concatenateFormat,
  constantFormat,
  mergeFormat,
  weightedSumFormat,
} from '../../src/compile/inferred-format.ts';
import { fixed, formatText, parseFormat, ufixed } from '../../src/fixed/index.ts';

describe('inferred formats', () => {
  it.each([
    ['ap_fixed<16,6>', 'ap_fixed<16,6>', 'ap_fixed<16,6>', 16, 'ap_fixed<37,17>'],
    // Nothing but the bias has a sign, so the sum makes room for it.
    ['ap_ufixed<4,2>', 'ap_ufixed<4,2>', 'ap_fixed<4,2>', 4, 'ap_fixed<12,8>'],
    ['ap_fixed<4,2>', 'ap_ufixed<4,2>', 'ap_ufixed<12,8>', 4, 'ap_fixed<14,10>'],
  ])('sum of %s times %s plus %s over %d', (input, weight, bias, terms, expected) => {
    const format = weightedSumFormat(parseFormat(input), parseFormat(weight), parseFormat(bias), terms);
    expect(formatText(format)).toBe(formatText(parseFormat(expected)));
  });

  it('gives a scale and offset the exact type', () => {
    expect(affineFormat(fixed(8, 3), fixed(6, 2), ufixed(10, 7))).toEqual(fixed(18, 9));
  });

  it('widens averages on both ends', () => {
    expect(averageFormat(ufixed(8, 4), 9)).toEqual(ufixed(16, 8));
  });

  it.each([
    ['add', fixed(8, 3), ufixed(8, 4), fixed(11, 6)],
    ['subtract', ufixed(8, 4), ufixed(8, 4), fixed(9, 5)],
    ['average', ufixed(8, 4), ufixed(8, 4), ufixed(9, 5)],
    ['multiply', fixed(8, 3), ufixed(6, 0), fixed(14, 3)],
    ['maximum', fixed(8, 3), ufixed(8, 4), fixed(10, 5)],
    [
      'minimum',
      fixed(8, 3, { overflow: 'AP_SAT' }),
      fixed(8, 3, { overflow: 'AP_SAT' }),
      fixed(8, 3, { overflow: 'AP_SAT' }),
    ],
  ])('merges by %s', (operation, a, b, expected) => {
    expect(mergeFormat(operation, a, b)).toEqual(expected);
  });

  it('keeps the first special modes of a concatenation', () => {
    const rounded = ufixed(8, 4, { quantization: 'AP_RND', overflow: 'AP_SAT' });
    expect(concatenateFormat(fixed(8, 3), rounded)).toEqual(
      fixed(10, 5, { quantization: 'AP_RND', overflow: 'AP_SAT' }),
    );
    expect(concatenateFormat(rounded, rounded)).toBe(rounded);
  });

  it.each([
    [0, ufixed(1, 1)],
    [1, ufixed(1, 1)],
    [0.5, ufixed(1, 0)],
    [6, ufixed(2, 3)],
    [0.3, ufixed(8, -1)],
    [-0.75, fixed(3, 1)],
    [-1, fixed(1, 1)],
  ])('finds the bits of %d', (value, expected) => {
    expect(constantFormat(value)).toEqual(expected);
  });
});
