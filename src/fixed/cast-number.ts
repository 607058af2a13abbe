/**
 * The cast on machine numbers, for hot loops over narrow formats; bit-identical to `cast` (a property test holds it).
 *
 * The value is first scaled by a power of two into units of the target's last bit, which is exact; everything below
 * 2^53 is then rounded with exact double operations. What that cannot do (a huge or tiny value, the wrap modes with
 * saturation bits) takes the BigInt path, so the result never depends on the path.
 */
import { ValueError } from '../errors.ts';
import { cast } from './cast.ts';
import { decodeDouble, type FromDoubleOptions, notFinite, powerOfTwo } from './double.ts';
import { type FixedFormat, formatText, fractionBits, isWrapping, type Quantization } from './format.ts';

/** Widest format of the fast path, in bits: raw codes and carries stay below 2^53. */
export const MAX_NUMBER_WIDTH = 52;

const EXACT_LIMIT = 0x20_0000_0000_0000; // 2^53

/** Largest binary exponent by which the fast path scales; a safe integer stays a normal double. */
const MAX_SCALE = 900;

/** A cast prepared for one format: takes the value in units of the last bit (exact), returns the raw code. */
type ScaledCast = (units: number) => number;

/**
 * Convert raw · 2^-fraction to a raw code of `to`, on safe integers.
 *
 * @param raw a safe integer. @param fraction any integer.
 * @throws ValueError if `to` is wider than 52 bits.
 */
export function castNumber(raw: number, fraction: number, to: FixedFormat): number {
  return numberCaster(fraction, to)(raw);
}

/**
 * Prepare `castNumber` from one binary point to one format, for loops.
 *
 * @returns a function from safe-integer raw codes with `fraction` fraction bits to raw codes of `to`.
 */
export function numberCaster(fraction: number, to: FixedFormat): (raw: number) => number {
  const convert = scaledCast(to);
  const shift = fractionBits(to) - fraction;
  if (Math.abs(shift) > MAX_SCALE) return (raw) => Number(cast(BigInt(raw), fraction, to));
  const scale = powerOfTwo(shift);
  return (raw) => convert(raw * scale);
}

/**
 * Convert an array of floats to raw codes with the format's modes, exactly as `fromDouble` on each element.
 *
 * @throws ValueError naming the element for NaN and infinities (unless `nonFinite` is 'vendor'), or if raw codes of the
 * format do not fit 32-bit signed integers.
 */
export function quantizeFloats(
  values: Float32Array | Float64Array | readonly number[],
  format: FixedFormat,
  options: FromDoubleOptions = {},
): Int32Array {
  if (format.width > (format.signed ? 32 : 31)) {
    throw new ValueError(
      `the format of an array of 32-bit raw codes is ${formatText(format)} but must have at most 32 bits signed or 31 unsigned`,
    );
  }
  const fraction = fractionBits(format);
  const convert = scaledCast(format);
  const moderate = Math.abs(fraction) <= MAX_SCALE;
  const scale = moderate ? powerOfTwo(fraction) : 0;
  const result = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const x = values[i]!;
    if (!Number.isFinite(x) && options.nonFinite !== 'vendor') throw notFinite(x, format, `element ${i}`);
    const units = x * scale;
    // A subnormal product may lose digits, but not that it is a bit more than zero, which is all that rounding asks.
    const exact = x === 0 || (moderate && units !== 0 && Math.abs(units) < EXACT_LIMIT);
    result[i] = exact ? convert(units) : slowly(x, 0, format);
  }
  return result;
}

function slowly(x: number, fraction: number, format: FixedFormat): number {
  const exact = decodeDouble(x);
  return Number(cast(exact.raw, exact.fraction + fraction, format));
}

function scaledCast(format: FixedFormat): ScaledCast {
  const { signed, width, overflow, quantization } = format;
  if (width > MAX_NUMBER_WIDTH) {
    throw new ValueError(
      `the format of a cast on machine numbers is ${formatText(format)} but must have at most ${MAX_NUMBER_WIDTH} bits`,
    );
  }
  const fraction = fractionBits(format);
  const span = powerOfTwo(width);
  const lo = signed ? -span / 2 : 0;
  const hi = lo + span - 1;
  const symmetric = overflow === 'AP_SAT_SYM' && signed && width > 1;
  const clipLo = symmetric ? -hi : lo;
  const saturates = overflow === 'AP_SAT' || overflow === 'AP_SAT_SYM';
  const wraps = isWrapping(format);
  return (units) => {
    if (!(Math.abs(units) < EXACT_LIMIT)) return slowly(units, fraction, format);
    const rounded = quantizeNumber(units, quantization);
    if (rounded >= clipLo && rounded <= hi) return rounded;
    if (saturates) return rounded > hi ? hi : clipLo;
    if (wraps) {
      const wrapped = rounded - Math.floor(rounded / span) * span;
      return wrapped > hi ? wrapped - span : wrapped;
    }
    return overflow === 'AP_SAT_ZERO' ? 0 : slowly(units, fraction, format);
  };
}

/** Round to an integer by the mode; |x| < 2^53. The distance to the truncated value is exact, so ties are seen. */
function quantizeNumber(x: number, quantization: Quantization): number {
  const truncated = Math.trunc(x) + 0;
  const rest = Math.abs(x - truncated);
  if (rest === 0) return truncated;
  return roundsAway(x, truncated, rest, quantization) ? truncated + Math.sign(x) : truncated;
}

function roundsAway(x: number, truncated: number, rest: number, quantization: Quantization): boolean {
  switch (quantization) {
    case 'AP_TRN':
      return x < 0;
    case 'AP_TRN_ZERO':
      return false;
    case 'AP_RND':
      return rest > 0.5 || (rest === 0.5 && x > 0);
    case 'AP_RND_MIN_INF':
      return rest > 0.5 || (rest === 0.5 && x < 0);
    case 'AP_RND_ZERO':
      return rest > 0.5;
    case 'AP_RND_INF':
      return rest >= 0.5;
    case 'AP_RND_CONV':
      return rest > 0.5 || (rest === 0.5 && truncated % 2 !== 0);
    default:
      return quantization satisfies never;
  }
}
