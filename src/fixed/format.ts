/**
 * Fixed-point formats: `ap_fixed<W,I,Q,O,N>` and `ap_ufixed<W,I,Q,O,N>` as plain data.
 *
 * A value is a raw two's complement (or unsigned) integer of `width` bits times 2^-(width - integer).
 * `integer` may be negative or larger than `width`, so the binary point can lie outside the word.
 * Source: AMD UG1399, "Arbitrary Precision Fixed-Point Data Types".
 *
 * Limits: a format that a person writes has 1 … 4096 bits and an integer part within ±65536, so that no input can ask
 * for a gigabyte of digits. Formats of exact results (arithmetic.ts) may be wider.
 */
import { ValueError } from '../errors.ts';

/** How digits below the last fraction bit are removed. */
export type Quantization =
  | 'AP_RND'
  | 'AP_RND_ZERO'
  | 'AP_RND_MIN_INF'
  | 'AP_RND_INF'
  | 'AP_RND_CONV'
  | 'AP_TRN'
  | 'AP_TRN_ZERO';

/** What happens to a rounded value outside the range. */
export type Overflow = 'AP_SAT' | 'AP_SAT_ZERO' | 'AP_SAT_SYM' | 'AP_WRAP' | 'AP_WRAP_SM';

/** One fixed-point type; plain data, compared with `sameFormat`. */
export interface FixedFormat {
  readonly signed: boolean;
  /** Total bits W, at least 1. */
  readonly width: number;
  /** Integer bits I, the sign bit included; any integer. */
  readonly integer: number;
  readonly quantization: Quantization;
  readonly overflow: Overflow;
  /** Saturation bits N of the wrap modes, 0 ≤ N ≤ W. */
  readonly saturationBits: number;
}

/** Every quantization mode, in the order of UG1399. */
export const QUANTIZATIONS: readonly Quantization[] = [
  'AP_RND',
  'AP_RND_ZERO',
  'AP_RND_MIN_INF',
  'AP_RND_INF',
  'AP_RND_CONV',
  'AP_TRN',
  'AP_TRN_ZERO',
];

/** Every overflow mode, in the order of UG1399. */
export const OVERFLOWS: readonly Overflow[] = ['AP_SAT', 'AP_SAT_ZERO', 'AP_SAT_SYM', 'AP_WRAP', 'AP_WRAP_SM'];

/** Largest width that a written format may have, in bits, inclusive. */
export const MAX_WIDTH = 4096;

/** Largest magnitude of the integer part of a written format, in bits, inclusive. */
export const MAX_INTEGER = 65536;

/** Modes of a format; what is left out has the defaults of `ap_fixed`. */
export interface FormatOptions {
  /** @defaultValue 'AP_TRN' */
  readonly quantization?: Quantization;
  /** @defaultValue 'AP_WRAP' */
  readonly overflow?: Overflow;
  /** Saturation bits N, 0 ≤ N ≤ width. @defaultValue 0 */
  readonly saturationBits?: number;
}

/**
 * Make the signed format `ap_fixed<width, integer, …>`.
 *
 * @throws ValueError if a parameter is outside its range.
 */
export function fixed(width: number, integer: number, options: FormatOptions = {}): FixedFormat {
  return checkedFormat(true, width, integer, options);
}

/**
 * Make the unsigned format `ap_ufixed<width, integer, …>`.
 *
 * @throws ValueError if a parameter is outside its range, or for AP_WRAP_SM, which needs a sign bit.
 */
export function ufixed(width: number, integer: number, options: FormatOptions = {}): FixedFormat {
  return checkedFormat(false, width, integer, options);
}

function checkedFormat(signed: boolean, width: number, integer: number, options: FormatOptions): FixedFormat {
  const format = withModes({ ...exactFormat(signed, width, integer) }, options);
  const problem = formatProblem(format);
  if (problem !== null) throw new ValueError(problem.message);
  return format;
}

function withModes(format: FixedFormat, options: FormatOptions): FixedFormat {
  return {
    ...format,
    quantization: options.quantization ?? 'AP_TRN',
    overflow: options.overflow ?? 'AP_WRAP',
    saturationBits: options.saturationBits ?? 0,
  };
}

/** Make a format with modes AP_TRN, AP_WRAP, 0 and no limit on its size, as the exact operators need it. */
export function exactFormat(signed: boolean, width: number, integer: number): FixedFormat {
  return { signed, width, integer, quantization: 'AP_TRN', overflow: 'AP_WRAP', saturationBits: 0 };
}

/** The part of a format that a problem is about. */
export type FormatPart = 'width' | 'integer' | 'quantization' | 'overflow' | 'saturationBits';

/** Say what is wrong with a format as one sentence and which part it is about; null if it is a proper one. */
export function formatProblem(format: FixedFormat): { readonly part: FormatPart; readonly message: string } | null {
  const { signed, width, integer, quantization, overflow, saturationBits } = format;
  const name = signed ? 'ap_fixed' : 'ap_ufixed';
  if (!Number.isInteger(width) || width < 1 || width > MAX_WIDTH) {
    return { part: 'width', message: `the width of ${name} is ${width} but must be an integer in 1 … ${MAX_WIDTH}` };
  }
  if (!Number.isInteger(integer) || Math.abs(integer) > MAX_INTEGER) {
    const range = `-${MAX_INTEGER} … ${MAX_INTEGER}`;
    return {
      part: 'integer',
      message: `the integer part of ${name} has ${integer} bits but must be an integer in ${range}`,
    };
  }
  if (!QUANTIZATIONS.includes(quantization)) {
    return {
      part: 'quantization',
      message: `the quantization mode of ${name} is ${quantization} but must be one of ${QUANTIZATIONS.join(', ')}`,
    };
  }
  if (!OVERFLOWS.includes(overflow)) {
    return {
      part: 'overflow',
      message: `the overflow mode of ${name} is ${overflow} but must be one of ${OVERFLOWS.join(', ')}`,
    };
  }
  if (!signed && overflow === 'AP_WRAP_SM') {
    const allowed = OVERFLOWS.filter((mode) => mode !== 'AP_WRAP_SM').join(', ');
    return {
      part: 'overflow',
      message: `the overflow mode of ap_ufixed is AP_WRAP_SM, which needs a sign bit, but must be one of ${allowed}`,
    };
  }
  if (!Number.isInteger(saturationBits) || saturationBits < 0 || saturationBits > width) {
    return {
      part: 'saturationBits',
      message: `the number of saturation bits of ${name} is ${saturationBits} but must be an integer in 0 … ${width} (the width)`,
    };
  }
  return null;
}

/** Return the number of fraction bits F = W − I; negative if the last bit weighs more than 1. */
export function fractionBits(format: FixedFormat): number {
  return format.width - format.integer;
}

/** Return the smallest and largest raw code of the format's bits, both inclusive (whatever its overflow mode). */
export function rawRange(format: FixedFormat): { readonly lo: bigint; readonly hi: bigint } {
  const { signed, width } = format;
  if (!signed) return { lo: 0n, hi: (1n << BigInt(width)) - 1n };
  const half = 1n << BigInt(width - 1);
  return { lo: -half, hi: half - 1n };
}

/** Return whether `raw` is a code of the format. */
export function holdsRaw(format: FixedFormat, raw: bigint): boolean {
  return (format.signed ? BigInt.asIntN(format.width, raw) : BigInt.asUintN(format.width, raw)) === raw;
}

/** Return whether a raw code means the same in two formats: same bits and binary point, whatever the modes. */
export function sameCodes(a: FixedFormat, b: FixedFormat): boolean {
  return a.signed === b.signed && a.width === b.width && a.integer === b.integer;
}

/** Return whether two formats have the same bits, binary point and modes. */
export function sameFormat(a: FixedFormat, b: FixedFormat): boolean {
  return (
    sameCodes(a, b) &&
    a.quantization === b.quantization &&
    a.overflow === b.overflow &&
    a.saturationBits === b.saturationBits
  );
}

/** Whether an overflow only cuts high bits off: AP_WRAP without saturation bits. */
export function isWrapping({ overflow, saturationBits }: FixedFormat): boolean {
  return overflow === 'AP_WRAP' && saturationBits === 0;
}

/**
 * Write a format as C++ text, without the trailing parameters that have their default:
 * `ap_fixed<16,6>`, `ap_ufixed<8,0,AP_RND,AP_SAT>`, `ap_fixed<8,3,AP_TRN,AP_WRAP,2>`.
 */
export function formatText(format: FixedFormat): string {
  const { signed, width, integer, quantization, overflow, saturationBits } = format;
  const parts: (string | number)[] = [width, integer, quantization, overflow, saturationBits];
  const defaults = [null, null, 'AP_TRN', 'AP_WRAP', 0];
  while (parts.at(-1) === defaults[parts.length - 1]) parts.pop();
  return `${signed ? 'ap_fixed' : 'ap_ufixed'}<${parts.join(',')}>`;
}
