/**
 * Products in DSP blocks: which go there, how many blocks they take, and the adders between them.
 *
 * Products of two variables of at least `DSP_MINIMUM_WIDTH` bits each do; narrower ones and multiples of constants are
 * built of look-up tables, where they are cheaper. The widths are those of the operands without copies of their signs;
 * an operand without sign counts one bit more where the other has one.
 */
import { TRUE } from './bit-network.ts';
import type { Literal } from './bit-network.ts';

/** A multiplication takes DSP blocks when both operands have at least this many bits (and none is constant). */
export const DSP_MINIMUM_WIDTH = 10;

/** Operand widths of one DSP48E2 multiplier, signed. */
const WIDE = 27;
const NARROW = 18;

/** Bits of a slice of an operand that is too wide: a slice is unsigned and leaves the sign bit free. */
const SLICE = 17;

/** Tell whether one operand has no bit that varies. */
export function isConstantProduct(a: readonly Literal[], b: readonly Literal[]): boolean {
  return a.every((bit) => bit <= TRUE) || b.every((bit) => bit <= TRUE);
}

/**
 * Count the DSP blocks of a product of two variables, and the look-up tables that sum the blocks of a wide one.
 *
 * @param signed whether the widths include sign bits
 */
export function productBlocks(
  widthA: number,
  widthB: number,
  signed: boolean,
): { readonly dsp: number; readonly lut: number } {
  if (Math.min(widthA, widthB) < DSP_MINIMUM_WIDTH) return { dsp: 0, lut: 0 };
  const sign = signed ? 0 : 1;
  const wide = Math.max(widthA, widthB) + sign;
  const narrow = Math.min(widthA, widthB) + sign;
  const slices = (width: number, most: number): number =>
    width <= most ? 1 : 1 + Math.floor((width - most + NARROW - 2) / SLICE);
  const rows = slices(wide, WIDE);
  const columns = slices(narrow, NARROW);
  const lut = rows * (columns - 1) * WIDE + (rows - 1) * (narrow + WIDE);
  return { dsp: rows * columns, lut };
}
