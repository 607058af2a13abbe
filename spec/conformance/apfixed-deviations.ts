/**
 * The classes of rows in which the vendor's open-source headers leave their own plain semantics (files `odd_*`), and
 * what we do in each; docs/numerics.md quotes this table.
 *
 * A row passes if our result follows the decision of its class. Where we deviate, our result must equal one computed
 * here by another route (rational arithmetic on the raw integers), and the vendor's must show the quirk that the class
 * describes; so no row is compared with nothing, and a new kind of oddity fails instead of slipping through.
 */
import { ValueError } from '../../src/errors.ts';
import * as fx from '../../src/fixed/index.ts';
import {
  BINARY,
  convertedCells,
  doubleOfBits,
  formatOfCode,
  ROW_CHECKS,
  type RowCheck,
  sixComparisons,
  valueOf,
} from './apfixed-rows.ts';

/** One class of oddities. */
export interface DeviationClass {
  readonly name: string;
  /** Files without `odd_` in which the class occurs. */
  readonly files: readonly string[];
  /** Whether our result differs from the vendor's on (some of) these rows. */
  readonly deviates: boolean;
  readonly vendor: string;
  readonly ours: string;
  readonly reason: string;
  readonly holds: (cells: readonly string[], flag: string, file: string) => boolean;
  /** Compare one row with the class's decision; null is agreement. */
  readonly check: (cells: readonly string[], plain: RowCheck) => string | null;
}

const asVendor: DeviationClass['check'] = (cells, plain) => plain(cells);

/** Index of the target format in the files where AP_SAT_SYM with one bit occurs. */
const TARGET_COLUMN: Readonly<Record<string, number>> = { a1_from_double: 0, a2_fixed_to_fixed: 1, a3_unary_shift: 1 };

export const DEVIATION_CLASSES: readonly DeviationClass[] = [
  {
    name: 'non-finite double',
    files: ['a1_from_double'],
    deviates: true,
    vendor: 'reads ±Inf as ±2^1024 and NaN as ±1.m·2^1024 and converts that number',
    ours: "a ValueError; `nonFinite: 'vendor'` asks for the vendor's number",
    reason: 'a NaN weight or input is a mistake that must not become a plausible number',
    holds: (_, flag) => flag === '-',
    check: checkNonFinite,
  },
  {
    name: 'long right shift',
    files: ['a2_fixed_to_fixed'],
    deviates: false,
    vendor: 'reads a bit past the top and aborts on an assert; without asserts the plain value',
    ours: 'the plain value',
    reason: 'the abort is a defect of the check, the value is right',
    holds: (_, flag, file) => flag === 'A' && file === 'a2_fixed_to_fixed',
    check: asVendor,
  },
  {
    name: 'one-bit AP_SAT_SYM',
    files: ['a1_from_double', 'a2_fixed_to_fixed', 'a3_unary_shift'],
    deviates: false,
    vendor: 'a signed type of one bit keeps −1',
    ours: 'the same: with W = 1 the mode clips like AP_SAT',
    reason: 'the symmetric range would be {0}, a type that holds nothing',
    holds: (cells, _, file) => {
      const column = TARGET_COLUMN[file];
      const format = column === undefined ? null : formatOfCode(cells[column]!);
      return format !== null && format.signed && format.width === 1 && format.overflow === 'AP_SAT_SYM';
    },
    check: asVendor,
  },
  {
    name: 'minimum / −1',
    files: ['a3_binary', 'a3_int'],
    deviates: true,
    vendor: 'the quotient keeps the sign of the dividend, because it is formed in too few bits',
    ours: 'the true quotient, which the result type holds',
    reason: 'the result type has the bit for it; a negative quotient of two negatives is wrong',
    holds: ([sign, a, b, , left, right], _, file) =>
      file !== 'a3_unary_shift' &&
      sign === '/' &&
      isSigned(a) &&
      isSigned(b) &&
      left!.startsWith('-') &&
      right === '-1',
    check: (cells) => checkQuotient(cells, (ours, vendor) => vendor === -ours),
  },
  {
    name: 'mixed-sign integer division',
    files: ['a3_int'],
    deviates: true,
    vendor: 'a negative operand not wider than an unsigned one is read as a huge unsigned number',
    ours: 'the true quotient and remainder',
    reason: 'the value of an operand cannot depend on the width of the other one',
    holds: ([sign, a, b, , left, right], _, file) =>
      file === 'a3_int' &&
      (sign === '/' || sign === '%') &&
      isSigned(a) !== isSigned(b) &&
      (left!.startsWith('-') || right!.startsWith('-')),
    check: (cells) => checkQuotient(cells, (ours, vendor) => vendor !== ours),
  },
  {
    name: 'mixed-sign comparison',
    files: ['a3_compare', 'a3_int_compare'],
    deviates: true,
    vendor: 'compares as unsigned words when an aligned operand has 32 bits or more',
    ours: 'the order of the exact values',
    reason: 'a comparison must be a total order; −1 is not above 2^40',
    holds: ([a, b], _, file) => file.endsWith('compare') && isSigned(a) !== isSigned(b),
    check: checkComparison,
  },
  {
    name: 'integer part and text outside the word',
    files: ['a4_convert'],
    deviates: true,
    vendor:
      'to_int with I = 0 gives −1 for negatives, with I < 0 an uninitialised value; text with I > W loses zero bits',
    ours: 'truncation toward zero (0 for I ≤ 0) and the exact number',
    reason: 'the vendor values are undefined or name another number',
    holds: ([code], _, file) => file === 'a4_convert' && isOutsideWord(formatOfCode(code!)),
    check: checkConversion,
  },
];

/** Check one row of an odd file (its last cell is the flag) by the class it belongs to. */
export function checkOddRow(file: string, row: readonly string[]): string | null {
  const flag = row.at(-1)!;
  const cells = row.slice(0, -1);
  const plain = ROW_CHECKS[file]!;
  const found = DEVIATION_CLASSES.find((one) => one.files.includes(file) && one.holds(cells, flag, file));
  return found === undefined ? `in no known class of oddities; ${plain(cells) ?? 'plain'}` : found.check(cells, plain);
}

function isSigned(code: string | undefined): boolean {
  return code!.startsWith('s');
}

function isOutsideWord({ width, integer }: fx.FixedFormat): boolean {
  return integer <= 0 || integer > width;
}

function checkNonFinite([code, bits, raw]: readonly string[]): string | null {
  const format = formatOfCode(code!);
  const x = doubleOfBits(bits!);
  try {
    return `expected a ValueError for ${x}, found ${fx.fromDouble(x, format)}`;
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
  }
  const asked = fx.fromDouble(x, format, { nonFinite: 'vendor' });
  return asked === BigInt(raw!) ? null : `expected ${raw} with nonFinite 'vendor', found ${asked}`;
}

/** Divide magnitudes and set the sign afterwards, unlike the package, which divides signed integers. */
function checkQuotient(
  [sign, a, b, code, left, right, vendorRaw]: readonly string[],
  quirk: (ours: bigint, vendor: bigint) => boolean,
): string | null {
  const found = BINARY[sign!]!(valueOf(a!, left!), valueOf(b!, right!));
  const divisorFraction = fx.fractionBits(formatOfCode(b!));
  const dividend = magnitude(BigInt(left!)) * 2n ** BigInt(Math.max(divisorFraction, 0));
  const divisor = magnitude(BigInt(right!));
  const negative = left!.startsWith('-') !== right!.startsWith('-');
  const quotient = dividend / divisor;
  const remainder = dividend - quotient * divisor;
  const expected = sign === '/' ? (negative ? -quotient : quotient) : left!.startsWith('-') ? -remainder : remainder;
  const format = formatOfCode(code!);
  if (found.format.width !== format.width || found.format.integer !== format.integer || found.raw !== expected) {
    return `expected the exact ${code} ${expected}, found ${fx.formatText(found.format)} ${found.raw}`;
  }
  return quirk(expected, BigInt(vendorRaw!)) ? null : `the vendor's ${vendorRaw} does not show the quirk of this class`;
}

function magnitude(x: bigint): bigint {
  return x < 0n ? -x : x;
}

/** The vendor's rule reproduces its row, and ours is the order of the cross-multiplied rationals. */
function checkComparison([a, b, left, right, six]: readonly string[]): string | null {
  const x = valueOf(a!, left!);
  const y = valueOf(b!, right!);
  const found = sixComparisons(fx.compare(x, y));
  const difference = scaled(x) - scaled(y);
  const expected = sixComparisons(difference < 0n ? -1 : difference > 0n ? 1 : 0);
  if (found !== expected) return `expected the exact ${expected}, found ${found}`;
  const vendor = vendorComparison(x, y);
  return vendor === six ? null : `the vendor's ${six} does not show the quirk of this class (${vendor})`;
}

/** The value times 2^8192, an integer for every format in the files. */
function scaled({ format, raw }: fx.FixedValue): bigint {
  return raw * 2n ** BigInt(8192 - fx.fractionBits(format));
}

/** FORMAT.md, oddity 6: with an aligned width of 32 or more, mixed signs compare as unsigned words. */
function vendorComparison(x: fx.FixedValue, y: fx.FixedValue): string {
  const fractionX = fx.fractionBits(x.format);
  const fractionY = fx.fractionBits(y.format);
  const widthX = x.format.width + (fractionX < fractionY ? fractionY - fractionX + 1 : 0);
  const widthY = y.format.width + (fractionX > fractionY ? fractionX - fractionY : 0);
  const { a, b } = fx.align(x, y);
  const [unsignedWidth, signedWidth] = x.format.signed ? [widthY, widthX] : [widthX, widthY];
  const word = Math.max(widthX, widthY, 32);
  const asWords = Math.max(widthX, widthY) >= 32 && unsignedWidth >= signedWidth;
  // Sign bits are extended beyond the words: any negative operand is above every unsigned one.
  const [left, right] = asWords ? [BigInt.asUintN(2 * word, a), BigInt.asUintN(2 * word, b)] : [a, b];
  const equal = BigInt.asUintN(word, a) === BigInt.asUintN(word, b);
  return [equal, !equal, left < right, left <= right, left > right, left >= right].map(Number).join('');
}

/** Doubles and the defined texts must be the vendor's; the rest must denote the exact value. */
function checkConversion([code, raw, ...vendor]: readonly string[]): string | null {
  const x = valueOf(code!, raw!);
  const [double, float, int32, int64, ten, two, sixteen] = convertedCells(x);
  const { width, integer } = x.format;
  if (double !== vendor[0] || float !== vendor[1])
    return `expected ${vendor[0]} ${vendor[1]}, found ${double} ${float}`;
  if (integer <= 0) {
    if (int32 !== '0' || int64 !== '0') return `expected integer parts 0, found ${int32} and ${int64}`;
    const texts = [ten, two, sixteen].join(' ');
    return texts === vendor.slice(4).join(' ') ? null : `expected ${vendor.slice(4).join(' ')}, found ${texts}`;
  }
  const whole = x.raw * 2n ** BigInt(integer - width);
  if (BigInt(int32!) !== BigInt.asIntN(32, whole) || BigInt(int64!) !== BigInt.asIntN(64, whole)) {
    return `expected the integer ${whole}, found ${int32} and ${int64}`;
  }
  const sixteenValue = sixteen!.startsWith('-') ? -BigInt(sixteen!.slice(1)) : BigInt(sixteen!);
  const values = [BigInt(ten!), BigInt.asIntN(integer + 1, BigInt(two!)), sixteenValue];
  if (values.some((value) => value !== whole)) return `expected texts of ${whole}, found ${ten} ${two} ${sixteen}`;
  return null;
}
