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

/** What a product takes. */
export interface ProductBlocks {
  /** DSP blocks; 0 where the product is built of look-up tables. */
  readonly dsp: number;
  /** Bits of the adders that sum the blocks of a product too wide for one. */
  readonly adders: readonly number[];
}

/**
 * Cut a product of two variables into DSP blocks, as Yosys' `mul2dsp` does.
 *
 * @param width bits of the result that are read
 * @param signed whether the widths of the operands include sign bits
 */
export function productBlocks(widthA: number, widthB: number, width: number, signed: boolean): ProductBlocks {
  if (Math.min(widthA, widthB) < DSP_MINIMUM_WIDTH) return { dsp: 0, adders: [] };
  const sign = signed ? 0 : 1;
  const wide = Math.max(widthA, widthB) + sign;
  const narrow = Math.min(widthA, widthB) + sign;
  const slices = (bits: number, most: number): number =>
    bits <= most ? 1 : 1 + Math.floor((bits - most + NARROW - 2) / SLICE);
  const rows = slices(wide, WIDE);
  const columns = slices(narrow, NARROW);
  const rowWidth = Math.min(width, narrow + (rows === 1 ? wide : NARROW));
  const adders: number[] = [];
  // Each sum leaves out the low bits that its first slice alone decides.
  for (let column = 1; column < columns; column += 1) {
    for (let row = 0; row < rows; row += 1) adders.push(rowWidth - SLICE * column);
  }
  for (let row = 1; row < rows; row += 1) adders.push(width - SLICE * row);
  return { dsp: rows * columns, adders: adders.filter((bits) => bits > 0) };
}
