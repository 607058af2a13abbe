/**
 * Numbers that look random and depend on their arguments alone, to try many graphs for one matrix.
 *
 * No stream of `random/`: a number is needed per pair and try, in any order. The mixing is that of MurmurHash3.
 */

/** A number from −1 to 1 that depends on both arguments alone. */
export function unitNoise(value: number, seed: number): number {
  let h = Math.imul(value ^ (seed * 0x9e3779b1), 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  h ^= h >>> 16;
  return h / 2 ** 31;
}
