/**
 * The natural logarithm from + − × ÷ only, so that samples have the same bits in every engine (`Math.log` does not).
 *
 * x = 2^k · m with m in [√½, √2); with f = m − 1 and s = f / (2 + f), log m = 2·artanh(s) is summed as a Taylor series
 * in s² ≤ 0.0295. It lives in the lowest folder that needs it; `tensor` builds its logarithms on the same function.
 * Error below 1 ulp (0.9 observed against 200-bit arithmetic).
 */

/** ln 2 in two parts: the high one has 21 trailing zero bits, so that its product with an exponent is exact. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/** 2^k for k of [−1022, 1023], exact. A table, because writing an exponent field and reading it back stalls the CPU. */
const POWERS = new Float64Array(2046);
POWERS[1022] = 1;
for (let k = 1; k <= 1023; k += 1) POWERS[1022 + k] = 2 * POWERS[1021 + k]!;
for (let k = -1; k >= -1022; k -= 1) POWERS[1022 + k] = 0.5 * POWERS[1023 + k]!;

/** Give 2^k for an integer k of [−1022, 1023]. */
export function powerOfTwo(k: number): number {
  return POWERS[k + 1022]!;
}

const TWO_52 = 4503599627370496;
const double = new Float64Array([1]);
const words = new Uint32Array(double.buffer);
/** Which 32-bit word of a double holds sign and exponent: 1 on a little-endian machine. */
const HIGH = words[1] === 0 ? 0 : 1;

/**
 * Compute the natural logarithm of a double.
 *
 * @param x Any double; below zero gives NaN, ±0 gives −∞.
 */
export function logarithm(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  if (x === Infinity) return x;
  const { exponent, mantissa } = splitNearOne(x);
  return logarithmOfParts(exponent, mantissa);
}

/** Split a positive finite double into 2^exponent · mantissa with mantissa in [√½, √2). */
export function splitNearOne(x: number): { exponent: number; mantissa: number } {
  const subnormal = x < 2.2250738585072014e-308;
  const normal = subnormal ? x * TWO_52 : x;
  double[0] = normal;
  const high = words[HIGH]!;
  // 0x6a09e is the top of the fraction of √2: above it, halve the mantissa to stay near one.
  const exponent = (high >>> 20) - ((high & 0xfffff) > 0x6a09e ? 1022 : 1023);
  // 2^−1024 is subnormal and not in the table.
  const mantissa = exponent > 1022 ? 0.25 * normal * powerOfTwo(2 - exponent) : normal * powerOfTwo(-exponent);
  return { exponent: subnormal ? exponent - 52 : exponent, mantissa };
}

/** Σ 2·s^(2n)/(2n+1) for n ≥ 1: the tail of 2·artanh(s)/s. */
function artanhTail(z: number): number {
  return (
    z *
    (2 / 3 +
      z *
        (2 / 5 +
          z *
            (2 / 7 +
              z * (2 / 9 + z * (2 / 11 + z * (2 / 13 + z * (2 / 15 + z * (2 / 17 + z * (2 / 19 + z * (2 / 21))))))))))
  );
}

function logarithmOfParts(exponent: number, mantissa: number): number {
  const f = mantissa - 1;
  const s = f / (2 + f);
  const half = 0.5 * f * f;
  // 2s = f − half + s·half exactly, so that the leading term f carries no rounding error.
  const tail = s * (half + artanhTail(s * s));
  if (exponent === 0) return f - (half - tail);
  return exponent * LN2_HIGH - (half - (tail + exponent * LN2_LOW) - f);
}
