/**
 * Canonical signed digits: an integer as Σ ± 2^shift with the fewest non-zero digits, no two of them adjacent.
 *
 * Source: A. Avizienis, "Signed-digit number representations", IRE Trans. EC-10 (1961).
 */

export interface SignedDigit {
  readonly shift: number;
  readonly negative: boolean;
}

/** Write an integer in canonical signed digits, least significant first. */
export function signedDigits(value: bigint): SignedDigit[] {
  const digits: SignedDigit[] = [];
  let rest = value;
  for (let shift = 0; rest !== 0n; shift++) {
    if (rest & 1n) {
      // The digit that leaves a multiple of four: the next one is then zero.
      const negative = (rest & 3n) === 3n;
      digits.push({ shift, negative });
      rest += negative ? 1n : -1n;
    }
    rest >>= 1n;
  }
  return digits;
}

/** Number of non-zero canonical signed digits of an integer of magnitude up to 2^51. */
export function countSignedDigits(value: number): number {
  let rest = Math.abs(value);
  let count = 0;
  while (rest >= 2 ** 29) {
    if (rest % 2 === 1) {
      count += 1;
      rest += rest % 4 === 3 ? 1 : -1;
    }
    rest /= 2;
  }
  // The digits of n stand where n and 3n differ (Prodinger, "On binary representations of integers", 2000).
  return count + countOnes(rest ^ (3 * rest));
}

function countOnes(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
