/**
 * The cast as scalar code: rounding becomes an addition and a shift, overflow a clamp, a mask or a choice.
 *
 * The rules are those of `quantizeRaw` and `overflowRaw` of `fixed`, to which the export tests hold every target.
 */
import { type FixedFormat, fractionBits, rawRange } from '../../fixed/index.ts';
import type { ScalarBuilder, Value } from './scalar.ts';

const power = (bits: number): bigint => 1n << BigInt(bits);

/**
 * Write `cast(x·2^-fraction, format)`.
 *
 * @param overflow - false leaves the rounded value out of range, for sums that are brought into range at their end
 */
export function castScalar(
  b: ScalarBuilder,
  x: Value,
  fraction: number,
  format: FixedFormat,
  overflow: boolean,
): Value {
  const drop = fraction - fractionBits(format);
  const rounded = roundScalar(b, x, drop, format);
  if (!overflow) return rounded;
  return overflowScalar(b, rounded, () => (drop > 0 ? b.shift(x, -drop) : rounded), format);
}

function roundScalar(b: ScalarBuilder, x: Value, drop: number, { quantization }: FixedFormat): Value {
  if (drop <= 0) return b.shift(x, -drop);
  const { lo, hi } = b.rangeOf(x);
  const half = power(drop - 1);
  const negative = (): Value => b.binary('lt', x, b.constant(0n));
  if (-lo < half && hi < half) {
    // Nothing but the sign is left of it; constants of this weight could be wider than any word.
    if (quantization !== 'AP_TRN') return b.constant(0n);
    return b.binary('subtract', b.constant(0n), negative());
  }
  const plus = (value: Value, constant: bigint): Value => b.binary('add', value, b.constant(constant));
  switch (quantization) {
    case 'AP_TRN':
      return b.shift(x, -drop);
    case 'AP_RND':
      return b.shift(plus(x, half), -drop);
    case 'AP_RND_MIN_INF':
      return b.shift(plus(x, half - 1n), -drop);
    case 'AP_RND_ZERO':
      return b.shift(b.binary('add', plus(x, half - 1n), negative()), -drop);
    case 'AP_RND_INF':
      return b.shift(b.binary('subtract', plus(x, half), negative()), -drop);
    case 'AP_RND_CONV': {
      const odd = b.lowBits(b.shift(x, -drop), 1);
      return b.shift(b.binary('add', plus(x, half - 1n), odd), -drop);
    }
    case 'AP_TRN_ZERO':
      return b.shift(b.select(negative(), plus(x, power(drop) - 1n), x), -drop);
    default:
      return quantization satisfies never;
  }
}

function overflowScalar(b: ScalarBuilder, x: Value, floor: () => Value, format: FixedFormat): Value {
  const { signed, width, overflow, saturationBits: n } = format;
  const { lo, hi } = rawRange(format);
  const symmetric = overflow === 'AP_SAT_SYM' && signed && width > 1;
  const lowest = symmetric ? lo + 1n : lo;
  const range = b.rangeOf(x);
  if (range.lo >= lowest && range.hi <= hi) return x;
  if (overflow === 'AP_SAT' || overflow === 'AP_SAT_SYM') {
    return b.binary('minimum', b.binary('maximum', x, b.constant(lowest)), b.constant(hi));
  }
  if (overflow === 'AP_WRAP' && n === 0) return signed ? b.signedBits(x, width) : b.lowBits(x, width);

  const outside = b.binary('or', b.binary('lt', x, b.constant(lo)), b.binary('lt', b.constant(hi), x));
  const bit = (value: Value, index: number): Value => b.lowBits(b.shift(value, -index), 1);
  const negative = (): Value => b.binary('lt', x, b.constant(0n));
  const top = (isNegative: Value, saturated: number): Value =>
    b.select(
      isNegative,
      b.constant(-power(width - 1)),
      b.constant(saturated <= 1 ? 0n : power(width - 1) - power(width - saturated)),
    );
  switch (overflow) {
    case 'AP_SAT_ZERO':
      return b.select(outside, b.constant(0n), x);
    case 'AP_WRAP': {
      const low = b.lowBits(x, width - n);
      const saturated = signed ? top(negative(), n) : b.constant(power(width) - power(width - n));
      return b.select(outside, b.binary('add', low, saturated), x);
    }
    case 'AP_WRAP_SM': {
      // Bits are bits 0 and 1 here, so "different" is the test for inversion.
      const sign = n === 0 ? bit(floor(), width) : negative();
      const inverts = b.binary(n <= 1 ? 'ne' : 'eq', sign, bit(x, n <= 1 ? width - 1 : width - n));
      const folded = b.select(inverts, b.binary('subtract', b.constant(-1n), x), x);
      const low = b.lowBits(folded, n === 0 ? width - 1 : width - n);
      return b.select(outside, b.binary('add', low, top(sign, n)), x);
    }
    default:
      return overflow satisfies never;
  }
}
