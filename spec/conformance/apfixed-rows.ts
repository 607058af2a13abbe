/**
 * How one row of each apfixed file is computed with the package and compared: the plain semantics, no exceptions.
 *
 * A checker returns null if the row agrees, else what was expected and found. Columns: FORMAT.md, section A.
 */
import * as fx from '../../src/fixed/index.ts';

/** Compare one row (its cells without a flag); null is agreement. */
export type RowCheck = (cells: readonly string[]) => string | null;

const formats = new Map<string, fx.FixedFormat>();

/** Read a format code such as `s16:6` or `u8:4:RND:SAT:0`. */
export function formatOfCode(code: string): fx.FixedFormat {
  const known = formats.get(code);
  if (known !== undefined) return known;
  const [bits, integer, quantization = 'TRN', overflow = 'WRAP', saturation = '0'] = code.split(':');
  const name = code.startsWith('s') ? 'ap_fixed' : 'ap_ufixed';
  const text = `${name}<${bits!.slice(1)},${integer},AP_${quantization},AP_${overflow},${saturation}>`;
  const format = fx.parseFormat(text);
  formats.set(code, format);
  return format;
}

/** Write the bits of a format as a code without modes, the form of the result columns. */
export function codeOfFormat({ signed, width, integer }: fx.FixedFormat): string {
  return `${signed ? 's' : 'u'}${width}:${integer}`;
}

/** Read a value from a format code and a raw cell. */
export function valueOf(code: string, raw: string): fx.FixedValue {
  return fx.fixedValue(formatOfCode(code), BigInt(raw));
}

/** Read the double with the given 16 hexadecimal digits. */
export function doubleOfBits(bits: string): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt(`0x${bits}`));
  return view.getFloat64(0);
}

/** Return the sixteen (or eight) hexadecimal digits of a number in double (or single) precision. */
export function bitsOfNumber(x: number, size: 8 | 4): string {
  const view = new DataView(new ArrayBuffer(8));
  if (size === 8) view.setFloat64(0, x);
  else view.setFloat32(0, x);
  return (size === 8 ? view.getBigUint64(0) : BigInt(view.getUint32(0))).toString(16).padStart(size * 2, '0');
}

/** Return the six characters for == != < <= > >= of an ordering. */
export function sixComparisons(order: -1 | 0 | 1): string {
  const outcomes = [order === 0, order !== 0, order < 0, order <= 0, order > 0, order >= 0];
  return outcomes.map(Number).join('');
}

function differ(found: string | bigint, expected: string): string | null {
  return String(found) === expected ? null : `expected ${expected}, found ${found}`;
}

function differValue(found: fx.FixedValue, format: string, raw: string): string | null {
  return differ(`${codeOfFormat(found.format)} ${found.raw}`, `${format} ${raw}`);
}

/** The binary operators by their sign in the files. */
export const BINARY: Readonly<Record<string, (a: fx.FixedValue, b: fx.FixedValue) => fx.FixedValue>> = {
  '+': fx.add,
  '-': fx.subtract,
  '*': fx.multiply,
  '/': fx.divide,
  '%': fx.modulo,
  '&': (a, b) => fx.bitwise('and', a, b),
  '|': (a, b) => fx.bitwise('or', a, b),
  '^': (a, b) => fx.bitwise('xor', a, b),
};

function binaryOperator(sign: string): (a: fx.FixedValue, b: fx.FixedValue) => fx.FixedValue {
  const operator = BINARY[sign];
  if (operator === undefined) throw new Error(`no operator "${sign}"`);
  return operator;
}

const fromDoubleRow: RowCheck = ([format, bits, raw]) =>
  differ(fx.fromDouble(doubleOfBits(bits!), formatOfCode(format!)), raw!);

const fixedToFixedRow: RowCheck = ([source, target, raw, result]) => {
  const format = formatOfCode(source!);
  return differ(
    fx.cast(fx.fixedValue(format, BigInt(raw!)).raw, fx.fractionBits(format), formatOfCode(target!)),
    result!,
  );
};

const binaryRow: RowCheck = ([sign, a, b, format, left, right, raw]) =>
  differValue(binaryOperator(sign!)(valueOf(a!, left!), valueOf(b!, right!)), format!, raw!);

const compareRow: RowCheck = ([a, b, left, right, six]) =>
  differ(sixComparisons(fx.compare(valueOf(a!, left!), valueOf(b!, right!))), six!);

/** The C `int` operand is an ap_fixed<32,32>. */
const integerOperandRow: RowCheck = ([sign, code, raw, integer, format, result]) => {
  const x = valueOf(code!, raw!);
  const k = fx.fixedValue(fx.fixed(32, 32), BigInt(integer!));
  if (sign === 'cmp') return differ(sixComparisons(fx.compare(x, k)), result!);
  return differValue(sign === 'k-' ? fx.subtract(k, x) : binaryOperator(sign!)(x, k), format!, result!);
};

const UNARY: Readonly<Record<string, (x: fx.FixedValue, n: number) => fx.FixedValue>> = {
  neg: fx.negate,
  not: fx.invert,
  inc: fx.increment,
  dec: fx.decrement,
  shl: fx.shiftLeft,
  shr: fx.shiftRight,
};

const unaryRow: RowCheck = ([name, code, count, raw, format, result]) => {
  const x = valueOf(code!, raw!);
  if (name === 'lnot') return differ(x.raw === 0n ? '1' : '0', result!);
  const operator = UNARY[name!];
  if (operator === undefined) throw new Error(`no operator "${name}"`);
  return differValue(operator(x, Number(count)), format!, result!);
};

const compoundRow: RowCheck = ([sign, accumulator, source, start, sources, results]) => {
  const operator = binaryOperator(sign!);
  let value = valueOf(accumulator!, start!);
  const found: bigint[] = [];
  for (const raw of sources!.split(';')) {
    value = fx.accumulate(operator, value, valueOf(source!, raw));
    found.push(value.raw);
  }
  return differ(found.join(';'), results!);
};

/** Compute the seven result columns of the convert files. */
export function convertedCells(x: fx.FixedValue): readonly string[] {
  const fraction = fx.fractionBits(x.format);
  return [
    bitsOfNumber(fx.toDouble(x.raw, fraction), 8),
    bitsOfNumber(fx.toFloat(x.raw, fraction), 4),
    fx.toInteger(x, 32).toString(),
    fx.toInteger(x, 64).toString(),
    fx.vendorText(x, 10),
    fx.vendorText(x, 2),
    fx.vendorText(x, 16),
  ];
}

/** Cells that the vendor's code gets wrong are empty in the plain file; they are checked by the odd one. */
const convertRow: RowCheck = ([code, raw, ...expected]) => {
  const found = convertedCells(valueOf(code!, raw!));
  for (const [k, cell] of expected.entries()) {
    if (cell !== '' && cell !== found[k]) return `expected ${cell} in result column ${k + 1}, found ${found[k]}`;
  }
  return null;
};

const fromTextRow: RowCheck = ([code, text, raw]) => differ(fx.fromText(text!, formatOfCode(code!)).raw, raw!);

/** The checker of each plain file, by its name without `.csv`. */
export const ROW_CHECKS: Readonly<Record<string, RowCheck>> = {
  a1_from_double: fromDoubleRow,
  a2_fixed_to_fixed: fixedToFixedRow,
  a3_binary: binaryRow,
  a3_cint: integerOperandRow,
  a3_compare: compareRow,
  a3_compound: compoundRow,
  a3_int: binaryRow,
  a3_int_compare: compareRow,
  a3_unary_shift: unaryRow,
  a4_convert: convertRow,
  a4_from_string: fromTextRow,
};
