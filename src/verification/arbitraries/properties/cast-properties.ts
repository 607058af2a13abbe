/**
 * The laws of casts. Each takes the cast to test, so that a library or a hand-written function in another project can
 * be held to them; without one it is this package's own.
 */
import { MismatchError } from '../../../errors.ts';
import {
  cast,
  exactFormat,
  type FixedFormat,
  formatText,
  fractionBits,
  holdsRaw,
  parseFormat,
  quantizeRaw,
  rawRange,
  sameFormat,
  toText,
} from '../../../fixed/index.ts';
import type { ExactValue } from '../values.ts';

/** Converts the value raw · 2^-fraction to a raw code of a format. */
export type Cast = (raw: bigint, fraction: number, format: FixedFormat) => bigint;

function valueText({ raw, fraction }: ExactValue): string {
  const width = raw.toString(2).length + 1;
  return toText({ format: exactFormat(true, width, width - fraction), raw });
}

/** Compare two exact values: negative, 0 or positive. */
function order(a: ExactValue, b: ExactValue): bigint {
  const fraction = Math.max(a.fraction, b.fraction);
  return (a.raw << BigInt(fraction - a.fraction)) - (b.raw << BigInt(fraction - b.fraction));
}

/** Tell whether the rounded value is a code of the format, so that no overflow mode has a say. */
function isInRange({ raw, fraction }: ExactValue, format: FixedFormat): boolean {
  const { lo, hi } = rawRange(format);
  const rounded = quantizeRaw(raw, fraction - fractionBits(format), format.quantization);
  return (
    rounded >= (format.overflow === 'AP_SAT_SYM' && format.signed && format.width > 1 ? lo + 1n : lo) && rounded <= hi
  );
}

/**
 * Check that a cast is the one that the format's modes define.
 *
 * @throws MismatchError if not
 */
export function castEqualsReference(format: FixedFormat, value: ExactValue, implementation: Cast): void {
  const found = implementation(value.raw, value.fraction, format);
  const expected = cast(value.raw, value.fraction, format);
  if (found === expected) return;
  throw new MismatchError(
    `${valueText(value)} becomes raw ${found} of ${formatText(format)}, and must become ${expected}.`,
  );
}

/**
 * Check that a cast gives a code of its format.
 *
 * @throws MismatchError if not
 */
export function castStaysInFormat(format: FixedFormat, value: ExactValue, implementation: Cast = cast): void {
  const found = implementation(value.raw, value.fraction, format);
  if (holdsRaw(format, found)) return;
  throw new MismatchError(`${valueText(value)} becomes raw ${found}, which is no code of ${formatText(format)}.`);
}

/**
 * Check that a cast keeps the order of two values: always where the format saturates (AP_SAT, AP_SAT_SYM), else where
 * both are in range. Other overflow modes break the order on purpose; for them the check passes.
 *
 * @throws MismatchError if the smaller value becomes the larger code
 */
export function castIsMonotone(format: FixedFormat, a: ExactValue, b: ExactValue, implementation: Cast = cast): void {
  const saturates = format.overflow === 'AP_SAT' || format.overflow === 'AP_SAT_SYM';
  if (!saturates && !(isInRange(a, format) && isInRange(b, format))) return;
  const [low, high] = order(a, b) <= 0n ? [a, b] : [b, a];
  const below = implementation(low.raw, low.fraction, format);
  const above = implementation(high.raw, high.fraction, format);
  if (below <= above) return;
  throw new MismatchError(
    `${valueText(low)} becomes raw ${below} of ${formatText(format)}, and the larger ${valueText(high)} becomes ${above}.`,
  );
}

/**
 * Check that casting twice is casting once.
 *
 * @throws MismatchError if not
 */
export function castIsIdempotent(format: FixedFormat, value: ExactValue, implementation: Cast = cast): void {
  const once = implementation(value.raw, value.fraction, format);
  const twice = implementation(once, fractionBits(format), format);
  if (once === twice) return;
  throw new MismatchError(`${valueText(value)} becomes raw ${once} of ${formatText(format)}, which becomes ${twice}.`);
}

/**
 * Check that a value in range is rounded by less than one unit, and to the nearest code in the AP_RND modes.
 *
 * @throws MismatchError if the error is larger
 */
export function castRoundsToNeighbour(format: FixedFormat, value: ExactValue, implementation: Cast = cast): void {
  if (!isInRange(value, format)) return;
  const found = implementation(value.raw, value.fraction, format);
  const gap = order({ raw: found, fraction: fractionBits(format) }, value);
  const fraction = Math.max(value.fraction, fractionBits(format));
  const error = gap < 0n ? -gap : gap;
  const unit = 1n << BigInt(fraction - fractionBits(format));
  const nearest = format.quantization.startsWith('AP_RND');
  if (nearest ? 2n * error <= unit : error < unit) return;
  throw new MismatchError(
    `${valueText(value)} becomes raw ${found} of ${formatText(format)}, which is ${valueText({ raw: found, fraction: fractionBits(format) })}.`,
  );
}

/**
 * Check that a format written as text and read again is the same format.
 *
 * @throws MismatchError if not
 */
export function textKeepsFormat(format: FixedFormat): void {
  const text = formatText(format);
  const again = parseFormat(text);
  if (!sameFormat(format, again)) throw new MismatchError(`${text} reads back as ${formatText(again)}.`);
}
