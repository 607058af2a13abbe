/**
 * What the code of one operation may ask of the function it is written into: operands, constants, scratch space.
 *
 * Addresses are fixed when code is written; the pool of constants is the last region of memory and grows meanwhile.
 */
import { i32, v128 } from '../wasm/index.ts';
import type { Code, Local } from '../wasm/index.ts';
import type { LaneBits, Lanes } from './lanes.ts';

/** Splatted constants of a module, each stored once. */
export interface ConstantPool {
  /** Push `value` (taken modulo 2^bits) in every lane. */
  readonly push: (code: Code, bits: LaneBits, value: bigint) => void;
  /** The bytes of the pool, to be placed at its address. */
  readonly bytes: () => Uint8Array;
}

const ZEROS = new Uint8Array(16);
const ONES = new Uint8Array(16).fill(0xff);

/** Make an empty pool at a memory address that is a multiple of 8. */
export function constantPool(address: number): ConstantPool {
  const offsets = new Map<string, number>();
  const words: { readonly bits: LaneBits; readonly value: bigint; readonly offset: number }[] = [];
  let length = 0;
  return {
    push(code, bits, value) {
      const word = BigInt.asIntN(bits, value);
      if (word === 0n || word === -1n) {
        v128.const(code, word === 0n ? ZEROS : ONES);
        return;
      }
      const key = `${bits}:${word}`;
      let offset = offsets.get(key);
      if (offset === undefined) {
        if (bits === 64) length = (length + 7) & ~7;
        offset = length;
        length += bits / 8;
        offsets.set(key, offset);
        words.push({ bits, value: word, offset });
      }
      i32.const(code, 0);
      (bits === 32 ? v128.load32Splat : v128.load64Splat)(code, address + offset);
    },
    bytes() {
      const bytes = new Uint8Array((length + 7) & ~7);
      const view = new DataView(bytes.buffer);
      for (const { bits, value, offset } of words) {
        if (bits === 32) view.setInt32(offset, Number(value), true);
        else view.setBigInt64(offset, value, true);
      }
      return bytes;
    },
  };
}

/** The context in which one vector expression is written. */
export interface Expression {
  readonly code: Code;
  readonly lanes: Lanes;
  /** Push a constant in every lane. */
  readonly constant: (value: bigint) => void;
  /** A vector local that is free until the operation ends. */
  readonly scratch: () => Local;
}

/** Shift the vector on top of the stack left; shifts of the whole lane width and more leave zero. */
export function shiftLeft({ code, lanes, constant }: Expression, shift: number): void {
  if (shift === 0) return;
  if (shift >= lanes.bits) {
    code.drop('v128');
    constant(0n);
    return;
  }
  i32.const(code, shift);
  lanes.shl(code);
}

/** Shift the vector on top of the stack right with sign; shifts beyond the lane width leave the sign. */
export function shiftRight({ code, lanes }: Expression, shift: number): void {
  if (shift === 0) return;
  i32.const(code, Math.min(shift, lanes.bits - 1));
  lanes.shrS(code);
}
