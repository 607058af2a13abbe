/**
 * Tables of numbers as text: one row per line, with or without a header line.
 *
 * The first line is a header if none of its cells is a number, so a single mistyped number is an error and not a
 * header. Lines starting with `#` before the data are comments; NumPy writes its header so.
 */
import { FormatError } from '../errors.ts';

/** A table of finite numbers. */
export interface CsvTable {
  /** Column names; undefined if the text has no header line. */
  readonly header: readonly string[] | undefined;
  readonly rows: number;
  readonly columns: number;
  /** Numbers in row-major order, [rows, columns]. */
  readonly data: Float64Array;
}

/** Options of {@link parseCsv}. */
export interface CsvOptions {
  /** Character between cells. @defaultValue the first of tab, semicolon and comma that the first line has, else comma */
  readonly separator?: string;
}

/** Split a line into cells; a cell in double quotes may hold separators and doubled quotes. */
const cells = (line: string, separator: string): readonly string[] => {
  const parts: string[] = [];
  let cell = '';
  let quoted = false;
  for (const character of line) {
    if (character === '"') quoted = !quoted;
    if (character === separator && !quoted) {
      parts.push(cell);
      cell = '';
    } else cell += character;
  }
  return [...parts, cell].map((part) =>
    part
      .trim()
      .replace(/^"(.*)"$/, '$1')
      .replaceAll('""', '"'),
  );
};

const isNumber = (cell: string): boolean => cell !== '' && !Number.isNaN(Number(cell)) && !/^[+-]?0[xob]/i.test(cell);

/**
 * Parse a table of numbers.
 *
 * @param source name of the file, for messages
 * @throws FormatError naming line and column of a cell that is not a finite number, or of a row of another length.
 */
export const parseCsv = (text: string, source: string, options: CsvOptions = {}): CsvTable => {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .map((line, index) => ({ line: line.trimEnd(), number: index + 1 }))
    .filter(({ line }) => line.trim() !== '');
  const data = lines.filter(({ line }) => !line.startsWith('#'));
  if (data.length === 0) throw new FormatError(`${source} holds no rows.`);
  const separator = options.separator ?? ['\t', ';', ','].find((candidate) => data[0].line.includes(candidate)) ?? ',';
  const top = cells(data[0].line, separator);
  const hasHeader = !top.some(isNumber);
  const columns = top.length;
  const body = hasHeader ? data.slice(1) : data;
  const numbers = new Float64Array(body.length * columns);
  body.forEach(({ line, number }, row) => {
    const parts = cells(line, separator);
    if (parts.length !== columns) {
      throw new FormatError(`${source}, line ${number} has ${parts.length} cells where ${columns} are needed.`);
    }
    parts.forEach((cell, column) => {
      const value = Number(cell);
      if (!isNumber(cell) || !Number.isFinite(value)) {
        throw new FormatError(
          `${source}, line ${number}, column ${column + 1} is "${cell}", but a finite number is needed.`,
        );
      }
      numbers[row * columns + column] = value;
    });
  });
  const before = lines.find(({ line }) => line.startsWith('#'));
  const commented = before && cells(before.line.replace(/^#\s*/, ''), separator);
  const header = hasHeader ? top : commented?.length === columns && columns > 1 ? commented : undefined;
  return { header, rows: body.length, columns, data: numbers };
};

/** Write a table as comma-separated text; numbers in their shortest form that reads back the same. */
export const formatCsv = (table: CsvTable): string => {
  const quoted = (name: string): string => (/[",\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name);
  const lines = table.header === undefined ? [] : [table.header.map(quoted).join(',')];
  for (let row = 0; row < table.rows; row += 1) {
    lines.push(Array.from(table.data.subarray(row * table.columns, (row + 1) * table.columns), String).join(','));
  }
  return `${lines.join('\n')}\n`;
};
