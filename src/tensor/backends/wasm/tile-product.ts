/**
 * The innermost step of every matrix product: a tile of rows × vectors of accumulators takes one more k.
 *
 *   acc[r][v] ← acc[r][v] + splat(A(r, k)) · B(k, v)
 *
 * Each product and each sum is rounded to f32, so the bits are those of plain loops in ascending k. Where operands lie is
 * in constant displacements from two pointers, which engines fold into the address of the load.
 */
import { f32x4, v128, type Code, type Local } from '../../../wasm/index.ts';

/** A tile of accumulators and where its operands lie. */
export interface Tile {
  /** v128 locals by row and vector. */
  readonly accumulators: readonly (readonly Local[])[];
  /** Address of A(0, k), and the distance in bytes of A(r + 1, k) from A(r, k). */
  readonly a: Local;
  readonly aRow: number;
  /** Address of B(k, 0); the vectors of a k are adjacent. */
  readonly b: Local;
  /** v128 locals for the vectors of B, as many as a row has, and one for the element of A. */
  readonly right: readonly Local[];
  readonly left: Local;
}

/** Write one step of k, with the operands `aOffset` and `bOffset` bytes beyond the pointers. */
export function emitTileStep(code: Code, tile: Tile, aOffset: number, bOffset: number): void {
  const { accumulators, a, aRow, b, right, left } = tile;
  right.forEach((vector, v) => {
    code.get(b);
    v128.load(code, bOffset + 16 * v);
    code.set(vector);
  });
  accumulators.forEach((row, r) => {
    code.get(a);
    v128.load32Splat(code, aOffset + r * aRow);
    code.set(left);
    row.forEach((sum, v) => {
      code.get(sum);
      code.get(left);
      code.get(right[v]!);
      f32x4.mul(code);
      f32x4.add(code);
      code.set(sum);
    });
  });
}
