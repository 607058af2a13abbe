/**
 * The cast as cells: rounding, then overflow, each only as far as the operand's interval demands.
 *
 * Truncation and wrapping are slices and cost nothing. Rounding is one incrementer whose carry-in is a function of the
 * deleted bits; saturation is a test of the bits above the target and one multiplexer. What a cast needs is decided by
 * `castWork` alone, so that lowering, delay and documentation agree. The arithmetic is that of `cast` in `fixed`.
 */
import { roundedInterval, widthOfRange } from '../circuit/index.ts';
import type { WireType } from '../circuit/index.ts';
import { fractionBits, rawRange, isWrapping } from '../fixed/index.ts';
import type { FixedFormat } from '../fixed/index.ts';
import { ones } from './cells.ts';
import type { ModuleBuilder } from './module-builder.ts';
import type { Net } from './netlist.ts';
import { bitAt, fitWord, isZero, shiftRight, signBit } from './words.ts';
import type { Word } from './words.ts';

/** What a cast costs beyond wiring. */
export interface CastWork {
  /** Bits removed below; negative if zero bits are appended. */
  readonly drop: number;
  /** Bits of the rounding incrementer; 0 if the mode or the operand needs none. */
  readonly incrementWidth: number;
  /** Deleted bits that the rounding decision must test against zero. */
  readonly stickyBits: number;
  /** Rounded values can exceed the largest code. */
  readonly overflows: boolean;
  /** Rounded values can fall below the smallest code. */
  readonly underflows: boolean;
  /** Bits that the overflow test looks at; 0 if overflow cannot happen or wraps freely. */
  readonly testBits: number;
  /** Rounded, not yet overflowed interval, in codes of the format. */
  readonly rounded: { readonly lo: bigint; readonly hi: bigint };
}

/** Decide what a cast of a wire of this type needs beyond wiring. */
export function castWork(type: WireType, format: FixedFormat): CastWork {
  const drop = type.fraction - fractionBits(format);
  const rounded = roundedInterval(type, format);
  const { lo, hi } = rawRange(format);
  const symmetric = isSymmetric(format) ? 1n : 0n;
  const overflows = rounded.hi > hi;
  const underflows = rounded.lo < lo + symmetric;
  const free = isWrapping(format);
  const mode = format.quantization;
  const signed = type.lo < 0n;
  const increments = drop > 0 && mode !== 'AP_TRN' && !(mode === 'AP_TRN_ZERO' && !signed);
  const roundedWidth = widthOfRange(rounded.lo, rounded.hi);
  const limited = (overflows || underflows) && !free;
  return {
    drop,
    incrementWidth: increments ? (limited ? roundedWidth : Math.min(roundedWidth, format.width)) : 0,
    stickyBits: !increments || mode === 'AP_RND' ? 0 : mode === 'AP_TRN_ZERO' ? drop : drop - 1,
    overflows,
    underflows,
    testBits: limited
      ? Math.max(1, roundedWidth - (format.signed ? format.width - 1 : format.width)) +
        (underflows && symmetric === 1n ? format.width - 1 : 0)
      : 0,
    rounded,
  };
}

/**
 * Lower one cast.
 *
 * @param operand the operand's word, of the width and sign of `type`
 * @param width width of the result word: `widthOf` of the cast's type, at most the format's width
 * @returns the low `width` bits of the result code
 */
export function lowerCast(
  builder: ModuleBuilder,
  operand: Word,
  type: WireType,
  format: FixedFormat,
  width: number,
): Net {
  const work = castWork(type, format);
  const limited = work.testBits > 0;
  const floor = shiftRight(builder, operand, work.drop);
  // Free of overflow logic, only the low bits are ever seen, so the incrementer need not be wider.
  const roundedWidth = limited ? widthOfRange(work.rounded.lo, work.rounded.hi) : width;
  const base = fitWord(builder, floor, roundedWidth);
  const carry = work.incrementWidth > 0 ? roundsUp(builder, operand, floor, work.drop, format) : undefined;
  const sum = carry === undefined ? base : builder.add(base, builder.extend(carry, roundedWidth, false));
  if (!limited) return sum;
  return overflow(builder, { net: sum, signed: work.rounded.lo < 0n }, floor, format, work, width);
}

/** One bit: the value lies nearer to floor + 1 by the rule of the mode. */
function roundsUp(builder: ModuleBuilder, operand: Word, floor: Word, drop: number, format: FixedFormat): Net {
  const negative = signBit(builder, operand);
  const half = bitAt(builder, operand, drop - 1);
  const sticky = (bits: number): Net =>
    bits === 0 ? builder.constant(0n, 1) : builder.not(isZero(builder, fitWord(builder, operand, bits)));
  const mode = format.quantization;
  switch (mode) {
    case 'AP_TRN':
      return builder.constant(0n, 1);
    case 'AP_TRN_ZERO':
      return builder.and(negative, sticky(drop));
    case 'AP_RND':
      return half;
    case 'AP_RND_MIN_INF':
      return builder.and(half, sticky(drop - 1));
    case 'AP_RND_ZERO':
      return builder.and(half, builder.or(negative, sticky(drop - 1)));
    case 'AP_RND_INF':
      return builder.and(half, builder.or(builder.not(negative), sticky(drop - 1)));
    case 'AP_RND_CONV':
      return builder.and(half, builder.or(bitAt(builder, floor, 0), sticky(drop - 1)));
    default:
      return mode satisfies never;
  }
}

/** Bring a rounded word into the format's range. */
function overflow(
  builder: ModuleBuilder,
  rounded: Word,
  floor: Word,
  format: FixedFormat,
  work: CastWork,
  width: number,
): Net {
  const outside = outOfRange(builder, rounded, format, work);
  const negative = signBit(builder, rounded);
  const kept = fitWord(builder, rounded, width);
  const low = (net: Net): Net => builder.slice(net, 0, width);
  const code = (raw: bigint): Net => low(builder.constant(BigInt.asUintN(format.width, raw), format.width));
  const { lo, hi } = rawRange(format);
  switch (format.overflow) {
    case 'AP_SAT':
    case 'AP_SAT_SYM': {
      const least = code(isSymmetric(format) ? -hi : lo);
      const greatest = code(hi);
      const limit = !work.overflows ? least : !work.underflows ? greatest : low(saturated(builder, negative, format));
      return builder.mux(outside, limit, kept);
    }
    case 'AP_SAT_ZERO':
      return builder.mux(outside, code(0n), kept);
    case 'AP_WRAP':
      return builder.mux(outside, low(wrapped(builder, rounded, negative, format)), kept);
    case 'AP_WRAP_SM':
      return builder.mux(outside, low(folded(builder, rounded, floor, negative, format)), kept);
    default:
      return format.overflow satisfies never;
  }
}

/** One bit: the rounded word is no code of the format (or the one code that AP_SAT_SYM removes). */
function outOfRange(builder: ModuleBuilder, rounded: Word, format: FixedFormat, work: CastWork): Net {
  const total = builder.widthOf(rounded.net);
  const magnitude = format.signed ? format.width - 1 : format.width;
  const negative = signBit(builder, rounded);
  // Bits above the magnitude; with a signed word the sign itself is the last of them.
  const above = total > magnitude ? builder.slice(rounded.net, magnitude, total - magnitude) : undefined;
  const no = builder.constant(0n, 1);
  let over = no;
  let under = no;
  if (work.overflows) over = builder.and(builder.not(negative), builder.not(isZero(builder, above!)));
  if (work.underflows && !format.signed) under = negative;
  if (work.underflows && format.signed) {
    const fits = above === undefined ? builder.constant(1n, 1) : isOnes(builder, above);
    under = builder.not(fits);
    if (isSymmetric(format)) {
      // The lowest code is out of range too: all magnitude bits zero.
      under = builder.or(under, isZero(builder, fitWord(builder, rounded, magnitude)));
    }
    under = builder.and(negative, under);
  }
  return builder.or(over, under);
}

/** The end of the range on the side of the sign. */
function saturated(builder: ModuleBuilder, negative: Net, format: FixedFormat): Net {
  if (!format.signed) return builder.extend(builder.not(negative), format.width, true);
  if (format.width === 1) return negative;
  const positive = builder.not(negative);
  const magnitude = builder.extend(positive, format.width - 1, true);
  if (!isSymmetric(format)) return builder.concat([negative, magnitude]);
  // −(2^(W−1) − 1) is the lowest code with its last bit set, and 2^(W−1) − 1 has that bit anyway.
  const one = builder.constant(1n, 1);
  if (format.width === 2) return builder.concat([negative, one]);
  return builder.concat([negative, builder.extend(positive, format.width - 2, true), one]);
}

/** AP_WRAP with N > 0 saturation bits. */
function wrapped(builder: ModuleBuilder, rounded: Word, negative: Net, format: FixedFormat): Net {
  const n = format.saturationBits;
  const rest = format.width - n;
  if (format.signed) return withSaturatedTop(builder, rounded, negative, format);
  const top = builder.constant(ones(n), n);
  return rest === 0 ? top : builder.concat([top, fitWord(builder, rounded, rest)]);
}

/** AP_WRAP_SM: fold back at the ends of the range. */
function folded(builder: ModuleBuilder, rounded: Word, floor: Word, negative: Net, format: FixedFormat): Net {
  const n = format.saturationBits;
  const { width } = format;
  const deleted = n === 0 ? bitAt(builder, floor, width) : negative;
  const inverts =
    n === 0
      ? builder.xor(deleted, bitAt(builder, rounded, width - 1))
      : n === 1
        ? builder.xor(negative, bitAt(builder, rounded, width - 1))
        : builder.not(builder.xor(negative, bitAt(builder, rounded, width - n)));
  const word = fitWord(builder, rounded, width);
  const net = builder.xor(word, builder.extend(inverts, width, true));
  return withSaturatedTop(builder, { net, signed: true }, deleted, { ...format, saturationBits: Math.max(n, 1) });
}

/** The sign bit and N − 1 copies of its inverse above the low W − N bits. */
function withSaturatedTop(builder: ModuleBuilder, word: Word, negative: Net, format: FixedFormat): Net {
  const n = format.saturationBits;
  const rest = format.width - n;
  const parts = [negative];
  if (n > 1) parts.push(builder.extend(builder.not(negative), n - 1, true));
  if (rest > 0) parts.push(fitWord(builder, word, rest));
  return builder.concat(parts);
}

function isOnes(builder: ModuleBuilder, net: Net): Net {
  const width = builder.widthOf(net);
  return builder.equal(net, builder.constant(ones(width), width));
}

/** AP_SAT_SYM removes the lowest code of signed formats of at least 2 bits. */
function isSymmetric(format: FixedFormat): boolean {
  return format.overflow === 'AP_SAT_SYM' && format.signed && format.width > 1;
}
