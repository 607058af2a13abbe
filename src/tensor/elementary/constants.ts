/** ln 2 and its neighbours, split so that the product of the high part with a small integer is exact. */
import { powerOfTwo } from '../../random/index.ts';

/** The top 32 bits of ln 2: exact times any |k| < 2^21. */
export const LN2_HIGH = 0.6931471803691238;
/** What `LN2_HIGH` leaves of ln 2. */
export const LN2_LOW = 1.9082149292705877e-10;
/** 1 / ln 2, rounded. */
export const LOG2_E: number = Math.LOG2E;

/**
 * Multiply by 2^k, rounding once where the result is subnormal.
 *
 * @param x Magnitude of [¼, 4].
 * @param k Integer of [−1080, 1024].
 */
export function scaleByPowerOfTwo(x: number, k: number): number {
  if (k > 1023) return 2 * x * powerOfTwo(k - 1);
  if (k < -1022) return x * powerOfTwo(k + 100) * powerOfTwo(-100);
  return x * powerOfTwo(k);
}
