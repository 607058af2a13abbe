/** What every update rule returns: the new parameter and its new buffers. */
export interface Update {
  readonly parameter: Float32Array;
  readonly slots: Readonly<Record<string, Float32Array>>;
}

/** Buffers of one parameter by name. */
export type Slots = Readonly<Record<string, Float32Array>>;

/**
 * Raise to a whole power by repeated squaring, so that the bits do not depend on the engine's `Math.pow`.
 *
 * @param exponent an integer of at least 0
 */
export const integerPower = (base: number, exponent: number): number => {
  let result = 1;
  let square = base;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result *= square;
    square *= square;
  }
  return result;
};
