/**
 * Vector code of a tile of dot products: sums of 16-bit products for four samples at a time.
 *
 * One vector holds a pair of leaves of four samples. Per pair and product the plain kernel is a broadcast of two
 * coefficients, a dot product and an addition; where products are rounded down first, the sum of their remainders is
 * kept besides in 16-bit lanes, and emptied into 32-bit lanes before it can overflow.
 */
import { i16x8, i32, i32x4, v128 } from '../wasm/index.ts';
import type { Code, Local } from '../wasm/index.ts';
import { ALL_BITS } from './demand.ts';
import type { Product } from './products.ts';
import type { TileStep, ValueId } from './schedule.ts';

/** What the code of a tile may ask of the function it is written into. */
export interface TileContext {
  readonly code: Code;
  /** How many low bits of each wire are looked at. */
  readonly demand: Uint8Array;
  /** Push a constant in every 32-bit lane. */
  readonly constant: (value: bigint) => void;
  /** Push a pair. */
  readonly push: (value: ValueId) => void;
  /** Take and give back vector locals. */
  readonly take: () => Local;
  readonly give: (local: Local) => void;
}

/** Push both 16-bit halves of the lanes of `sums` added up, as unsigned integers. */
function pushHalves({ code, constant }: TileContext, sums: Local): void {
  code.get(sums);
  constant(0xffffn);
  v128.and(code);
  code.get(sums);
  i32.const(code, 16);
  i32x4.shrU(code);
  i32x4.add(code);
}

/** Read the low bits of a sum that holds the value times 2^drop, leaving the value on the stack. */
function pushValue(e: TileContext, sum: Local, { wire, form, bits, signed }: Product): void {
  const { code } = e;
  const { drop } = form;
  const spare = 32 - drop - bits;
  const exact = spare === 0 || (e.demand[wire]! < ALL_BITS && e.demand[wire]! <= bits);
  code.get(sum);
  if (!exact) {
    i32.const(code, spare);
    i32x4.shl(code);
  }
  const right = exact ? drop : 32 - bits;
  if (right === 0) return;
  i32.const(code, right);
  (signed ? i32x4.shrS : i32x4.shrU)(code);
}

/** Write a tile; returns the locals of its products, which the caller gives back. */
export function emitTile(tile: TileStep, e: TileContext): Local[] {
  const { code, constant, take, give } = e;
  const { drop, products, pairs, weights } = tile;
  const sums = products.map(({ form }) => {
    const sum = take();
    constant(BigInt(form.constant) << BigInt(drop));
    code.set(sum);
    return sum;
  });
  const x = take();
  if (drop === 0) {
    for (const [p, pair] of pairs.entries()) {
      e.push(pair);
      code.set(x);
      for (const [k, sum] of sums.entries()) {
        const weight = weights[k]![p]!;
        if (weight === 0) continue;
        code.get(sum);
        code.get(x);
        constant(BigInt(weight));
        i32x4.dotI16x8S(code);
        i32x4.add(code);
        code.set(sum);
      }
    }
  } else {
    const mask = take();
    const weightLocal = take();
    const remainders = products.map(take);
    const rounds = Math.floor(0xffff / (2 ** drop - 1));
    const counts = products.map(() => 0);
    const empty = (k: number): void => {
      code.get(sums[k]!);
      pushHalves(e, remainders[k]!);
      i32x4.sub(code);
      code.set(sums[k]!);
      counts[k] = 0;
    };
    const half = (1 << drop) - 1;
    constant(BigInt(half * 0x10001));
    code.set(mask);
    for (const [p, pair] of pairs.entries()) {
      e.push(pair);
      code.set(x);
      for (const [k, sum] of sums.entries()) {
        const weight = weights[k]![p]!;
        if (weight === 0) continue;
        if (counts[k] === rounds) empty(k);
        constant(BigInt(weight));
        code.set(weightLocal);
        code.get(sum);
        code.get(x);
        code.get(weightLocal);
        i32x4.dotI16x8S(code);
        i32x4.add(code);
        code.set(sum);
        if (counts[k]! > 0) code.get(remainders[k]!);
        code.get(x);
        code.get(weightLocal);
        i16x8.mul(code);
        code.get(mask);
        v128.and(code);
        if (counts[k]! > 0) i16x8.add(code);
        code.set(remainders[k]!);
        counts[k]!++;
      }
    }
    for (const [k, count] of counts.entries()) if (count > 0) empty(k);
    for (const local of [mask, weightLocal, ...remainders]) give(local);
  }
  give(x);
  for (const [k, sum] of sums.entries()) {
    pushValue(e, sum, products[k]!);
    code.set(sum);
  }
  return sums;
}
