/**
 * Tight bounds of and, or, xor over intervals.
 *
 * Both operands are split by sign; each half is a contiguous range of unsigned words, for which the bounds are found
 * digit by digit. Source: H. S. Warren, "Hacker's Delight", 2nd edition, section 4-3.
 */
import { widthOfRange } from './wire-type.ts';

export type BitwiseOperation = 'and' | 'or' | 'xor';

interface Range {
  readonly lo: bigint;
  readonly hi: bigint;
}

function minOr(a: bigint, b: bigint, c: bigint, d: bigint, top: bigint): bigint {
  for (let m = top; m > 0n; m >>= 1n) {
    if ((c & m) !== 0n && (a & m) === 0n) {
      const raised = (a | m) & -m;
      if (raised <= b) return raised | c;
    } else if ((a & m) !== 0n && (c & m) === 0n) {
      const raised = (c | m) & -m;
      if (raised <= d) return a | raised;
    }
  }
  return a | c;
}

function maxOr(a: bigint, b: bigint, c: bigint, d: bigint, top: bigint): bigint {
  for (let m = top; m > 0n; m >>= 1n) {
    if ((b & d & m) === 0n) continue;
    const first = (b - m) | (m - 1n);
    if (first >= a) return first | d;
    const second = (d - m) | (m - 1n);
    if (second >= c) return b | second;
  }
  return b | d;
}

function minXor(a: bigint, b: bigint, c: bigint, d: bigint, top: bigint): bigint {
  for (let m = top; m > 0n; m >>= 1n) {
    if ((c & m) !== 0n && (a & m) === 0n) {
      const raised = (a | m) & -m;
      if (raised <= b) a = raised;
    } else if ((a & m) !== 0n && (c & m) === 0n) {
      const raised = (c | m) & -m;
      if (raised <= d) c = raised;
    }
  }
  return a ^ c;
}

function maxXor(a: bigint, b: bigint, c: bigint, d: bigint, top: bigint): bigint {
  for (let m = top; m > 0n; m >>= 1n) {
    if ((b & d & m) === 0n) continue;
    const first = (b - m) | (m - 1n);
    if (first >= a) {
      b = first;
    } else {
      const second = (d - m) | (m - 1n);
      if (second >= c) d = second;
    }
  }
  return b ^ d;
}

function halves({ lo, hi }: Range): Range[] {
  if (lo >= 0n || hi < 0n) return [{ lo, hi }];
  return [
    { lo, hi: -1n },
    { lo: 0n, hi },
  ];
}

/** Return the smallest interval that holds `x operation y` for all x, y of two intervals of aligned raw codes. */
export function bitwiseInterval(operation: BitwiseOperation, x: Range, y: Range): Range {
  const width = Math.max(widthOfRange(x.lo, x.hi), widthOfRange(y.lo, y.hi)) + 1;
  const size = 1n << BigInt(width);
  const mask = size - 1n;
  const top = size >> 1n;
  const signed = (word: bigint): bigint => ((word & top) === 0n ? word : word - size);
  let lo: bigint | undefined;
  let hi: bigint | undefined;
  for (const xs of halves(x)) {
    for (const ys of halves(y)) {
      const a = xs.lo & mask;
      const b = xs.hi & mask;
      const c = ys.lo & mask;
      const d = ys.hi & mask;
      const least =
        operation === 'or'
          ? minOr(a, b, c, d, top)
          : operation === 'xor'
            ? minXor(a, b, c, d, top)
            : mask - maxOr(mask - b, mask - a, mask - d, mask - c, top);
      const most =
        operation === 'or'
          ? maxOr(a, b, c, d, top)
          : operation === 'xor'
            ? maxXor(a, b, c, d, top)
            : mask - minOr(mask - b, mask - a, mask - d, mask - c, top);
      const from = signed(least);
      const to = signed(most);
      if (lo === undefined || from < lo) lo = from;
      if (hi === undefined || to > hi) hi = to;
    }
  }
  return { lo: lo!, hi: hi! };
}
