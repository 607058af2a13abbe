/**
 * Sums over rows of xᵀ·g in f32, in the order of every sum over a leading axis (see reduce.ts).
 *
 * What a row contributes is summed over its positions in ascending order; leaves of 64 rows add rows in ascending order;
 * leaves are added in a binary tree. A row of one position contributes a single product, and a leaf is then one matrix
 * product over 64 rows.
 */
import { matmulKernel, type MatrixOperand } from './matmul.ts';
import { LEAF } from './reduce.ts';

/** Extents of x [rows, positions, left] and g [rows, positions, right]. */
export interface RowProductExtents {
  readonly rows: number;
  readonly positions: number;
  readonly left: number;
  readonly right: number;
}

/** Count the slots that `sumLeaves` uses. */
export function slotCount(leaves: number): number {
  return leaves === 0 ? 0 : Math.floor(Math.log2(leaves)) + 1;
}

/**
 * Add leaves in a binary tree, like carries in binary counting. Sums lie in numbered slots; the total ends in slot 0.
 *
 * @param setLeaf write a leaf to a slot
 * @param add add one slot into another
 */
export function sumLeaves(
  leaves: number,
  setLeaf: (leaf: number, slot: number) => void,
  add: (into: number, from: number) => void,
): void {
  let depth = 0;
  for (let leaf = 0; leaf < leaves; leaf += 1) {
    setLeaf(leaf, depth);
    depth += 1;
    for (let full = leaf; (full & 1) === 1; full >>= 1) {
      depth -= 1;
      add(depth - 1, depth);
    }
  }
  for (; depth > 1; depth -= 1) add(depth - 2, depth - 1);
}

/** out[left × right] ← Σ over rows and positions of xᵀ · g. */
export function rowProductKernel(
  out: Float32Array,
  x: Float32Array,
  g: Float32Array,
  { rows, positions, left, right }: RowProductExtents,
): void {
  const slots: Float32Array[] = [];
  const ofRow = new Float32Array(left * right);
  /** target ← the product of so many positions from one on. */
  const product = (target: Float32Array, first: number, count: number): void => {
    const turned: MatrixOperand = { data: x, offset: first * left, row: 1, column: left };
    const other: MatrixOperand = { data: g, offset: first * right, row: right, column: 1 };
    matmulKernel(target, 0, turned, other, left, count, right);
  };
  sumLeaves(
    Math.ceil(rows / LEAF),
    (leaf, slot) => {
      const sum = (slots[slot] ??= new Float32Array(left * right));
      const first = leaf * LEAF;
      const end = Math.min(rows, first + LEAF);
      if (positions === 1) {
        product(sum, first, end - first);
        return;
      }
      sum.fill(0);
      for (let row = first; row < end; row += 1) {
        product(ofRow, row * positions, positions);
        addInto(sum, ofRow);
      }
    },
    (into, from) => addInto(slots[into]!, slots[from]!),
  );
  if (slots[0] === undefined) out.fill(0);
  else out.set(slots[0]);
}

function addInto(left: Float32Array, right: Float32Array): void {
  for (let j = 0; j < left.length; j += 1) left[j] = left[j]! + right[j]!;
}
