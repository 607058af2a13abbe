/**
 * Reading format text: `ap_fixed<16,6>`, `ufixed<8,0,RND,SAT>`, `ap_int<8>`, with or without `ap_` and `AP_`.
 *
 * The grammar is small enough to read by hand, which lets each error say at which character the text is wrong.
 * Characters are counted from 1. Spaces are allowed between all parts.
 */
import { FormatError } from '../errors.ts';
import {
  exactFormat,
  type FixedFormat,
  type FormatPart,
  formatProblem,
  type Overflow,
  OVERFLOWS,
  type Quantization,
  QUANTIZATIONS,
} from './format.ts';

const TYPE_NAMES: Readonly<Record<string, { readonly signed: boolean; readonly isInteger: boolean }>> = {
  ap_fixed: { signed: true, isInteger: false },
  ap_ufixed: { signed: false, isInteger: false },
  fixed: { signed: true, isInteger: false },
  ufixed: { signed: false, isInteger: false },
  ap_int: { signed: true, isInteger: true },
  ap_uint: { signed: false, isInteger: true },
  int: { signed: true, isInteger: true },
  uint: { signed: false, isInteger: true },
};

const TYPE_FORMS = 'ap_fixed<W,I>, ap_ufixed<W,I>, ap_int<W> or ap_uint<W>';

/** A piece of the text and where it starts, from 0. */
interface Token {
  readonly text: string;
  readonly at: number;
}

/**
 * Read a format from text.
 *
 * `ap_int<W>` and `ap_uint<W>` are read as the fixed-point formats with I = W.
 *
 * @throws FormatError (and nothing else) naming the text, the place and what may stand there.
 */
export function parseFormat(text: string): FixedFormat {
  if (text.trim() === '') throw new FormatError(`a format text is empty but must be of the form ${TYPE_FORMS}`);
  const reader = tokenReader(text);
  const name = reader.next();
  const type = Object.hasOwn(TYPE_NAMES, name.text) ? TYPE_NAMES[name.text] : undefined;
  if (type === undefined) {
    throw reader.wrong(name, `a type name (${Object.keys(TYPE_NAMES).join(', ')})`);
  }
  reader.expect('<');
  const fields = readFields(reader, type.isInteger ? 1 : 5);
  const end = reader.next();
  if (end.text !== '') throw reader.wrong(end, 'the end of the text');
  return checkFormat(reader, fields, type.signed, type.isInteger);
}

/** Read the parameters up to and with the closing '>'. */
function readFields(reader: TokenReader, most: number): readonly Token[] {
  const fields: Token[] = [];
  for (;;) {
    const field = reader.next();
    if (field.text === '' || '<>,'.includes(field.text)) throw reader.wrong(field, PARAMETERS[fields.length]!);
    fields.push(field);
    const separator = reader.next();
    if (separator.text === '>' && (fields.length > 1 || most === 1)) return fields;
    if (separator.text !== ',' || fields.length === most) {
      throw reader.wrong(separator, fields.length === most ? "'>'" : fields.length === 1 ? "','" : "',' or '>'");
    }
  }
}

const PARAMETERS = [
  'the width in bits',
  'the number of integer bits',
  'a quantization mode',
  'an overflow mode',
  'the number of saturation bits',
] as const;

function checkFormat(reader: TokenReader, fields: readonly Token[], signed: boolean, isInteger: boolean): FixedFormat {
  const [width, integer, quantization, overflow, saturation] = fields;
  const bits = readInteger(reader, width!, PARAMETERS[0]);
  const format: FixedFormat = {
    ...exactFormat(signed, bits, isInteger ? bits : readInteger(reader, integer!, PARAMETERS[1])),
    ...(quantization && { quantization: readMode(reader, quantization, QUANTIZATIONS, PARAMETERS[2]) }),
    ...(overflow && { overflow: readMode(reader, overflow, OVERFLOWS, PARAMETERS[3]) }),
    ...(saturation && { saturationBits: readInteger(reader, saturation, PARAMETERS[4]) }),
  };
  const problem = formatProblem(format);
  if (problem !== null) {
    const order: readonly FormatPart[] = ['width', 'integer', 'quantization', 'overflow', 'saturationBits'];
    throw reader.error(fields[order.indexOf(problem.part)] ?? width!, problem.message);
  }
  return format;
}

function readInteger(reader: TokenReader, token: Token, what: string): number {
  if (!/^-?\d{1,9}$/.test(token.text)) throw reader.wrong(token, `${what} (an integer)`);
  // Adding 0 makes 0 of "-0".
  return Number(token.text) + 0;
}

function readMode<Mode extends Quantization | Overflow>(
  reader: TokenReader,
  token: Token,
  modes: readonly Mode[],
  what: string,
): Mode {
  const found = modes.find((mode) => mode === token.text || mode.slice(3) === token.text);
  if (found === undefined) throw reader.wrong(token, `${what} (${modes.join(', ')})`);
  return found;
}

interface TokenReader {
  /** Take the next token; its text is empty at the end. */
  readonly next: () => Token;
  readonly expect: (text: string) => void;
  /** Make the error "found this, expected that". */
  readonly wrong: (found: Token, expected: string) => FormatError;
  readonly error: (at: Token, problem: string) => FormatError;
}

function tokenReader(text: string): TokenReader {
  let position = 0;
  const next = (): Token => {
    while (position < text.length && /\s/.test(text[position]!)) position++;
    const start = position;
    if (position < text.length && '<>,'.includes(text[position]!)) position++;
    else while (position < text.length && !/[\s<>,]/.test(text[position]!)) position++;
    return { text: text.slice(start, position), at: start };
  };
  const error = (at: Token, problem: string): FormatError =>
    new FormatError(`the format ${shown(text)} is wrong at character ${at.at + 1}: ${problem}`);
  const wrong = (found: Token, expected: string): FormatError =>
    error(found, `found ${found.text === '' ? 'the end' : shown(found.text)} but expected ${expected}`);
  const expect = (symbol: string): void => {
    const found = next();
    if (found.text !== symbol) throw wrong(found, `'${symbol}'`);
  };
  return { next, expect, wrong, error };
}

/** Quote text for a message: control characters escaped, cut if long. */
function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
