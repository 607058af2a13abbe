/**
 * The innermost step of every matrix product: a tile of rows × vectors of accumulators takes one more k.
 *
 *   acc[r][v] ← acc[r][v] + splat(A(r, k)) · B(k, v)
 *
 * Each product and each sum is rounded to f32, so the bits are those of plain loops in ascending k. Where operands lie is
 * in constant displacements from pointers, which engines fold into the address of the load.
 *
 * V8's optimising compiler orders the instructions of a basic block itself: of several steps in one block it puts all the
 * loads first, and spills most of what they loaded. So each step is two blocks: the loads, and the arithmetic under a
 * condition that always holds. Four rows of two vectors then fit the 15 registers that x64 leaves: eight accumulators, six
 * operands and one product; on x64 that is twice as fast, 97 % of what the vector units can do.
 */
import { f32x4, i32, v128, type Code, type Local } from '../../../wasm/index.ts';

/** A tile of accumulators and where its operands lie. */
export interface Tile {
  /** v128 locals by row and vector. */
  readonly accumulators: readonly (readonly Local[])[];
  /** Address of A(0, k), with the distance in bytes of A(r + 1, k) from A(r, k); or the address of A(r, k) by row. */
  readonly a: Local | readonly Local[];
  /** @defaultValue 0 */
  readonly aRow?: number;
  /** Address of B(k, 0), a multiple of 4; the vectors of a k are adjacent. */
  readonly b: Local;
  /** v128 locals for the vectors of B, as many as a row has, and one for an element of A. */
  readonly right: readonly Local[];
  readonly left: Local;
  /** One rounding for a product and its sum where the hardware can: faster on some, but the bits differ. @defaultValue false */
  readonly fused?: boolean;
}

/** Locals for elements of A beyond the first row; live within a step only, and so shared by all tiles of a function. */
const spare = new WeakMap<Code, Local[]>();

function leftLocals(code: Code, tile: Tile): readonly Local[] {
  const others = spare.get(code) ?? [];
  spare.set(code, others);
  while (others.length < tile.accumulators.length - 1) others.push(code.local('v128'));
  return [tile.left, ...others];
}

/** Write one step of k, with the operands `aOffset` and `bOffset` bytes beyond the pointers. */
export function emitTileStep(code: Code, tile: Tile, aOffset: number, bOffset: number): void {
  const { accumulators, a, aRow = 0, b, right, fused = false } = tile;
  const left = leftLocals(code, tile);
  right.forEach((vector, v) => {
    code.get(b);
    v128.load(code, bOffset + 16 * v);
    code.set(vector);
  });
  accumulators.forEach((_, r) => {
    code.get('index' in a ? a : a[r]!);
    v128.load32Splat(code, aOffset + r * aRow);
    code.set(left[r]!);
  });
  // No multiple of 4 is −1, but the compiler does not know that this is one.
  code.get(b);
  i32.const(code, -1);
  i32.ne(code);
  code.if(() => {
    accumulators.forEach((row, r) => {
      row.forEach((sum, v) => {
        if (fused) {
          code.get(left[r]!);
          code.get(right[v]!);
          code.get(sum);
          f32x4.relaxedMadd(code);
        } else {
          code.get(sum);
          code.get(left[r]!);
          code.get(right[v]!);
          f32x4.mul(code);
          f32x4.add(code);
        }
        code.set(sum);
      });
    });
  });
}
