/**
 * The cast: exact value → rounded → in range. Every loss of bits in the package goes through this function or through
 * its fast equal in cast-number.ts.
 */
import { type FixedFormat, fractionBits } from './format.ts';
import { overflowRaw } from './overflow.ts';
import { quantizeRaw } from './rounding.ts';

/**
 * Convert the exact value raw · 2^-fraction to a raw code of the format `to`.
 *
 * @param raw any integer. @param fraction any integer; negative if the value is a multiple of a power of two.
 * @returns a raw code within `rawRange(to)`.
 */
export function cast(raw: bigint, fraction: number, to: FixedFormat): bigint {
  const drop = fraction - fractionBits(to);
  const rounded = quantizeRaw(raw, drop, to.quantization);
  const floor = drop > 0 ? raw >> BigInt(drop) : rounded;
  return overflowRaw(rounded, floor, to);
}
