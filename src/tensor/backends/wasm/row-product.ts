/**
 * Sums over rows of xᵀ·g in WebAssembly: the products of the JavaScript kernel, with the same bits.
 *
 * The engine's memory holds the rows of one product at a time (a leaf, or one row if it has several positions) and the
 * partial sums, of which there are as many as the tree of leaves is high.
 */
import { LEAF } from '../js/reduce.ts';
import { slotCount, sumLeaves, type RowProductExtents } from '../js/row-product.ts';
import { align, LARGEST, sharedEngine, workspaceBytes } from './matmul.ts';

/**
 * Compute out[left × right] ← Σ over rows and positions of xᵀ · g, extents at least 1.
 *
 * @returns false, with nothing done, where there is no vector unit or the operands are too large.
 */
export function wasmRowProduct(
  out: Float32Array,
  x: Float32Array,
  g: Float32Array,
  { rows, positions, left, right }: RowProductExtents,
): boolean {
  const engine = sharedEngine();
  if (engine === null) return false;
  const leaves = Math.ceil(rows / LEAF);
  /** Positions that are multiplied together at most. */
  const together = positions === 1 ? Math.min(rows, LEAF) : positions;
  const size = left * right;
  const slotBytes = align(4 * size);
  const gAt = align(4 * together * left);
  const slotsAt = gAt + align(4 * together * right);
  const rowAt = slotsAt + slotBytes * slotCount(leaves);
  const workspace = rowAt + slotBytes;
  const bytes = workspace + workspaceBytes(left, together, right);
  if (bytes > LARGEST) return false;
  engine.reserve(bytes);
  const numbers = new Float32Array(engine.memory.buffer);
  const slotAt = (slot: number): number => slotsAt + slotBytes * slot;
  /** Multiply so many positions from one on. */
  const product = (address: number, first: number, count: number): void => {
    numbers.set(x.subarray(first * left, (first + count) * left), 0);
    numbers.set(g.subarray(first * right, (first + count) * right), gAt / 4);
    const turned = { address: 0, row: 4, column: 4 * left };
    const other = { address: gAt, row: 4 * right, column: 4 };
    engine.multiply(turned, other, { address, row: 4 * right, column: 4 }, left, count, right, workspace);
  };
  sumLeaves(
    leaves,
    (leaf, slot) => {
      const first = leaf * LEAF;
      const end = Math.min(rows, first + LEAF);
      if (positions === 1) {
        product(slotAt(slot), first, end - first);
        return;
      }
      // A sum that starts from +0 is never −0, so the first row may stand for zero plus itself.
      product(slotAt(slot), first * positions, positions);
      for (let row = first + 1; row < end; row += 1) {
        product(rowAt, row * positions, positions);
        engine.add(slotAt(slot), rowAt, size);
      }
    },
    (into, from) => engine.add(slotAt(into), slotAt(from), size),
  );
  out.set(numbers.subarray(slotsAt / 4, slotsAt / 4 + size));
  return true;
}
