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
  while (rest > 0) {
    if (rest % 2 === 1) {
      count += 1;
      rest += rest % 4 === 3 ? 1 : -1;
    }
    rest /= 2;
  }
  return count;
}
