/**
 * Masks for dropout from counter-based random numbers: element i depends on a key and on i alone, so that any part of a
 * mask can be made anywhere, in any order, with the same bits.
 *
 * The generator is Philox 2×32 with ten rounds (Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2,
 * 3", SC 2011), which passes BigCrush: its counter is (i, second word of the key), its key the first word, and the first
 * word of the result is used. An element is dropped with the probability ⌊rate·2^32⌋ / 2^32.
 */
import { ShapeError, ValueError } from '../errors.ts';
import { toFlat } from './access.ts';
import { wrap } from './create.ts';
import { checkShape, shapeText, sizeOfShape } from './shape.ts';
import type { Tensor } from './tensor.ts';
import { traced } from './trace.ts';

/** Rounds of the generator. */
export const PHILOX_ROUNDS = 10;
/** What the counter is multiplied with. */
export const PHILOX_MULTIPLIER: number = 0xd256d193 | 0;
/** What the key grows by after each round. */
export const PHILOX_GROWTH: number = 0x9e3779b9 | 0;

const MULTIPLIER_HIGH = PHILOX_MULTIPLIER >>> 16;
const MULTIPLIER_LOW = PHILOX_MULTIPLIER & 0xffff;

/** Give 32 random bits for an index; all three arguments are taken modulo 2^32. */
export function randomBits(key0: number, key1: number, index: number): number {
  let first = index | 0;
  let second = key1 | 0;
  let key = key0 | 0;
  for (let round = 0; round < PHILOX_ROUNDS; round += 1) {
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
  return first >>> 0;
}

/** Give the level of random bits below which an element is dropped, and what the others are scaled by. */
export function dropoutLevels(rate: number): { readonly threshold: number; readonly kept: number } {
  if (!(rate >= 0 && rate < 1)) throw new ValueError(`dropoutMask needs a rate of [0, 1), but got ${rate}.`);
  return { threshold: Math.floor(rate * 2 ** 32), kept: Math.fround(1 / (1 - rate)) };
}

/**
 * Make a mask that is 0 with probability `rate` and 1 / (1 − rate) else.
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
  for (let i = 0; i < mask.length; i += 1) mask[i] = randomBits(key0, key1, i) < threshold ? 0 : kept;
  return wrap(mask, shape);
}
