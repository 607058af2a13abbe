/**
 * The two vector shapes of compiled emulation under one set of names.
 *
 * Four samples travel together. A wire whose interval fits a signed 32-bit integer is one vector of four lanes, a
 * wider one (up to a signed 64-bit integer) is two vectors of two lanes: half 0 holds samples 0 and 1, half 1 the others.
 */
import type { WireType } from '../circuit/index.ts';
import { i32x4, i64x2 } from '../wasm/index.ts';
import type { Instruction } from '../wasm/index.ts';

/** Samples per lane group. */
export const GROUP = 4;

export type LaneBits = 32 | 64;

/** The integer instructions of one vector shape. */
export interface Lanes {
  readonly bits: LaneBits;
  readonly add: Instruction;
  readonly sub: Instruction;
  readonly mul: Instruction;
  readonly neg: Instruction;
  readonly shl: Instruction;
  readonly shrS: Instruction;
  readonly shrU: Instruction;
  readonly eq: Instruction;
  readonly ne: Instruction;
  readonly ltS: Instruction;
  readonly gtS: Instruction;
  readonly leS: Instruction;
}

export const lanes32: Lanes = { bits: 32, ...i32x4 };
export const lanes64: Lanes = { bits: 64, ...i64x2 };

/** Tell whether every value of an interval is a signed integer of `bits` bits. */
export function fitsBits({ lo, hi }: { readonly lo: bigint; readonly hi: bigint }, bits: LaneBits): boolean {
  const limit = 1n << BigInt(bits - 1);
  return lo >= -limit && hi < limit;
}

/** Return the lane width that holds a wire, or undefined if it is too wide for compiled emulation. */
export function laneBits(type: WireType): LaneBits | undefined {
  if (fitsBits(type, 32)) return 32;
  return fitsBits(type, 64) ? 64 : undefined;
}
