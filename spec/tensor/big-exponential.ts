/** exp to 200 bits in integers, and its correct rounding to f32: the judge of look-up table entries. */

const BITS = 200n;
const ONE = 1n << BITS;

/** A double as an exact fixed-point number of 200 fraction bits (for |x| ≥ 2^-100 or so). */
function fixedOf(x: number): bigint {
  return (BigInt(x * 2 ** 100 >= 2 ** 1000 ? 0 : Math.trunc(x * 2 ** 100)) * ONE) >> 100n;
}

/** e^x · 2^200 for |x| ≤ 40 whose last bit is worth 2^-100 or more. */
function exponential(x: number): bigint {
  // e^x = (e^(x / 2^8))^(2^8); the series runs on |x| < 0.16.
  const reduced = fixedOf(x) >> 8n;
  let term = ONE;
  let sum = ONE;
  for (let n = 1n; term !== 0n && n < 200n; n += 1n) {
    term = (term * reduced) / (n * ONE);
    sum += term;
  }
  for (let i = 0; i < 8; i += 1) sum = (sum * sum) >> BITS;
  return sum;
}

/** e^x rounded to the nearest f32 (no ties occur); for |x| ≤ 40. */
export function exponentialF32(x: number): number {
  const value = exponential(x);
  const length = BigInt(value.toString(2).length);
  const shift = length - 24n;
  const rounded = (value + (1n << (shift - 1n))) >> shift;
  return Number(rounded) * 2 ** Number(shift - BITS);
}
