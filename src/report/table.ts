/**
 * Tables as text for terminals and Markdown, and the numbers in them.
 *
 * A column of numbers is aligned at the right with one format; a missing value is a dash. Colour is a function that the
 * caller gives, who knows whether the stream is a terminal and whether NO_COLOR is set.
 */
import { ShapeError } from '../errors.ts';

/** A cell: text, a number, or nothing. */
export type Cell = string | number | bigint | boolean | null | undefined;

/** A column of a table. */
export interface Column {
  readonly header: string;
  /** Unit, written behind the header: `latency [ns]`. */
  readonly unit?: string;
  /** Decimals of numbers that are not integers. @defaultValue 3 significant digits */
  readonly decimals?: number;
  /** @defaultValue 'right' if all values are numbers, else 'left' */
  readonly align?: 'left' | 'right';
}

/** A table: columns and rows of cells. */
export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

const groupDigits = (digits: string, separator: string): string =>
  digits.length < 5 ? digits : digits.replaceAll(/\B(?=(\d{3})+$)/g, separator);

/** Options of {@link formatNumber}. */
export interface NumberFormat {
  /** Digits after the point. @defaultValue what 3 significant digits need, none for integers */
  readonly decimals?: number;
  /** Text between groups of three digits, used from five digits on. @defaultValue ' ' */
  readonly separator?: string;
}

/**
 * Write a number for people: 31250 → `31 250`, 0.97713 → `0.977`, 1.2e-9 → `1.2e-9`.
 *
 * Integers keep all digits; NaN and infinities are written as such.
 */
export const formatNumber = (value: number | bigint, format: NumberFormat = {}): string => {
  const { decimals, separator = ' ' } = format;
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  const isWhole = typeof value === 'bigint' || (Number.isInteger(value) && Math.abs(value) < 1e15);
  if (isWhole && decimals === undefined) {
    const text = String(value);
    return text.startsWith('-') ? `-${groupDigits(text.slice(1), separator)}` : groupDigits(text, separator);
  }
  const number = Number(value);
  const size = Math.abs(number);
  if (decimals === undefined && (size < 1e-3 || size >= 1e15)) {
    const [mantissa, exponent] = number.toExponential(2).split('e');
    return `${Number(mantissa)}e${Number(exponent)}`;
  }
  let places = decimals ?? 0;
  if (decimals === undefined) for (let limit = 100; places < 5 && size < limit; limit /= 10) places += 1;
  const [whole, fraction] = size.toFixed(places).split('.');
  const isZero = Number(size.toFixed(places)) === 0;
  return `${number < 0 && !isZero ? '-' : ''}${groupDigits(whole, separator)}${fraction === undefined ? '' : `.${fraction}`}`;
};

const prefixes = ['p', 'n', 'µ', 'm', '', 'k', 'M', 'G', 'T'] as const;

/**
 * Write a quantity with the prefix that brings it between 1 and 1000: (2.5e-8, 's') → `25 ns`.
 *
 * @param value in the unit without prefix
 */
export const formatQuantity = (value: number, unit: string): string => {
  if (!Number.isFinite(value) || value === 0) return `${formatNumber(value)} ${unit}`;
  const size = Math.abs(value);
  const found = prefixes.findLastIndex((_, i) => size >= Number(`1e${3 * (i - 4)}`));
  const index = Math.max(0, found);
  // Dividing by 1e-9 leaves 25.000000000000004 of 25e-9; twelve digits are more than any reader wants.
  const scaled = Number((value / Number(`1e${3 * (index - 4)}`)).toPrecision(12));
  return `${formatNumber(scaled)} ${prefixes[index]}${unit}`;
};

/** Write a cell as text: a dash for nothing, yes and no for true and false. */
export const formatCell = (cell: Cell, column: Column, separator = ' '): string => {
  if (cell === null || cell === undefined) return '–';
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no';
  if (typeof cell === 'string') return cell;
  const { decimals } = column;
  const isWhole = typeof cell === 'bigint' || Number.isInteger(cell);
  return formatNumber(cell, { separator, ...(decimals !== undefined && !(isWhole && decimals === 0) && { decimals }) });
};

/** Write the header of a column with its unit. */
export const columnTitle = ({ header, unit }: Column): string => (unit === undefined ? header : `${header} [${unit}]`);

/** Tell whether a column is aligned at the right. */
export const isRightAligned = (table: Table, index: number): boolean => {
  const { align } = table.columns[index];
  if (align !== undefined) return align === 'right';
  const cells = table.rows.map((row) => row[index]).filter((cell) => cell !== null && cell !== undefined);
  return cells.length > 0 && cells.every((cell) => typeof cell === 'number' || typeof cell === 'bigint');
};

/**
 * Check that every row has one cell per column.
 *
 * @throws ShapeError naming the first row that has not.
 */
export const checkTable = (table: Table): void => {
  table.rows.forEach((row, index) => {
    if (row.length !== table.columns.length) {
      throw new ShapeError(
        `Row ${index} of a table has ${row.length} cells, but there are ${table.columns.length} columns.`,
      );
    }
  });
};

/** Width of a text on a terminal: characters, without colour codes and combining marks. */
const terminalWidth = (text: string): number =>
  // oxlint-disable-next-line no-control-regex
  Array.from(text.replaceAll(/\u001b\[[0-9;]*m/g, '').replaceAll(/\p{Mn}/gu, '')).length;

const pad = (text: string, width: number, right: boolean): string => {
  const space = ' '.repeat(Math.max(0, width - terminalWidth(text)));
  return right ? space + text : text + space;
};

/** Options of {@link textTable}. */
export interface TextTableOptions {
  /** Colours the header line. @defaultValue none */
  readonly header?: (text: string) => string;
  /** Text at the start of every line. @defaultValue '' */
  readonly indent?: string;
}

/**
 * Write a table for a terminal: a header, a rule, one line per row; no space at line ends.
 *
 * @throws ShapeError if a row has another number of cells than there are columns.
 */
export const textTable = (table: Table, options: TextTableOptions = {}): string => {
  checkTable(table);
  const { header = (text: string) => text, indent = '' } = options;
  const titles = table.columns.map(columnTitle);
  const body = table.rows.map((row) => row.map((cell, i) => formatCell(cell, table.columns[i])));
  const widths = titles.map((title, i) => Math.max(terminalWidth(title), ...body.map((row) => terminalWidth(row[i]))));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => pad(cell, widths[i], isRightAligned(table, i)))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '─'.repeat(width)).join('  ');
  return [header(line(titles)), rule, ...body.map(line)].map((text) => `${indent}${text}\n`).join('');
};

/**
 * Write a table as Markdown, with columns of equal width so that the source reads well too.
 *
 * @throws ShapeError if a row has another number of cells than there are columns.
 */
export const markdownTable = (table: Table): string => {
  checkTable(table);
  const clean = (text: string): string => text.replaceAll('|', String.raw`\|`).replaceAll(/\s*\n\s*/g, ' ');
  const titles = table.columns.map((column) => clean(columnTitle(column)));
  const body = table.rows.map((row) => row.map((cell, i) => clean(formatCell(cell, table.columns[i]))));
  const widths = titles.map((title, i) =>
    Math.max(3, terminalWidth(title), ...body.map((row) => terminalWidth(row[i]))),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => pad(cell, widths[i], isRightAligned(table, i))).join(' | ')} |\n`;
  const rule = widths.map((width, i) => (isRightAligned(table, i) ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)));
  return line(titles) + line(rule) + body.map(line).join('');
};

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const;

/**
 * Write a progress bar of a width in characters, with the percentage behind it: `█████▌     55 %`.
 *
 * @param fraction done, clipped to 0 … 1; NaN counts as 0
 * @param width characters of the bar alone, at least 1
 */
export const progressBar = (fraction: number, width = 24): string => {
  const done = Number.isNaN(fraction) ? 0 : Math.min(1, Math.max(0, fraction));
  const parts = Math.floor(done * width * 8);
  const bar = '█'.repeat(Math.floor(parts / 8)) + eighths[parts % 8];
  return `${bar.padEnd(width)} ${String(Math.floor(done * 100)).padStart(3)} %`;
};
