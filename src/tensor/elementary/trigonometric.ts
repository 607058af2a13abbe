/**
 * sin, cos and atan2 in double precision from + − × ÷ only.
 *
 * Arguments are reduced to |r| ≤ π/4 in two words: below 2^20 by subtracting multiples of π/2 in three parts (Cody and
 * Waite), beyond by exact integer arithmetic on a π of as many bits as the exponent needs. The series are Taylor's; the
 * arctangent first turns by a known angle (0, atan ½, π/4) so that its series runs in |t| ≤ ¼. Errors below 2 ulp.
 */
import { powerOfTwo } from '../../random/index.ts';

const { PI } = Math;
/** π/2 in three parts; the first two have 33 bits, so that their products with a count below 2^20 are exact. */
const HALF_PI_1 = 1.5707963267341256;
const HALF_PI_2 = 6.077100506303966e-11;
const HALF_PI_3 = 2.0222662487959506e-21;
const TWO_OVER_PI = 0.6366197723675814;

interface Reduced {
  /** x modulo a full turn, in quarter turns: 0 … 3. */
  readonly quadrant: number;
  readonly high: number;
  readonly low: number;
}

function reduce(x: number): Reduced {
  if (Math.abs(x) < 0.7853981633974483) return { quadrant: 0, high: x, low: 0 };
  if (Math.abs(x) > 1048576) return reduceExactly(x);
  const k = Math.floor(x * TWO_OVER_PI + 0.5);
  const first = x - k * HALF_PI_1;
  const part = k * HALF_PI_2;
  const second = first - part;
  // The subtraction of the second part may round; what it loses goes with the third.
  const lost = first - second - part;
  const rest = k * HALF_PI_3 - lost;
  const high = second - rest;
  return { quadrant: k & 3, high, low: second - high - rest };
}

/** π·2^bits as an integer, by Machin's formula π = 16·atan(1/5) − 4·atan(1/239). */
function piBits(bits: number): bigint {
  const guard = 64n;
  const one = 1n << (BigInt(bits) + guard);
  const arctangent = (inverse: bigint): bigint => {
    let power = one / inverse;
    let sum = power;
    for (let n = 3n; power !== 0n; n += 2n) {
      power /= -inverse * inverse;
      sum += power / n;
    }
    return sum;
  };
  return (16n * arctangent(5n) - 4n * arctangent(239n)) >> guard;
}

let longPi: bigint | undefined;
/** Enough for the largest double (2^1024) and 128 bits below the point. */
const PI_BITS = 1280;

function reduceExactly(x: number): Reduced {
  longPi ??= piBits(PI_BITS);
  const halfPi = longPi >> 1n;
  const size = Math.abs(x);
  // A double beyond 2^20 is a multiple of 2^-32, and beyond 2^60 an integer.
  const fraction = size < powerOfTwo(60) ? 32 : 0;
  const value = BigInt(size * powerOfTwo(fraction)) << BigInt(PI_BITS - fraction);
  const k = (2n * value + halfPi) / (2n * halfPi);
  // Fewer fraction bits, so that the remainder converts to a double without overflow.
  const rest = (value - k * halfPi) >> BigInt(PI_BITS - 900);
  const high = Number(rest) * powerOfTwo(-900);
  const low = Number(rest - BigInt(Number(rest))) * powerOfTwo(-900);
  const sign = x < 0 ? -1 : 1;
  return { quadrant: Number((x < 0 ? -k : k) & 3n), high: sign * high, low: sign * low };
}

function sinSeries(r: number, low: number): number {
  const z = r * r;
  const tail =
    -1 / 6 +
    z *
      (1 / 120 +
        z *
          (-1 / 5040 +
            z *
              (1 / 362880 +
                z * (-1 / 39916800 + z * (1 / 6227020800 + z * (-1 / 1307674368000 + z / 355687428096000))))));
  return r + (z * r * tail + low * (1 - 0.5 * z));
}

function cosSeries(r: number, low: number): number {
  const z = r * r;
  const tail =
    1 / 24 +
    z *
      (-1 / 720 +
        z * (1 / 40320 + z * (-1 / 3628800 + z * (1 / 479001600 + z * (-1 / 87178291200 + z / 20922789888000)))));
  const half = 0.5 * z;
  const head = 1 - half;
  return head + (1 - head - half + (z * z * tail - r * low));
}

/** Compute sin x for x in radians; NaN for an infinite x. */
export function sinScalar(x: number): number {
  if (!Number.isFinite(x)) return NaN;
  if (x === 0) return x;
  const { quadrant, high, low } = reduce(x);
  const value = (quadrant & 1) === 0 ? sinSeries(high, low) : cosSeries(high, low);
  return quadrant < 2 ? value : -value;
}

/** Compute cos x for x in radians; NaN for an infinite x. */
export function cosScalar(x: number): number {
  if (!Number.isFinite(x)) return NaN;
  const { quadrant, high, low } = reduce(x);
  const value = (quadrant & 1) === 0 ? cosSeries(high, low) : sinSeries(high, low);
  return quadrant === 0 || quadrant === 3 ? value : -value;
}

/** atan ½ in two words. */
const ATAN_HALF_HIGH = 0.4636476090008061;
const ATAN_HALF_LOW = 2.2698777452961687e-17;
const QUARTER_PI_LOW = 3.061616997868383e-17;
const HALF_PI_LOW = 6.123233995736766e-17;

/** Σ (−1)^n t^(2n) / (2n + 1) for n ≥ 1. */
function atanTail(z: number): number {
  let sum = 0;
  for (let n = 29; n >= 3; n -= 2) sum = z * ((n & 2) === 0 ? 1 / n : -1 / n) + z * sum;
  return sum;
}

/** Compute the arctangent, in (−π/2, π/2). */
export function atanScalar(x: number): number {
  const size = Math.abs(x);
  if (!(size >= 1e-9)) return x;
  const inverted = size > 1;
  const t = inverted ? 1 / size : size;
  let angle: number;
  if (t < 0.25) angle = t + t * atanTail(t * t);
  else if (t < 0.75) angle = turned((t - 0.5) / (1 + 0.5 * t), ATAN_HALF_HIGH, ATAN_HALF_LOW);
  else angle = turned((t - 1) / (1 + t), 0.25 * PI, QUARTER_PI_LOW);
  if (inverted) angle = 0.5 * PI - (angle - HALF_PI_LOW);
  return x < 0 ? -angle : angle;
}

function turned(t: number, high: number, low: number): number {
  return high + (t + (t * atanTail(t * t) + low));
}

/** Compute the angle of the point (x, y) in (−π, π], with the signs of zero as in IEEE 754. */
export function atan2Scalar(y: number, x: number): number {
  if (Number.isNaN(x) || Number.isNaN(y)) return NaN;
  const negative = y < 0 || Object.is(y, -0);
  const left = x < 0 || Object.is(x, -0);
  let angle: number;
  if (y === 0) angle = left ? PI : 0;
  else if (x === 0) angle = 0.5 * PI;
  else if (Number.isFinite(x) || Number.isFinite(y)) {
    const acute = atanScalar(Math.abs(y / x));
    angle = left ? PI - (acute - 2 * HALF_PI_LOW) : acute;
  } else angle = left ? 0.75 * PI : 0.25 * PI;
  return negative ? -angle : angle;
}
