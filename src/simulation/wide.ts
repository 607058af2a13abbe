/**
 * Operations on values of more than 32 bits: consecutive words of one memory, lowest first, clear bits above the width.
 *
 * These are the rare cases of a network (buses, wide accumulators), so they are plain loops over words and bits of
 * `Int32Array`, without BigInt. Products are built from 16-bit halves, which doubles hold exactly.
 */
import { topMask, wordsOf } from './program.ts';

/** to = a + b, or a − b with `negate`, over `count` words. */
export function wideSum(
  m: Int32Array,
  to: number,
  a: number,
  b: number,
  count: number,
  mask: number,
  negate: boolean,
): void {
  let carry = negate ? 1 : 0;
  for (let k = 0; k < count; k += 1) {
    const y = negate ? ~m[b + k]! : m[b + k]!;
    const sum = (m[a + k]! >>> 0) + (y >>> 0) + carry;
    carry = sum > 0xffffffff ? 1 : 0;
    m[to + k] = sum | 0;
  }
  m[to + count - 1]! &= mask;
}

/** Word `k` of a value read with infinite sign- or zero-extension. */
export function extendedWord(m: Int32Array, a: number, width: number, signed: boolean, k: number): number {
  const last = wordsOf(width) - 1;
  if (k < last) return m[a + k]!;
  const unused = (32 - (width & 31)) & 31;
  const top = m[a + last]!;
  if (k === last) return signed ? (top << unused) >> unused : top;
  return signed ? (top << unused) >> 31 : 0;
}

/** to = a extended from `from` to `width` bits. */
export function wideExtend(m: Int32Array, to: number, a: number, from: number, width: number, signed: boolean): void {
  const count = wordsOf(width);
  for (let k = 0; k < count; k += 1) m[to + k] = extendedWord(m, a, from, signed, k);
  m[to + count - 1]! &= topMask(width);
}

/** to = bits lsb … lsb + width − 1 of a. */
export function wideSlice(m: Int32Array, to: number, a: number, lsb: number, width: number): void {
  const count = wordsOf(width);
  const shift = lsb & 31;
  const first = a + (lsb >>> 5);
  // The word above the last one read exists only if the slice reaches into it.
  const reach = (shift + width + 31) >>> 5;
  for (let k = 0; k < count; k += 1) {
    const low = m[first + k]! >>> shift;
    m[to + k] = shift > 0 && k + 1 < reach ? low | (m[first + k + 1]! << (32 - shift)) : low;
  }
  m[to + count - 1]! &= topMask(width);
}

/** to = a · b modulo 2^width; a negative operand width marks a signed operand. */
export function wideMultiply(
  m: Int32Array,
  to: number,
  a: number,
  b: number,
  widthA: number,
  widthB: number,
  width: number,
): void {
  const halves = wordsOf(width) * 2;
  const half = (offset: number, signedWidth: number, k: number): number => {
    const word = extendedWord(m, offset, Math.abs(signedWidth), signedWidth < 0, k >> 1);
    return (k & 1) === 0 ? word & 0xffff : word >>> 16;
  };
  let carry = 0;
  for (let k = 0; k < halves; k += 1) {
    let sum = carry;
    for (let i = 0; i <= k; i += 1) sum += half(a, widthA, i) * half(b, widthB, k - i);
    const digit = sum % 0x10000;
    carry = (sum - digit) / 0x10000;
    if ((k & 1) === 0) m[to + (k >> 1)] = digit;
    else m[to + (k >> 1)]! |= digit << 16;
  }
  m[to + wordsOf(width) - 1]! &= topMask(width);
}

/** 1 if a < b, else 0. */
export function wideLess(m: Int32Array, a: number, b: number, width: number, signed: boolean): number {
  const last = wordsOf(width) - 1;
  for (let k = last; k >= 0; k -= 1) {
    const x = extendedWord(m, a, width, signed, k);
    const y = extendedWord(m, b, width, signed, k);
    if (x === y) continue;
    return (signed && k === last ? x < y : x >>> 0 < y >>> 0) ? 1 : 0;
  }
  return 0;
}

/** 1 if a = b over `count` words, else 0. */
export function wideEqual(m: Int32Array, a: number, b: number, count: number): number {
  for (let k = 0; k < count; k += 1) if (m[a + k] !== m[b + k]) return 0;
  return 1;
}
