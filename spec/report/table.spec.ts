import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ShapeError } from '../../src/errors.ts';
import {
  formatNumber,
  formatQuantity,
  markdownTable,
  progressBar,
  type Table,
  textTable,
} from '../../src/report/index.ts';

const table: Table = {
  columns: [{ header: 'layer' }, { header: 'LUT' }, { header: 'latency', unit: 'ns', decimals: 1 }, { header: 'ok' }],
  rows: [
    ['fc1_relu', 12345, 25, true],
    ['a|b', 7, 4.1667, false],
    ['all', 12352n, null, null],
  ],
};

describe('textTable', () => {
  it('aligns numbers at the right and marks what is missing', () => {
    expect(textTable(table)).toBe(
      [
        'layer        LUT  latency [ns]  ok',
        '────────  ──────  ────────────  ───',
        'fc1_relu  12 345          25.0  yes',
        'a|b            7           4.2  no',
        'all       12 352             –  –',
        '',
      ].join('\n'),
    );
  });

  it('leaves colour to the caller and ignores it in widths', () => {
    const bold = (text: string): string => `\u001b[1m${text}\u001b[0m`;
    const one: Table = { columns: [{ header: 'a' }, { header: 'b' }], rows: [[bold('x'), 'y']] };

    expect(textTable(one)).not.toContain('\u001b[1ma');
    expect(textTable(one, { header: bold, indent: '  ' })).toBe(`  ${bold('a  b')}\n  ─  ─\n  ${bold('x')}  y\n`);
  });

  it('refuses ragged rows', () => {
    expect(() => textTable({ columns: [{ header: 'a' }], rows: [[1], [1, 2]] })).toThrow(
      new ShapeError('Row 1 of a table has 2 cells, but there are 1 columns.'),
    );
  });
});

describe('markdownTable', () => {
  it('escapes bars and aligns columns', () => {
    expect(markdownTable(table)).toBe(
      [
        '| layer    |    LUT | latency [ns] | ok  |',
        '| -------- | -----: | -----------: | --- |',
        '| fc1_relu | 12 345 |         25.0 | yes |',
        String.raw`| a\|b     |      7 |          4.2 | no  |`,
        '| all      | 12 352 |            – | –   |',
        '',
      ].join('\n'),
    );
  });
});

describe('formatNumber', () => {
  it.each([
    [0, '0'],
    [-0.00001, '-1e-5'],
    [1234, '1234'],
    [-31250, '-31 250'],
    [0.97713, '0.977'],
    [9.999, '10.00'],
    [12.345, '12.3'],
    [123.456, '123'],
    [1234.5, '1235'],
    [0.0123456, '0.0123'],
    [1.2e-9, '1.2e-9'],
    [5e20, '5e20'],
    [123456789012345678901n, '123 456 789 012 345 678 901'],
    [NaN, 'NaN'],
    [-Infinity, '-Infinity'],
  ])('writes %s as %s', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  it('keeps three digits: reading back is within half a percent', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        fc.pre(Math.abs(value) > 1e-300 && Math.abs(value) < 1e300);
        const back = Number(formatNumber(value).replaceAll(' ', ''));

        expect(Math.abs(back / value - 1)).toBeLessThanOrEqual(0.0051);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps given decimals', () => {
    expect(formatNumber(97.7, { decimals: 2 })).toBe('97.70');
    expect(formatNumber(-0.001, { decimals: 1 })).toBe('0.0');
    expect(formatNumber(12345.6, { decimals: 1, separator: ',' })).toBe('12,345.6');
  });
});

describe('formatQuantity', () => {
  it.each([
    [25e-9, 's', '25 ns'],
    [4.1666e-9, 's', '4.17 ns'],
    [240e6, 'Hz', '240 MHz'],
    [1, 's', '1 s'],
    [999, 'B', '999 B'],
    [-0.5, 'V', '-500 mV'],
    [0, 's', '0 s'],
    [1e-15, 's', '0.00100 ps'],
  ])('writes %s %s as %s', (value, unit, text) => {
    expect(formatQuantity(value, unit)).toBe(text);
  });
});

describe('progressBar', () => {
  it.each([
    [0, '           0 %'],
    [0.5, '████▌     50 %'],
    [1, '█████████ 100 %'],
    [7, '█████████ 100 %'],
    [NaN, '           0 %'],
  ])('draws %s', (fraction, text) => {
    expect(progressBar(fraction, 9).replace(/ +/g, ' ')).toBe(text.replace(/ +/g, ' '));
  });

  it('never shrinks, has a fixed width, and is full only at the end', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const blocks = (text: string): number => [...text].filter((character) => character === '█').length;

        expect(blocks(progressBar(low))).toBeLessThanOrEqual(blocks(progressBar(high)));
        expect([...progressBar(a)].length).toBe([...progressBar(b)].length);
        expect(progressBar(a).endsWith('100 %')).toBe(a === 1);
      }),
      { numRuns: 200 },
    );
  });
});
