/** Exact rational numbers, as small as a test oracle can be. The denominator is positive; fractions are not reduced. */
import { type FixedValue, fractionBits } from '../../src/fixed/index.ts';

export interface Rational {
  readonly n: bigint;
  readonly d: bigint;
}

export function rational(raw: bigint, fraction: number): Rational {
  return fraction >= 0 ? { n: raw, d: 2n ** BigInt(fraction) } : { n: raw * 2n ** BigInt(-fraction), d: 1n };
}

export function rationalOf(value: FixedValue): Rational {
  return rational(value.raw, fractionBits(value.format));
}

export function equal(a: Rational, b: Rational): boolean {
  return a.n * b.d === b.n * a.d;
}

export function sign(a: Rational): -1 | 0 | 1 {
  return a.n < 0n ? -1 : a.n > 0n ? 1 : 0;
}

export function plus(a: Rational, b: Rational): Rational {
  return { n: a.n * b.d + b.n * a.d, d: a.d * b.d };
}

export function minus(a: Rational, b: Rational): Rational {
  return plus(a, { n: -b.n, d: b.d });
}

export function times(a: Rational, b: Rational): Rational {
  return { n: a.n * b.n, d: a.d * b.d };
}

export function over(a: Rational, b: Rational): Rational {
  return b.n < 0n ? { n: -a.n * b.d, d: -b.n * a.d } : { n: a.n * b.d, d: b.n * a.d };
}

/** The largest integer not above. */
export function floor({ n, d }: Rational): bigint {
  const quotient = n / d;
  return n < 0n && quotient * d !== n ? quotient - 1n : quotient;
}

/** The integer part toward zero. */
export function truncate({ n, d }: Rational): bigint {
  return n / d;
}
