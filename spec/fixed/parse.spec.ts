import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../src/errors.ts';
import { fixed, formatText, parseFormat, ufixed } from '../../src/fixed/index.ts';
import { formats } from './arbitraries.ts';

describe('parseFormat', () => {
  it.each([
    ['ap_fixed<16,6>', fixed(16, 6)],
    ['fixed<16,6>', fixed(16, 6)],
    [
      ' ap_ufixed < 8 , -2 , AP_RND_CONV , AP_SAT > ',
      ufixed(8, -2, { quantization: 'AP_RND_CONV', overflow: 'AP_SAT' }),
    ],
    ['ufixed<8,0,RND,SAT,0>', ufixed(8, 0, { quantization: 'AP_RND', overflow: 'AP_SAT' })],
    ['ap_fixed<8,3,TRN,WRAP_SM,2>', fixed(8, 3, { overflow: 'AP_WRAP_SM', saturationBits: 2 })],
    ['ap_int<7>', fixed(7, 7)],
    ['uint<1>', ufixed(1, 1)],
    ['ap_fixed<4096,-65536>', fixed(4096, -65536)],
  ])('reads %s', (text, format) => {
    expect(parseFormat(text)).toEqual(format);
  });

  it('is the inverse of formatText', () => {
    fc.assert(
      fc.property(formats(4096), (format) => {
        expect(parseFormat(formatText(format))).toEqual(format);
      }),
      { numRuns: 1000 },
    );
  });

  const types = 'a type name (ap_fixed, ap_ufixed, fixed, ufixed, ap_int, ap_uint, int, uint)';
  const quantizations = 'AP_RND, AP_RND_ZERO, AP_RND_MIN_INF, AP_RND_INF, AP_RND_CONV, AP_TRN, AP_TRN_ZERO';
  it.each([
    ['', 'a format text is empty but must be of the form ap_fixed<W,I>, ap_ufixed<W,I>, ap_int<W> or ap_uint<W>'],
    ['ap_fixed<0,6>', '10: the width of ap_fixed is 0 but must be an integer in 1 … 4096'],
    ['ap_fixed<5000,6>', '10: the width of ap_fixed is 5000 but must be an integer in 1 … 4096'],
    ['<16,6', `1: found "<" but expected ${types}`],
    ['constructor<16,6>', `1: found "constructor" but expected ${types}`],
    ['ap_fixed<16,6', "14: found the end but expected ',' or '>'"],
    ['ap_fixed<16>', '12: found ">" but expected \',\''],
    ['ap_fixed 16,6', '10: found "16" but expected \'<\''],
    ['ap_fixed<,6>', '10: found "," but expected the width in bits'],
    ['ap_fixed<16,', '13: found the end but expected the number of integer bits'],
    ['ap_fixed<16,6.5>', '13: found "6.5" but expected the number of integer bits (an integer)'],
    ['ap_fixed<16,6,AP_FOO>', `15: found "AP_FOO" but expected a quantization mode (${quantizations})`],
    [
      'ap_fixed<16,6,RND,FOO>',
      '19: found "FOO" but expected an overflow mode (AP_SAT, AP_SAT_ZERO, AP_SAT_SYM, AP_WRAP, AP_WRAP_SM)',
    ],
    [
      'ap_ufixed<16,6,AP_TRN,AP_WRAP_SM>',
      '23: the overflow mode of ap_ufixed is AP_WRAP_SM, which needs a sign bit, but must be one of AP_SAT, AP_SAT_ZERO, AP_SAT_SYM, AP_WRAP',
    ],
    [
      'ap_fixed<4,2,TRN,WRAP,5>',
      '23: the number of saturation bits of ap_fixed is 5 but must be an integer in 0 … 4 (the width)',
    ],
    ['ap_fixed<16,6,TRN,WRAP,0,1>', '25: found "," but expected \'>\''],
    ['ap_int<8,2>', '9: found "," but expected \'>\''],
    ['ap_fixed<16,6> x', '16: found "x" but expected the end of the text'],
    ['ap_fixed<16,70000>', '13: the integer part of ap_fixed has 70000 bits but must be an integer in -65536 … 65536'],
  ])('says what is wrong with %j', (text, message) => {
    const full = text === '' ? message : `the format ${JSON.stringify(text)} is wrong at character ${message}`;
    expect(() => parseFormat(text)).toThrow(new FormatError(full));
  });

  it('never throws anything but FormatError', () => {
    const pieces = fc.constantFrom(
      'ap_',
      'fixed',
      'u',
      'int',
      '<',
      '>',
      ',',
      '16',
      '-',
      '6',
      ' ',
      'AP_',
      'RND',
      'SAT',
      '0',
      '.',
    );
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 80 }),
      fc.array(pieces, { maxLength: 14 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          // What is accepted must be a proper format: it survives being written and read again.
          const format = parseFormat(text);
          expect(parseFormat(formatText(format))).toEqual(format);
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }),
      { numRuns: 5000 },
    );
  });
});
