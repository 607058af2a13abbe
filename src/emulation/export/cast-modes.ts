/**
 * One cast for many wires: the modes under which every member of a family gives what its own cast gives.
 *
 * The circuit builder drops modes that an interval makes needless, wire by wire, so casts that were written alike look
 * different. A loop needs one of them; any member that asks for more may lend its modes if they change nothing for
 * the others.
 */
import { castKeepsValues, roundedInterval, typeOfFormat, type WireType } from '../../circuit/index.ts';
import { type FixedFormat, fractionBits, isWrapping, sameFormat } from '../../fixed/index.ts';

/** An operand type and the cast it goes through; no format where nothing is rounded or wrapped. */
export interface CastUse {
  readonly type: WireType;
  readonly format: FixedFormat | undefined;
}

/** Bits of a format whose bounds no value reaches. */
const NEVER_REACHED = 256;

/** The format with the plainest modes, and without a width where none is felt, that does the same to this type. */
function plainest(type: WireType, format: FixedFormat): FixedFormat {
  const target = typeOfFormat(format);
  const exact = target.fraction >= type.fraction;
  const plainRounding = exact || (format.quantization === 'AP_TRN_ZERO' && type.lo >= 0n);
  const quantization = plainRounding ? 'AP_TRN' : format.quantization;
  const rounded = roundedInterval(type, format);
  const symmetric = format.overflow === 'AP_SAT_SYM' && format.signed && format.width > 1 ? 1n : 0n;
  const unbounded = { width: NEVER_REACHED, integer: NEVER_REACHED - target.fraction, saturationBits: 0, quantization };
  if (rounded.lo >= target.lo + symmetric && rounded.hi <= target.hi) {
    return { ...unbounded, signed: true, overflow: 'AP_WRAP' };
  }
  // A rectifier: the builder takes its width from the interval, and nothing but zero clips.
  if (!format.signed && format.overflow.startsWith('AP_SAT') && rounded.hi <= target.hi) {
    return { ...unbounded, signed: false, overflow: 'AP_SAT' };
  }
  return { ...format, quantization };
}

/** Tell whether `candidate` gives this use what its own format gives. */
export function servesUse({ type, format }: CastUse, candidate: FixedFormat): boolean {
  if (format === undefined) return castKeepsValues(type, candidate);
  return format === candidate || sameFormat(plainest(type, format), plainest(type, candidate));
}

/** As {@link servesUse} where multiples of 2^modulus.width will be wrapped away, so that only rounding counts. */
export function servesUseModulo({ type, format }: CastUse, candidate: FixedFormat, modulus: FixedFormat): boolean {
  if (!wrapsWide(candidate, modulus)) return false;
  if (format === undefined) return type.fraction <= fractionBits(candidate);
  return (
    wrapsWide(format, modulus) &&
    fractionBits(format) === fractionBits(candidate) &&
    plainest(type, format).quantization === plainest(type, candidate).quantization
  );
}

/** Tell whether a format wraps at a multiple of where `modulus` wraps. */
export function wrapsWide(format: FixedFormat, modulus: FixedFormat): boolean {
  return isWrapping(format) && format.width - fractionBits(format) >= modulus.width - fractionBits(modulus);
}

/**
 * Pick the format with the most to say: rounding before truncation, then any overflow mode before wrapping, then fewer
 * bits.
 */
export function strictest(formats: readonly FixedFormat[]): FixedFormat | undefined {
  const weight = (format: FixedFormat): number =>
    (format.quantization === 'AP_TRN' ? 0 : 2) + (isWrapping(format) ? 0 : 1);
  let best: FixedFormat | undefined;
  for (const format of formats) {
    const more = best === undefined ? 1 : weight(format) - weight(best) || best.width - format.width;
    if (more > 0) best = format;
  }
  return best;
}
