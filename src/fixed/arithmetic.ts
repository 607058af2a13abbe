/**
 * Arithmetic that never rounds and never overflows: each result has the format of result-format.ts, which holds it.
 * Division is the exception that C++ makes: its quotient is truncated toward zero.
 *
 * ap_types computes min / −1 and mixed-sign integer division wrongly; we compute the true quotient in the same result
 * type (docs/numerics.md, "Deviations").
 */
import { ValueError } from '../errors.ts';
import { align } from './align.ts';
import { cast } from './cast.ts';
import { exactFormat, formatText, fractionBits } from './format.ts';
import {
  differenceFormat,
  magnitudeFormat,
  negationFormat,
  productFormat,
  quotientFormat,
  remainderFormat,
  sumFormat,
} from './result-format.ts';
import type { FixedValue } from './value.ts';

const ONE: FixedValue = { format: exactFormat(false, 1, 1), raw: 1n };

/** Add exactly; the result has `sumFormat`. */
export function add(a: FixedValue, b: FixedValue): FixedValue {
  const aligned = align(a, b);
  return { format: sumFormat(a.format, b.format), raw: aligned.a + aligned.b };
}

/** Subtract exactly; the result has `differenceFormat`. */
export function subtract(a: FixedValue, b: FixedValue): FixedValue {
  const aligned = align(a, b);
  return { format: differenceFormat(a.format, b.format), raw: aligned.a - aligned.b };
}

/** Multiply exactly; the result has `productFormat`. */
export function multiply(a: FixedValue, b: FixedValue): FixedValue {
  return { format: productFormat(a.format, b.format), raw: a.raw * b.raw };
}

/**
 * Divide, truncating toward zero to the fraction bits of `quotientFormat`: raw = (a << max(F2, 0)) / b.
 *
 * @throws ValueError if `b` is zero.
 */
export function divide(a: FixedValue, b: FixedValue): FixedValue {
  if (b.raw === 0n) throw divisorIsZero(a, b);
  const shift = BigInt(Math.max(fractionBits(b.format), 0));
  return { format: quotientFormat(a.format, b.format), raw: (a.raw << shift) / b.raw };
}

/**
 * Take the exact remainder a − b · trunc(a / b), which has the sign of `a`; the result has `remainderFormat`.
 *
 * C++ has `%` for integers only; on them this is the same.
 *
 * @throws ValueError if `b` is zero.
 */
export function modulo(a: FixedValue, b: FixedValue): FixedValue {
  if (b.raw === 0n) throw divisorIsZero(a, b);
  const aligned = align(a, b);
  return { format: remainderFormat(a.format, b.format), raw: aligned.a % aligned.b };
}

/** Negate exactly; the result has one bit more and is signed. */
export function negate(a: FixedValue): FixedValue {
  return { format: negationFormat(a.format), raw: -a.raw };
}

/** Return the magnitude exactly, in the format of the negation. */
export function abs(a: FixedValue): FixedValue {
  return { format: magnitudeFormat(a.format), raw: a.raw < 0n ? -a.raw : a.raw };
}

/** Add 1.0 and convert back with the format's own modes (C++ `++x`). */
export function increment(a: FixedValue): FixedValue {
  return castBack(add(a, ONE), a);
}

/** Subtract 1.0 and convert back with the format's own modes (C++ `--x`). */
export function decrement(a: FixedValue): FixedValue {
  return castBack(subtract(a, ONE), a);
}

/** Compute `accumulator op= b`: the exact result converted to the accumulator's format with its modes. */
export function accumulate(
  operation: (a: FixedValue, b: FixedValue) => FixedValue,
  accumulator: FixedValue,
  b: FixedValue,
): FixedValue {
  return castBack(operation(accumulator, b), accumulator);
}

function castBack(result: FixedValue, { format }: FixedValue): FixedValue {
  return { format, raw: cast(result.raw, fractionBits(result.format), format) };
}

function divisorIsZero(a: FixedValue, b: FixedValue): ValueError {
  return new ValueError(
    `the divisor (${formatText(b.format)}) of a value of ${formatText(a.format)} is 0 but must not be zero`,
  );
}
