/**
 * Vector code for casts: all quantization and overflow modes, written only as far as the interval needs them.
 *
 * Rounding is one biased shift, (x + bias) >> drop, where the bias depends on the mode and, for the modes that are
 * symmetric about zero, on the sign:
 *
 *     AP_RND 2^(d-1) · AP_RND_MIN_INF 2^(d-1) − 1 · AP_RND_ZERO 2^(d-1) − 1 + [x < 0] · AP_RND_INF 2^(d-1) − [x < 0]
 *     AP_RND_CONV 2^(d-1) − 1 + bit d of x · AP_TRN 0 · AP_TRN_ZERO (2^d − 1)·[x < 0]
 *
 * Overflow code appears for the sides that the rounded interval can leave the range at. Must equal `cast` of `fixed`.
 */
import { roundedInterval } from '../circuit/index.ts';
import type { WireType } from '../circuit/index.ts';
import { fractionBits, rawRange, isWrapping } from '../fixed/index.ts';
import type { FixedFormat, Quantization } from '../fixed/index.ts';
import { i32, i32x4, v128 } from '../wasm/index.ts';
import type { Local } from '../wasm/index.ts';
import { ALL_BITS } from './demand.ts';
import { shiftLeft, shiftRight } from './emitter.ts';
import type { Expression } from './emitter.ts';
import { fitsBits } from './lanes.ts';
import type { LaneBits } from './lanes.ts';

/**
 * Return the lane width in which a cast can be computed, or undefined if it needs more than 64 bits.
 *
 * @param type operand, @param result type of the result; both at most 64 bits wide.
 */
export function castLaneBits(type: WireType, result: WireType, format: FixedFormat): LaneBits | undefined {
  const drop = type.fraction - fractionBits(format);
  const rounded = roundedInterval(type, format);
  for (const bits of [32, 64] as const) {
    if (!fitsBits(result, bits)) continue;
    // Modulo 2^bits nothing that matters is lost on the left.
    if (drop <= 0 && isWrapping(format) && format.width <= bits) return bits;
    if (!fitsBits(type, bits) || !fitsBits(rounded, bits)) continue;
    if (bits === 64 || drop < 32) return bits;
  }
  return undefined;
}

/** Write the bias of the rounding on the stack. */
function pushBias(e: Expression, x: Local, type: WireType, drop: number, quantization: Quantization): void {
  const { code, lanes, constant } = e;
  const half = 1n << BigInt(drop - 1);
  const positive = type.lo >= 0n;
  const negative = type.hi < 0n;
  const pushSign = (): void => {
    code.get(x);
    shiftRight(e, lanes.bits - 1);
  };
  switch (quantization) {
    case 'AP_TRN':
      constant(0n);
      return;
    case 'AP_RND':
      constant(half);
      return;
    case 'AP_RND_MIN_INF':
      constant(half - 1n);
      return;
    case 'AP_RND_ZERO':
      constant(negative ? half : half - 1n);
      if (positive || negative) return;
      pushSign();
      lanes.sub(code);
      return;
    case 'AP_RND_INF':
      constant(negative ? half - 1n : half);
      if (positive || negative) return;
      pushSign();
      lanes.add(code);
      return;
    case 'AP_RND_CONV':
      code.get(x);
      shiftRight(e, drop);
      constant(1n);
      v128.and(code);
      constant(half - 1n);
      lanes.add(code);
      return;
    case 'AP_TRN_ZERO':
      if (positive) {
        constant(0n);
        return;
      }
      constant(2n * half - 1n);
      if (negative) return;
      pushSign();
      v128.and(code);
      return;
    default:
      quantization satisfies never;
  }
}

/** Write the rounded value of x, not yet brought into range. */
function pushRounded(e: Expression, x: Local, type: WireType, drop: number, quantization: Quantization): void {
  const { code, lanes, constant } = e;
  code.get(x);
  if (drop <= 0) {
    shiftLeft(e, -drop);
    return;
  }
  if (drop >= lanes.bits) {
    // Only the interval's lowest code can still round to −1 in the modes that round to nearest.
    if (quantization === 'AP_TRN') {
      shiftRight(e, drop);
    } else {
      constant(type.lo);
      lanes.eq(code);
    }
    return;
  }
  if (quantization === 'AP_TRN') {
    shiftRight(e, drop);
    return;
  }
  if (fitsBits({ lo: type.lo, hi: type.hi + (1n << BigInt(drop)) }, lanes.bits)) {
    pushBias(e, x, type, drop, quantization);
    lanes.add(code);
    shiftRight(e, drop);
    return;
  }
  // x + bias could overflow the lane: add the bias to the dropped bits alone.
  constant((1n << BigInt(drop)) - 1n);
  v128.and(code);
  pushBias(e, x, type, drop, quantization);
  lanes.add(code);
  i32.const(code, drop);
  lanes.shrU(code);
  code.get(x);
  shiftRight(e, drop);
  lanes.add(code);
}

/** Replace the value in `q` by `bound` where it is beyond it. */
function clip(e: Expression, q: Local, bound: bigint, side: 'low' | 'high'): void {
  const { code, lanes, constant } = e;
  if (lanes.bits === 32) {
    code.get(q);
    constant(bound);
    (side === 'low' ? i32x4.maxS : i32x4.minS)(code);
  } else {
    constant(bound);
    code.get(q);
    code.get(q);
    constant(bound);
    (side === 'low' ? lanes.ltS : lanes.gtS)(code);
    v128.bitselect(code);
  }
  code.set(q);
}

/** Push a mask of the lanes of `value` whose bit `index` is set. */
function pushBitMask(e: Expression, value: Local, index: number): void {
  e.code.get(value);
  if (index < e.lanes.bits - 1) shiftLeft(e, e.lanes.bits - 1 - index);
  shiftRight(e, e.lanes.bits - 1);
}

/** Push a where the lanes of the mask are set, else b. */
function pushByMask(e: Expression, mask: Local, a: bigint, b: bigint): void {
  e.constant(a);
  e.constant(b);
  e.code.get(mask);
  v128.bitselect(e.code);
}

/** Push the code that an out-of-range value of `AP_WRAP` with saturation bits becomes. */
function pushSaturatedWrap(e: Expression, q: Local, format: FixedFormat, below: boolean, above: boolean): void {
  const { code, lanes, constant } = e;
  const low = 1n << BigInt(format.width - format.saturationBits);
  const full = 1n << BigInt(format.width);
  const whenAbove = format.signed ? full / 2n - low : full - low;
  const whenBelow = format.signed ? -full / 2n : full - low;
  code.get(q);
  constant(low - 1n);
  v128.and(code);
  if (below && above && whenAbove !== whenBelow) {
    const negative = e.scratch();
    pushBitMask(e, q, lanes.bits - 1);
    code.set(negative);
    pushByMask(e, negative, whenBelow, whenAbove);
  } else {
    constant(below ? whenBelow : whenAbove);
  }
  lanes.add(code);
}

/** Push the code that an out-of-range value of `AP_WRAP_SM` becomes; `floor` is the value rounded down. */
function pushSignMagnitude(e: Expression, q: Local, floor: Local, format: FixedFormat): void {
  const { code, lanes, constant } = e;
  const n = format.saturationBits;
  const full = 1n << BigInt(format.width);
  const low = n <= 1 ? full / 2n : full >> BigInt(n);
  const sign = e.scratch();
  pushBitMask(e, n === 0 ? floor : q, n === 0 ? format.width : lanes.bits - 1);
  code.tee(sign);
  // Invert where the sign differs from the top remaining bit; for N > 1 where it equals it.
  pushBitMask(e, q, n <= 1 ? format.width - 1 : format.width - n);
  v128.xor(code);
  if (n > 1) v128.not(code);
  code.get(q);
  v128.xor(code);
  constant(low - 1n);
  v128.and(code);
  pushByMask(e, sign, -full / 2n, n <= 1 ? 0n : full / 2n - low);
  lanes.add(code);
}

/**
 * Write `cast(x, format)` on the stack, for an operand of the given type in lanes of `castLaneBits`.
 *
 * Only the low `demand` bits of the result need to be right.
 */
export function emitCast(e: Expression, x: Local, type: WireType, format: FixedFormat, demand: number): void {
  const { code, lanes, constant } = e;
  const drop = type.fraction - fractionBits(format);
  const range = rawRange(format);
  const rounded = roundedInterval(type, format);
  const symmetric = format.overflow === 'AP_SAT_SYM' && format.signed && format.width > 1;
  const lowest = symmetric ? range.lo + 1n : range.lo;
  const below = rounded.lo < lowest;
  const above = rounded.hi > range.hi;
  if ((!below && !above) || (isWrapping(format) && demand <= format.width && demand < ALL_BITS)) {
    pushRounded(e, x, type, drop, format.quantization);
    return;
  }

  if (isWrapping(format)) {
    const spare = lanes.bits - format.width;
    const truncates = drop >= 0 && (drop === 0 || format.quantization === 'AP_TRN');
    if (format.signed && spare > 0 && truncates && drop <= spare) {
      // (x >> drop) << spare >> spare in one shift less.
      code.get(x);
      shiftLeft(e, spare - drop);
      shiftRight(e, spare);
      return;
    }
    pushRounded(e, x, type, drop, format.quantization);
    if (spare <= 0) return;
    if (format.signed) {
      shiftLeft(e, spare);
      shiftRight(e, spare);
    } else {
      constant((1n << BigInt(format.width)) - 1n);
      v128.and(code);
    }
    return;
  }

  const q = e.scratch();
  pushRounded(e, x, type, drop, format.quantization);
  code.set(q);
  if (format.overflow === 'AP_SAT' || format.overflow === 'AP_SAT_SYM') {
    if (below) clip(e, q, lowest, 'low');
    if (above) clip(e, q, range.hi, 'high');
    code.get(q);
    return;
  }

  // The other modes replace what is outside: result = outside ? replacement : q.
  switch (format.overflow) {
    case 'AP_SAT_ZERO':
      constant(0n);
      break;
    case 'AP_WRAP':
      pushSaturatedWrap(e, q, format, below, above);
      break;
    case 'AP_WRAP_SM': {
      const floor = e.scratch();
      code.get(x);
      if (drop >= 0) shiftRight(e, drop);
      else shiftLeft(e, -drop);
      code.set(floor);
      pushSignMagnitude(e, q, floor, format);
      break;
    }
    default:
      format.overflow satisfies never;
  }
  code.get(q);
  if (below) {
    code.get(q);
    constant(range.lo);
    lanes.ltS(code);
  }
  if (above) {
    code.get(q);
    constant(range.hi);
    lanes.gtS(code);
  }
  if (below && above) v128.or(code);
  v128.bitselect(code);
}
