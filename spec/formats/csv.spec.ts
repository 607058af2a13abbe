import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../src/errors.ts';
import { type CsvTable, formatCsv, parseCsv } from '../../src/formats/index.ts';

const numbers = fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => (Object.is(x, -0) ? 0 : x));

const tables: fc.Arbitrary<CsvTable> = fc
  .record({
    columns: fc.integer({ min: 1, max: 4 }),
    rows: fc.integer({ min: 1, max: 5 }),
    values: fc.array(numbers, { minLength: 20, maxLength: 20 }),
    hasHeader: fc.boolean(),
  })
  .map(({ columns, rows, values, hasHeader }) => ({
    header: hasHeader ? ['pt', 'eta [rad], raw', 'phi "x"', 'id'].slice(0, columns) : undefined,
    rows,
    columns,
    data: Float64Array.from(values.slice(0, rows * columns)),
  }));

describe('parseCsv', () => {
  it('gives back what formatCsv wrote', () => {
    fc.assert(
      fc.property(tables, (table) => {
        expect(parseCsv(formatCsv(table), 'x', { separator: ',' })).toEqual(table);
      }),
      { numRuns: 200 },
    );
  });

  it('detects header, separator and line ends', () => {
    expect(parseCsv('pt;eta\r\n1;2\r\n\r\n', 'x')).toEqual({
      header: ['pt', 'eta'],
      rows: 1,
      columns: 2,
      data: Float64Array.of(1, 2),
    });
    expect(parseCsv('1\t2e3\n', 'x').header).toBeUndefined();
    expect(parseCsv('# pt, eta\n1,2\n', 'x').header).toEqual(['pt', 'eta']);
  });

  it.each([
    ['1,2\n3,x\n', 'a.csv, line 2, column 2 is "x", but a finite number is needed.'],
    ['1,2\n3\n', 'a.csv, line 2 has 1 cells where 2 are needed.'],
    ['pt,eta\n1,NaN\n', 'a.csv, line 2, column 2 is "NaN", but a finite number is needed.'],
    ['1,Infinity\n', 'a.csv, line 1, column 2 is "Infinity", but a finite number is needed.'],
    ['1,\n', 'a.csv, line 1, column 2 is "", but a finite number is needed.'],
    ['1,0x10\n', 'a.csv, line 1, column 2 is "0x10", but a finite number is needed.'],
    ['pt,1\n2,3\n', 'a.csv, line 1, column 1 is "pt", but a finite number is needed.'],
    ['\n\n', 'a.csv holds no rows.'],
  ])('refuses %j with its position', (text, message) => {
    expect(() => parseCsv(text, 'a.csv')).toThrow(new FormatError(message));
  });
});
