/**
 * The one place where digits below the last kept bit are removed.
 *
 * Rounding acts on the exact value once; no source is ever rounded twice. Table: UG1399, "Quantization Modes".
 */
import type { Quantization } from './format.ts';

/**
 * Round raw · 2^-drop to an integer by the quantization mode.
 *
 * @param drop bits to remove; zero or negative appends zero bits, which is exact in every mode.
 */
export function quantizeRaw(raw: bigint, drop: number, quantization: Quantization): bigint {
  if (drop <= 0) return raw << BigInt(-drop);
  const shift = BigInt(drop);
  const floor = raw >> shift;
  const rest = raw - (floor << shift);
  if (rest === 0n) return floor;
  return roundsUp(raw, floor, rest, 1n << (shift - 1n), quantization) ? floor + 1n : floor;
}

/** Decide between `floor` and `floor + 1` for a value strictly between them; `half` is the rest of a tie. */
function roundsUp(raw: bigint, floor: bigint, rest: bigint, half: bigint, quantization: Quantization): boolean {
  switch (quantization) {
    case 'AP_TRN':
      return false;
    case 'AP_TRN_ZERO':
      return raw < 0n;
    case 'AP_RND':
      return rest >= half;
    case 'AP_RND_MIN_INF':
      return rest > half;
    case 'AP_RND_ZERO':
      return rest > half || (rest === half && raw < 0n);
    case 'AP_RND_INF':
      return rest > half || (rest === half && raw > 0n);
    case 'AP_RND_CONV':
      return rest > half || (rest === half && (floor & 1n) === 1n);
    default:
      return quantization satisfies never;
  }
}
