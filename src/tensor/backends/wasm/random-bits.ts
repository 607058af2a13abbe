/** The random numbers of `tensor/random-mask.ts`, four at a time. */
import {
  f32,
  f32x4,
  i32,
  i32x4,
  i64x2,
  v128,
  type Code,
  type FunctionReference,
  type Local,
  type WasmModule,
} from '../../../wasm/index.ts';
import { PHILOX_GROWTH, PHILOX_MULTIPLIER, PHILOX_ROUNDS, dropoutLevels } from '../../random-mask.ts';

/** Words 0 and 2 of two vectors of products, and words 1 and 3. */
const LOWER = [0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27];
const UPPER = LOWER.map((byte) => byte + 4);

const LANES = new Uint8Array(Int32Array.of(0, 1, 2, 3).buffer);

function splat(code: Code, value: number): void {
  i32.const(code, value);
  i32x4.splat(code);
}

/** Leave the random bits of indices first … first + 3. */
function pushRandomBits(code: Code, key0: Local, key1: Local, first: Local): void {
  const [counter, other, key, multiplier, low, high] = Array.from({ length: 6 }, () => code.local('v128')) as [
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
  ];
  code.get(first);
  i32x4.splat(code);
  v128.const(code, LANES);
  i32x4.add(code);
  code.set(counter);
  code.get(key1);
  i32x4.splat(code);
  code.set(other);
  code.get(key0);
  i32x4.splat(code);
  code.set(key);
  splat(code, PHILOX_MULTIPLIER);
  code.set(multiplier);
  for (let round = 0; round < PHILOX_ROUNDS; round += 1) {
    for (const [product, multiply] of [
      [low, i64x2.extmulLowI32x4U],
      [high, i64x2.extmulHighI32x4U],
    ] as const) {
      code.get(counter);
      code.get(multiplier);
      multiply(code);
      code.set(product);
    }
    code.get(low);
    code.get(high);
    v128.shuffle(code, UPPER);
    code.get(key);
    v128.xor(code);
    code.get(other);
    v128.xor(code);
    code.set(counter);
    code.get(low);
    code.get(high);
    v128.shuffle(code, LOWER);
    code.set(other);
    code.get(key);
    splat(code, PHILOX_GROWTH);
    i32x4.add(code);
    code.set(key);
  }
  code.get(counter);
}

/**
 * Define (key0: i32, key1: i32, first: i32) → v128: elements first … first + 3 of a dropout mask. A tail takes as many of
 * them as it needs, from the front.
 */
export function dropoutMaskVector(module: WasmModule, rate: number): FunctionReference {
  const { threshold, kept } = dropoutLevels(rate);
  return module.function({ parameters: ['i32', 'i32', 'i32'], results: ['v128'] }, (code, key0, key1, first) => {
    f32.const(code, kept);
    f32x4.splat(code);
    pushRandomBits(code, key0!, key1!, first!);
    splat(code, threshold);
    i32x4.geU(code);
    v128.and(code);
  });
}
