/**
 * When the world outside a stream design stalls: plain data that say it for every cycle, the same on every machine.
 *
 * At an input a stall means that no new beat is offered; a beat that was offered stays until it is taken. At an output
 * it means that ready is 0. Random stalls hash seed and cycle, so that any cycle can be asked for alone.
 */
import { ValueError } from '../../errors.ts';

export type StallPattern =
  | { readonly kind: 'never' }
  /** Every cycle for itself, with a probability of 0 ≤ p < 1. */
  | { readonly kind: 'random'; readonly seed: number; readonly probability: number }
  /** `flowing` cycles without a stall (at least 1), then `stalled` cycles with one (at least 0), and again. */
  | { readonly kind: 'bursts'; readonly flowing: number; readonly stalled: number };

/**
 * Check the ranges of a pattern.
 *
 * @param where the port that it is for
 * @throws ValueError naming port, value and range
 */
export function checkStallPattern(pattern: StallPattern, where: string): void {
  if (pattern.kind === 'random') {
    const { seed, probability } = pattern;
    if (!Number.isInteger(seed)) throw new ValueError(`Stalls of ${where} have seed ${seed}, must be a whole number.`);
    if (!(probability >= 0 && probability < 1)) {
      throw new ValueError(`Stalls of ${where} have probability ${probability}, must be at least 0 and below 1.`);
    }
  }
  if (pattern.kind === 'bursts') {
    const { flowing, stalled } = pattern;
    if (!Number.isInteger(flowing) || flowing < 1) {
      throw new ValueError(`Stalls of ${where} have ${flowing} flowing cycles, must be a whole number of at least 1.`);
    }
    if (!Number.isInteger(stalled) || stalled < 0) {
      throw new ValueError(`Stalls of ${where} have ${stalled} stalled cycles, must be a whole number of at least 0.`);
    }
  }
}

/** Tell whether a pattern stalls in a cycle, which counts from 0. */
export function isStalled(pattern: StallPattern, cycle: number): boolean {
  switch (pattern.kind) {
    case 'never':
      return false;
    case 'random':
      return mixed(mixed(pattern.seed) ^ cycle) < pattern.probability * 2 ** 32;
    case 'bursts':
      return cycle % (pattern.flowing + pattern.stalled) >= pattern.flowing;
    default:
      return pattern satisfies never;
  }
}

/** Mix 32 bits, one to one: Chris Wellons' lowbias32 hash, of which every bit depends on every bit about evenly. */
function mixed(value: number): number {
  let x = (value + 0x9e3779b9) >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}
