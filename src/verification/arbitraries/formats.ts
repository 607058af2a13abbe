/**
 * Formats of every sign, width, binary point and mode.
 *
 * Widths are drawn by class, narrow ones most often, because that is where rounding and overflow meet and where a
 * counterexample can be read; wide ones cross the word lengths of the evaluators. A format shrinks to
 * `ap_fixed<1,1>`, one parameter at a time, within the options.
 */
import * as fc from 'fast-check';
import { type FixedFormat, type Overflow, OVERFLOWS, type Quantization, QUANTIZATIONS } from '../../fixed/index.ts';
import { withShrinks } from './with-shrinks.ts';

/** Which formats to generate. */
export interface FormatChoice {
  /** Smallest width in bits, inclusive, at least 1. @defaultValue 1 */
  readonly minWidth?: number;
  /** Largest width in bits, inclusive, at most 4096. @defaultValue 24 */
  readonly maxWidth?: number;
  /** true or false for one sign only. @defaultValue both */
  readonly signed?: boolean;
  /** Fewest fraction bits, inclusive; negative if the last bit weighs more than 1. @defaultValue −4 */
  readonly minFraction?: number;
  /** Most fraction bits, inclusive. @defaultValue width + 4 */
  readonly maxFraction?: number;
  /** A mode that stands twice comes twice as often. @defaultValue all */
  readonly quantizations?: readonly Quantization[];
  /** AP_WRAP_SM is drawn for signed formats only. @defaultValue all */
  readonly overflows?: readonly Overflow[];
  /** Most saturation bits, inclusive; the width bounds them too. @defaultValue 4 */
  readonly maxSaturationBits?: number;
}

/** Width classes and how often each is drawn. */
const WIDTH_CLASSES = [
  { most: 8, weight: 6 },
  { most: 24, weight: 4 },
  { most: 80, weight: 2 },
  { most: 4096, weight: 1 },
] as const;

function widths(min: number, max: number): fc.Arbitrary<number> {
  const classes = WIDTH_CLASSES.filter(({ most }, k) => most >= min && (WIDTH_CLASSES[k - 1]?.most ?? 0) < max);
  return fc.oneof(
    ...classes.map(({ most, weight }) => ({ weight, arbitrary: fc.integer({ min, max: Math.min(most, max) }) })),
  );
}

/** Modes from the simplest to the most involved, the order in which shrinking prefers them. */
const SIMPLE_QUANTIZATIONS: readonly Quantization[] = [
  'AP_TRN',
  'AP_TRN_ZERO',
  'AP_RND',
  'AP_RND_ZERO',
  'AP_RND_INF',
  'AP_RND_MIN_INF',
  'AP_RND_CONV',
];
const SIMPLE_OVERFLOWS: readonly Overflow[] = ['AP_WRAP', 'AP_SAT', 'AP_SAT_ZERO', 'AP_SAT_SYM', 'AP_WRAP_SM'];

/** Generate formats; see `FormatChoice` for what can be narrowed. */
export function formats(choice: FormatChoice = {}): fc.Arbitrary<FixedFormat> {
  const { minWidth = 1, maxWidth = 24, signed, quantizations = QUANTIZATIONS, overflows = OVERFLOWS } = choice;
  const { maxSaturationBits = 4 } = choice;
  const unsignedOverflows = overflows.filter((mode) => mode !== 'AP_WRAP_SM');
  const signs = signed === undefined ? (unsignedOverflows.length === 0 ? [true] : [true, false]) : [signed];
  const source = fc.tuple(fc.constantFrom(...signs), widths(minWidth, maxWidth)).chain(([sign, width]) =>
    fc
      .record({
        fraction: fc.integer(fractionLimits(choice, width)),
        quantization: fc.constantFrom(...quantizations),
        overflow: fc.constantFrom(...(sign ? overflows : unsignedOverflows)),
        saturationBits: fc.oneof(fc.constant(0), fc.nat({ max: Math.min(maxSaturationBits, width) })),
      })
      .map(({ fraction, quantization, overflow, saturationBits }): FixedFormat => ({
        signed: sign,
        width,
        integer: width - fraction,
        quantization,
        overflow,
        saturationBits,
      })),
  );
  return withShrinks(source, (format) => simplerFormats(format, choice));
}

function fractionLimits(choice: FormatChoice, width: number): { min: number; max: number } {
  const { minFraction = -4, maxFraction = Math.max(minFraction, width + 4) } = choice;
  return { min: minFraction, max: maxFraction };
}

/** Tell whether a format is among those that `formats(choice)` can generate. */
export function isChosen(format: FixedFormat, choice: FormatChoice = {}): boolean {
  const { minWidth = 1, maxWidth = 24, quantizations = QUANTIZATIONS, overflows = OVERFLOWS } = choice;
  const { signed, width, integer, saturationBits, overflow, quantization } = format;
  const { min, max } = fractionLimits(choice, width);
  return (
    (choice.signed === undefined || choice.signed === signed) &&
    width >= minWidth &&
    width <= maxWidth &&
    width - integer >= min &&
    width - integer <= max &&
    quantizations.includes(quantization) &&
    overflows.includes(overflow) &&
    (signed || overflow !== 'AP_WRAP_SM') &&
    saturationBits <= Math.min(choice.maxSaturationBits ?? 4, width)
  );
}

/** Measure how much there is to read in a format; shrinking only goes to smaller ones. */
export function formatSize({ signed, width, integer, quantization, overflow, saturationBits }: FixedFormat): number {
  const modes = SIMPLE_QUANTIZATIONS.indexOf(quantization) + SIMPLE_OVERFLOWS.indexOf(overflow);
  return 6 * width + 3 * Math.abs(width - integer) + 2 * saturationBits + modes + (signed ? 0 : 1);
}

/** List whole numbers between 0 and `value`, from 0 outwards; nothing for 0. */
export function* towardsZero(value: number): Iterable<number> {
  for (let gap = value; gap !== 0; gap = Math.trunc(gap / 2)) yield value - gap;
}

/** List simpler formats of those that `formats(choice)` can generate, the simplest first. */
export function* simplerFormats(format: FixedFormat, choice: FormatChoice = {}): Iterable<FixedFormat> {
  const size = formatSize(format);
  for (const candidate of changedFormats(format)) {
    if (formatSize(candidate) < size && isChosen(candidate, choice)) yield candidate;
  }
}

function* changedFormats(format: FixedFormat): Iterable<FixedFormat> {
  const { signed, width, integer } = format;
  const fraction = width - integer;
  const plain = { quantization: 'AP_TRN', overflow: 'AP_WRAP', saturationBits: 0 } as const;
  yield { ...format, ...plain, integer: width };
  yield { ...format, ...plain };
  for (const quantization of SIMPLE_QUANTIZATIONS) yield { ...format, quantization };
  for (const overflow of SIMPLE_OVERFLOWS) yield { ...format, overflow };
  for (const saturationBits of towardsZero(format.saturationBits)) yield { ...format, saturationBits };
  if (!signed) yield { ...format, signed: true };
  for (const fewer of towardsZero(fraction)) yield { ...format, integer: width - fewer };
  for (const less of towardsZero(width - 1)) {
    const narrow = { ...format, width: less + 1, saturationBits: Math.min(format.saturationBits, less + 1) };
    // Keep the fraction bits, then the integer bits: either end of the word may be what matters.
    yield { ...narrow, integer: narrow.width - fraction };
    yield narrow;
  }
}
