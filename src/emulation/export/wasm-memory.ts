/** Arrays of a program in the memory of its WebAssembly module: how they are stored, read, written and run through. */
import { type Code, i32, i64, type Local } from '../../wasm/index.ts';
import type { ArrayId, IndexMap } from './program.ts';
import type { Range } from './scalar.ts';

/** Words of an array's elements. */
export interface Storage {
  readonly bytes: 1 | 2 | 4 | 8;
  readonly signed: boolean;
}

/** Tell which of the two words of values holds a range. */
export const isInt32 = ({ lo, hi }: Range): boolean => lo >= -(1n << 31n) && hi < 1n << 31n;

/** Choose the smallest words. */
export function storageOf({ lo, hi }: Range): Storage {
  for (const bytes of [1, 2] as const) {
    const half = 1n << BigInt(8 * bytes - 1);
    if (lo >= -half && hi < half) return { bytes, signed: true };
    if (lo >= 0n && hi < 2n * half) return { bytes, signed: false };
  }
  return { bytes: isInt32({ lo, hi }) ? 4 : 8, signed: true };
}

/** Where arrays stand. */
export interface Memory {
  readonly addresses: readonly number[];
  readonly storages: readonly Storage[];
  readonly ranges: readonly Range[];
}

/** Write `for (k = 0; k < count; k++) body`. */
export function counted(code: Code, k: Local, count: number, body: () => void): void {
  i32.const(code, 0);
  code.set(k);
  code.loop(() => {
    body();
    code.get(k);
    i32.const(code, 1);
    i32.add(code);
    code.tee(k);
    i32.const(code, count);
    i32.ltS(code);
    code.branchIf(0);
  });
}

/** Replace the element number on the stack by its byte offset. */
export function scaled(code: Code, bytes: number): void {
  if (bytes === 1) return;
  i32.const(code, Math.log2(bytes));
  i32.shl(code);
}

/** Replace the element number on the stack by the element, in the word of `known`. */
export function load(code: Code, memory: Memory, array: ArrayId, known: Range): void {
  const { bytes, signed } = memory.storages[array]!;
  scaled(code, bytes);
  const offset = memory.addresses[array]!;
  if (bytes === 8) {
    i64.load(code, offset);
    if (isInt32(known)) i32.wrapI64(code);
    return;
  }
  if (bytes === 4) i32.load(code, offset);
  else if (bytes === 2) (signed ? i32.load16S : i32.load16U)(code, offset);
  else (signed ? i32.load8S : i32.load8U)(code, offset);
}

/** Store the value on the stack, a word of `range`, at the byte offset below it. */
export function store(code: Code, memory: Memory, array: ArrayId, range: Range): void {
  const { bytes } = memory.storages[array]!;
  const offset = memory.addresses[array]!;
  if (bytes === 8) {
    if (isInt32(range)) i64.extendI32S(code);
    i64.store(code, offset);
    return;
  }
  if (!isInt32(range)) i32.wrapI64(code);
  (bytes === 4 ? i32.store : bytes === 2 ? i32.store16 : i32.store8)(code, offset);
}

export function pushIndex(code: Code, memory: Memory, index: IndexMap, k: Local): void {
  if (index.kind === 'listed') {
    code.get(k);
    load(code, memory, index.array, memory.ranges[index.array]!);
    return;
  }
  code.get(k);
  i32.const(code, index.stride);
  i32.mul(code);
  i32.const(code, index.base);
  i32.add(code);
}
