/**
 * Division by a constant count, as multiplication by its reciprocal.
 *
 * With m = ⌈2^k / n⌉ the product x·m·2^−k exceeds |x / n| by less than |x|·2^−k. As long as that is no more than 1/n in
 * units of the last digit kept, truncation toward zero gives the digits of x / n itself
 * (Granlund and Montgomery, "Division by invariant integers using multiplication", PLDI 1994).
 */
import type { CircuitBuilder, Wire } from '../circuit/index.ts';
import { widthOf } from '../circuit/index.ts';
import { type FixedFormat, fixed, fractionBits } from '../fixed/index.ts';

/** trunc₀(x / n) in the format of x, as the vendor's division and assignment compute it. */
export function divideTowardZero(builder: CircuitBuilder, wire: Wire, count: number, format: FixedFormat): Wire {
  const product = reciprocalProduct(builder, wire, count, fractionBits(format));
  return builder.cast(product, { ...format, quantization: 'AP_TRN_ZERO' });
}

/**
 * x / n for one later rounding to `fraction` bits: exact for a power of two, else truncated toward zero far enough
 * below.
 *
 * A quotient that is no multiple of half a unit differs from every such multiple by at least 1/n of the finer of both
 * units, so ⌈log2 n⌉ + 1 more bits keep it on its side and every rounding mode decides as for the exact quotient.
 */
export function exactQuotient(builder: CircuitBuilder, wire: Wire, count: number, fraction: number): Wire {
  const exponent = Math.log2(count);
  if (Number.isInteger(exponent)) return builder.scale(wire, -exponent);
  const own = builder.typeOf(wire);
  const kept = Math.max(own.fraction, fraction + 1) + Math.ceil(exponent) + 1;
  const product = reciprocalProduct(builder, wire, count, kept);
  const integer = widthOf(own) - own.fraction + 1;
  return builder.cast(product, fixed(integer + kept, integer, { quantization: 'AP_TRN_ZERO' }));
}

function reciprocalProduct(builder: CircuitBuilder, wire: Wire, count: number, fraction: number): Wire {
  const { fraction: own, ...interval } = builder.typeOf(wire);
  const digits = widthOf({ ...interval, fraction: own }) + Math.max(0, fraction - own);
  const shift = BigInt(digits + Math.ceil(Math.log2(count)));
  const n = BigInt(count);
  const reciprocal = ((1n << shift) + n - 1n) / n;
  return builder.multiply(wire, builder.constant(reciprocal, Number(shift)));
}
