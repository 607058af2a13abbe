/** Bit operations on the two's complement of operands aligned to one binary point and sign-extended. */
import { align } from './align.ts';
import { exactFormat, rawRange } from './format.ts';
import { bitwiseFormat } from './result-format.ts';
import type { FixedValue } from './value.ts';

/** A two-operand bit operation. */
export type BitwiseOperation = 'and' | 'or' | 'xor';

/** Apply `&`, `|` or `^`; the result has `bitwiseFormat`. */
export function bitwise(operation: BitwiseOperation, a: FixedValue, b: FixedValue): FixedValue {
  const aligned = align(a, b);
  return { format: bitwiseFormat(a.format, b.format), raw: combine(operation, aligned.a, aligned.b) };
}

function combine(operation: BitwiseOperation, a: bigint, b: bigint): bigint {
  switch (operation) {
    case 'and':
      return a & b;
    case 'or':
      return a | b;
    case 'xor':
      return a ^ b;
    default:
      return operation satisfies never;
  }
}

/** Invert all W bits (C++ `~x`); same width and binary point, default modes. */
export function invert(a: FixedValue): FixedValue {
  const { signed, width, integer } = a.format;
  return { format: exactFormat(signed, width, integer), raw: signed ? ~a.raw : rawRange(a.format).hi - a.raw };
}
