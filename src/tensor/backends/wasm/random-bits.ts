/**
 * The random numbers of `tensor/random-mask.ts`, four at a time.
 *
 * Four elements share one counter, so that one chain of scalar products of 64 bits serves a vector: fewer instructions
 * than a vector of counters takes, whose products of 32 bits must be unpacked and packed in every round.
 */
import {
  f32,
  f32x4,
  i32,
  i32x4,
  i64,
  i64x2,
  v128,
  type Code,
  type FunctionReference,
  type Local,
  type WasmModule,
} from '../../../wasm/index.ts';
import { PHILOX_GROWTH, PHILOX_MULTIPLIER, PHILOX_ROUNDS, dropoutLevels } from '../../random-mask.ts';

const MULTIPLIER = BigInt(PHILOX_MULTIPLIER >>> 0);

/** Leave first word · 2^32 + second word of the generator for the counter (on the stack, key1). */
function pushRandomWords(code: Code, key0: Local, key1: Local): void {
  const first = code.local('i32');
  const second = code.local('i32');
  const product = code.local('i64');
  code.set(first);
  code.get(key1);
  code.set(second);
  for (let round = 0; round < PHILOX_ROUNDS; round += 1) {
    code.get(first);
    i64.extendI32U(code);
    i64.const(code, MULTIPLIER);
    i64.mul(code);
    code.tee(product);
    i64.const(code, 32n);
    i64.shrU(code);
    i32.wrapI64(code);
    code.get(key0);
    i32.const(code, Math.imul(round, PHILOX_GROWTH));
    i32.add(code);
    code.get(second);
    i32.xor(code);
    i32.xor(code);
    code.set(first);
    code.get(product);
    i32.wrapI64(code);
    code.set(second);
  }
  code.get(first);
  i64.extendI32U(code);
  i64.const(code, 32n);
  i64.shl(code);
  code.get(second);
  i64.extendI32U(code);
  i64.or(code);
}

/** Leave 16 random bits for each of the indices first … first + 3, the first lowest. */
function pushRandomBits(code: Code, key0: Local, key1: Local, first: Local): void {
  const bits = code.local('i64');
  const shift = code.local('i64');
  code.get(first);
  i32.const(code, 2);
  i32.shrU(code);
  pushRandomWords(code, key0, key1);
  code.set(bits);
  code.get(first);
  i32.const(code, 3);
  i32.and(code);
  code.if(() => {
    // The window starts within these words and ends within the next ones.
    code.get(first);
    i64.extendI32U(code);
    i64.const(code, 4n);
    i64.shl(code);
    code.set(shift);
    code.get(bits);
    code.get(shift);
    i64.shrU(code);
    code.get(first);
    i32.const(code, 4);
    i32.add(code);
    i32.const(code, 2);
    i32.shrU(code);
    pushRandomWords(code, key0, key1);
    i64.const(code, 0n);
    code.get(shift);
    i64.sub(code);
    i64.shl(code);
    i64.or(code);
    code.set(bits);
  });
  code.get(bits);
}

/**
 * Define (key0: i32, key1: i32, first: i32) → v128: elements first … first + 3 of a dropout mask. A tail takes as many of
 * them as it needs, from the front. A first element that is not a multiple of 4 takes twice the time.
 */
export function dropoutMaskVector(module: WasmModule, rate: number): FunctionReference {
  const { threshold, kept } = dropoutLevels(rate);
  return module.function({ parameters: ['i32', 'i32', 'i32'], results: ['v128'] }, (code, key0, key1, first) => {
    pushRandomBits(code, key0!, key1!, first!);
    i64x2.splat(code);
    i32x4.extendLowI16x8U(code);
    i32.const(code, threshold);
    i32x4.splat(code);
    i32x4.geS(code);
    f32.const(code, kept);
    f32x4.splat(code);
    v128.and(code);
  });
}
