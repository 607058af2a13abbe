/**
 * Numbers as text, in the forms of C++ `to_string(10 | 2 | 16)`, and back.
 *
 * Radix 10 and 16 are exact with a sign. Radix 2 has no sign: it is a two's complement pattern with I + 1 integer bits
 * (sign-extended fraction bits only, if I ≤ 0), so it reads back by wrapping. Text for I > W is wrong in ap_types (low
 * zero bits are lost); here it follows the same rules as all other formats.
 */
import { FormatError } from '../errors.ts';
import { cast } from './cast.ts';
import { type FixedFormat, formatText, fractionBits } from './format.ts';
import type { FixedValue } from './value.ts';

/** Radices that values can be written in. */
export type TextRadix = 2 | 10 | 16;

/** Largest magnitude of a written exponent: enough for every format, small enough to be harmless. */
const MAX_EXPONENT = 100_000;

/**
 * Write a value exactly.
 *
 * @param radix 10: `-1.59375`; 16: `-0x1.98p0`; 2: `0b1110.01101`. @defaultValue 10
 */
export function toText(value: FixedValue, radix: TextRadix = 10): string {
  switch (radix) {
    case 2:
      return binaryText(value);
    case 10:
      return decimalText(value);
    case 16:
      return hexText(value);
    default:
      return radix satisfies never;
  }
}

/** Split a raw integer at the binary point: floor and the remaining fraction, which has `count` bits. */
function split(
  raw: bigint,
  fraction: number,
): { readonly whole: bigint; readonly part: bigint; readonly count: number } {
  if (fraction <= 0) return { whole: raw << BigInt(-fraction), part: 0n, count: 0 };
  return { whole: raw >> BigInt(fraction), part: BigInt.asUintN(fraction, raw), count: fraction };
}

function decimalText({ format, raw }: FixedValue): string {
  const { whole, part, count } = split(raw < 0n ? -raw : raw, fractionBits(format));
  const sign = raw < 0n ? '-' : '';
  if (part === 0n) return `${sign}${whole}`;
  // part / 2^count = part · 5^count / 10^count
  const digits = (part * 5n ** BigInt(count)).toString().padStart(count, '0');
  return `${sign}${whole}.${digits.replace(/0+$/, '')}`;
}

function hexText({ format, raw }: FixedValue): string {
  const { whole, part, count } = split(raw < 0n ? -raw : raw, fractionBits(format));
  const digits = whole.toString(16);
  // The vendor's digits are those of a signed number: a first digit of 8 or more gets a zero before it.
  const text = `${raw < 0n ? '-' : ''}0x${/^[89a-f]/.test(digits) ? '0' : ''}${digits}`;
  if (part === 0n) return text;
  const places = Math.ceil(count / 4);
  return `${text}.${(part << BigInt(places * 4 - count)).toString(16).padStart(places, '0')}p0`;
}

function binaryText({ format, raw }: FixedValue): string {
  const { whole, part, count } = split(raw, fractionBits(format));
  const fraction = part === 0n ? '' : `.${part.toString(2).padStart(count, '0')}`;
  if (format.integer <= 0 || whole === 0n) return `0b0${fraction}`;
  return `0b${whole > 0n ? `0${whole.toString(2)}` : BigInt.asUintN(format.integer + 1, whole).toString(2)}${fraction}`;
}

/**
 * Write a value with the very spelling of ap_types' `to_string`.
 *
 * It differs from `toText` where I ≥ 64 only: there the vendor leaves the prefix away when the integer part is zero and
 * writes hexadecimal integer digits in capitals behind a zero. Such text cannot be read back, so use it to compare.
 */
export function vendorText(value: FixedValue, radix: TextRadix): string {
  const text = toText(value, radix);
  const match = /^(-?)(0[bx])([^.]*)(.*)$/.exec(text);
  if (match === null || value.format.integer < 64) return text;
  const [, sign, prefix, whole, rest] = match;
  if (whole === '0') return `${sign}0${rest}`;
  return radix === 16 ? `${sign}${prefix}0${whole!.replace(/^0/, '').toUpperCase()}${rest}` : text;
}

interface Notation {
  readonly pattern: RegExp;
  readonly radix: bigint;
  readonly digits: string;
  /** Base of the exponent after `e` or `p`. */
  readonly exponentBase: bigint;
}

const NOTATIONS: readonly Notation[] = [
  { pattern: /^0x([\da-f]*)(?:\.([\da-f]*))?(?:p([+-]?\d+))?$/i, radix: 16n, digits: '0x', exponentBase: 2n },
  { pattern: /^0o([0-7]*)(?:\.([0-7]*))?(?:p([+-]?\d+))?$/i, radix: 8n, digits: '0o', exponentBase: 2n },
  { pattern: /^0b([01]*)(?:\.([01]*))?(?:p([+-]?\d+))?$/i, radix: 2n, digits: '0b', exponentBase: 2n },
  { pattern: /^(\d*)(?:\.(\d*))?(?:e([+-]?\d+))?$/i, radix: 10n, digits: '', exponentBase: 10n },
];

/**
 * Read a number and convert it with the format's modes, rounding the exact value once.
 *
 * Decimal (`-2.5`, `.5`, `1e3`), or `0x`, `0o`, `0b` with an optional point and an optional binary exponent
 * (`0x1.8p0`); a sign may come first.
 *
 * @throws FormatError if the text is not such a number.
 */
export function fromText(text: string, format: FixedFormat): FixedValue {
  const { numerator, denominator } = parseNumber(text, format);
  return { format, raw: castQuotient(numerator, denominator, format) };
}

/** Convert an exact fraction: two more bits than kept and a sticky bit decide every rounding as the fraction would. */
function castQuotient(numerator: bigint, denominator: bigint, format: FixedFormat): bigint {
  const fraction = fractionBits(format) + 2;
  const magnitude = numerator < 0n ? -numerator : numerator;
  const dividend = magnitude << BigInt(Math.max(fraction, 0));
  const divisor = denominator << BigInt(Math.max(-fraction, 0));
  const quotient = dividend / divisor;
  const sticky = quotient * divisor === dividend ? 0n : 1n;
  const raw = (quotient << 1n) | sticky;
  return cast(numerator < 0n ? -raw : raw, fraction + 1, format);
}

function parseNumber(text: string, format: FixedFormat): { readonly numerator: bigint; readonly denominator: bigint } {
  const trimmed = text.trim();
  const unsigned = trimmed.replace(/^[+-]/, '');
  for (const notation of NOTATIONS) {
    const match = notation.pattern.exec(unsigned);
    if (match === null) continue;
    const [, whole = '', part = '', exponentText = '0'] = match;
    const exponent = Number(exponentText);
    if (whole + part === '' || Math.abs(exponent) > MAX_EXPONENT) break;
    const magnitude = BigInt(notation.digits + whole + part);
    const scale = notation.exponentBase ** BigInt(Math.abs(exponent));
    return {
      numerator: (trimmed.startsWith('-') ? -magnitude : magnitude) * (exponent > 0 ? scale : 1n),
      denominator: notation.radix ** BigInt(part.length) * (exponent < 0 ? scale : 1n),
    };
  }
  const shown = JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
  throw new FormatError(
    `a number for ${formatText(format)} is written ${shown} but must be decimal (-2.5, 1e3), 0x, 0o or 0b digits, ` +
      `with an exponent within ±${MAX_EXPONENT}`,
  );
}
