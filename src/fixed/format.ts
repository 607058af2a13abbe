/**
 * Fixed-point formats: `ap_fixed<W,I,Q,O,N>` and `ap_ufixed<W,I,Q,O,N>` as plain data.
 *
 * A value is a raw two's complement (or unsigned) integer of `width` bits times 2^-(width - integer).
 * `integer` may be negative or larger than `width`, so the binary point can lie outside the word.
 * Source: AMD UG1399, "Arbitrary Precision Fixed-Point Data Types".
 */

/** How digits below the last fraction bit are removed. */
export type Quantization =
  | 'AP_RND'
  | 'AP_RND_ZERO'
  | 'AP_RND_MIN_INF'
  | 'AP_RND_INF'
  | 'AP_RND_CONV'
  | 'AP_TRN'
  | 'AP_TRN_ZERO';

/** What happens to a rounded value outside the range. */
export type Overflow = 'AP_SAT' | 'AP_SAT_ZERO' | 'AP_SAT_SYM' | 'AP_WRAP' | 'AP_WRAP_SM';

export interface FixedFormat {
  readonly signed: boolean;
  /** Total bits W, at least 1. */
  readonly width: number;
  /** Integer bits I, the sign bit included; any integer. */
  readonly integer: number;
  readonly quantization: Quantization;
  readonly overflow: Overflow;
  /** Saturation bits N of the wrap modes, 0 ≤ N ≤ W. */
  readonly saturationBits: number;
}
