/**
 * Masks for dropout from counter-based random numbers: element i depends on a key and on i alone, so that any part of a
 * mask can be made anywhere, in any order, with the same bits.
 *
 * The generator is Philox 2×32 with seven rounds, which passes BigCrush (Salmon, Moraes, Dror & Shaw, "Parallel random
 * numbers: as easy as 1, 2, 3", SC 2011, table 2): its counter is (⌊i / 4⌋, second word of the key), its key the first
 * word. Its two words serve four neighbours, 16 bits each, which makes masks cheap beside the training that they are
 * for. Hence the limit: an element is dropped with the probability `rate` rounded to a multiple of 2^-16, at most
 * 1 − 2^-16; what is kept is scaled by 1 / (1 − rate), with `rate` as given.
 */
import { ShapeError, ValueError } from '../errors.ts';
import { toFlat } from './access.ts';
import { wrap } from './create.ts';
import { checkShape, shapeText, sizeOfShape } from './shape.ts';
import type { Tensor } from './tensor.ts';
import { traced } from './trace.ts';

/** Rounds of the generator. */
export const PHILOX_ROUNDS = 7;
/** What the counter is multiplied with. */
export const PHILOX_MULTIPLIER: number = 0xd256d193 | 0;
/** What the key grows by after each round. */
export const PHILOX_GROWTH: number = 0x9e3779b9 | 0;

const MULTIPLIER_HIGH = PHILOX_MULTIPLIER >>> 16;
const MULTIPLIER_LOW = PHILOX_MULTIPLIER & 0xffff;

/** Give both words of Philox 2×32 as signed integers; all arguments but the rounds are taken modulo 2^32. */
export function philox2x32(
  counter0: number,
  counter1: number,
  seed: number,
  rounds: number,
): readonly [number, number] {
  let first = counter0 | 0;
  let second = counter1 | 0;
  let key = seed | 0;
  for (let round = 0; round < rounds; round += 1) {
    // The upper half of a product of 64 bits, from products of halves of 16 bits.
    const high = first >>> 16;
    const low = first & 0xffff;
    const middle = (Math.imul(high, MULTIPLIER_LOW) + (Math.imul(low, MULTIPLIER_LOW) >>> 16)) | 0;
    const other = (Math.imul(low, MULTIPLIER_HIGH) + (middle & 0xffff)) | 0;
    const upper = (Math.imul(high, MULTIPLIER_HIGH) + (middle >>> 16) + (other >>> 16)) | 0;
    const lower = Math.imul(first, PHILOX_MULTIPLIER);
    first = upper ^ key ^ second;
    second = lower;
    key = (key + PHILOX_GROWTH) | 0;
  }
  return [first, second];
}

/**
 * Give 16 random bits for an index; all three arguments are taken modulo 2^32.
 *
 * Four indices from a multiple of 4 on share a counter: they read first word · 2^32 + second word from its low end.
 */
export function randomBits(key0: number, key1: number, index: number): number {
  const [first, second] = philox2x32(index >>> 2, key1, key0, PHILOX_ROUNDS);
  return ((index & 2 ? first : second) >>> (16 * (index & 1))) & 0xffff;
}

/** Give the level of random bits below which an element is dropped, and what the others are scaled by. */
export function dropoutLevels(rate: number): { readonly threshold: number; readonly kept: number } {
  if (!(rate >= 0 && rate < 1)) throw new ValueError(`dropoutMask needs a rate of [0, 1), but got ${rate}.`);
  return { threshold: Math.min(Math.round(rate * 2 ** 16), 2 ** 16 - 1), kept: Math.fround(1 / (1 - rate)) };
}

/**
 * Make a mask that is 0 with probability `rate`, to a multiple of 2^-16, and 1 / (1 − rate) else.
 *
 * @param key i32 [2]
 * @param rate Of [0, 1).
 */
export function dropoutMask(key: Tensor, rate: number, shape: readonly number[]): Tensor {
  const { threshold, kept } = dropoutLevels(rate);
  checkShape(shape, 'dropoutMask');
  if (key.dtype !== 'i32' || key.shape.length !== 1 || key.shape[0] !== 2) {
    throw new ShapeError(`dropoutMask needs a key i32 [2], but got ${key.dtype} ${shapeText(key.shape)}.`);
  }
  const symbolic = traced('dropoutMask', [key], { rate }, shape);
  if (symbolic !== null) return symbolic;
  const [key0, key1] = toFlat(key) as Int32Array as unknown as readonly [number, number];
  const mask = new Float32Array(sizeOfShape(shape));
  for (let i = 0; i < mask.length; i += 4) {
    const [first, second] = philox2x32(i >>> 2, key1, key0, PHILOX_ROUNDS);
    // Writes past the end are ignored.
    mask[i] = (second & 0xffff) < threshold ? 0 : kept;
    mask[i + 1] = second >>> 16 < threshold ? 0 : kept;
    mask[i + 2] = (first & 0xffff) < threshold ? 0 : kept;
    mask[i + 3] = first >>> 16 < threshold ? 0 : kept;
  }
  return wrap(mask, shape);
}
