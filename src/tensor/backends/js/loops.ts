/**
 * Turns strided N-dimensional loops into calls of two-dimensional kernels.
 *
 * Adjacent axes that every operand walks evenly are merged first, so that contiguous data, row broadcasts and
 * transposes all arrive as one call with the longest possible inner loop.
 */

/** Two inner loop extents, the outer extents, and per operand its strides in the same order. */
export interface LoopPlan {
  readonly outerShape: readonly number[];
  readonly rows: number;
  readonly columns: number;
  readonly operands: readonly { readonly outer: readonly number[]; readonly row: number; readonly column: number }[];
}

/** Merge the axes of a loop over `shape` in which operand i walks with `strides[i]`. */
export function planLoop(shape: readonly number[], strides: readonly (readonly number[])[]): LoopPlan {
  const extents: number[] = [];
  const steps: number[][] = strides.map(() => []);
  for (let axis = 0; axis < shape.length; axis += 1) {
    const extent = shape[axis]!;
    if (extent === 1) continue;
    const last = extents.length - 1;
    const even = last >= 0 && strides.every((s, i) => steps[i]![last] === s[axis]! * extent);
    if (even) {
      extents[last]! *= extent;
      strides.forEach((s, i) => (steps[i]![last] = s[axis]!));
    } else {
      extents.push(extent);
      strides.forEach((s, i) => steps[i]!.push(s[axis]!));
    }
  }
  while (extents.length < 2) {
    extents.unshift(1);
    for (const step of steps) step.unshift(0);
  }
  const inner = extents.length - 2;
  return {
    outerShape: extents.slice(0, inner),
    rows: extents[inner]!,
    columns: extents[inner + 1]!,
    operands: steps.map((s) => ({ outer: s.slice(0, inner), row: s[inner]!, column: s[inner + 1]! })),
  };
}

/** Visit every outer index of a plan with the operands' offsets at its start; the array is reused between visits. */
export function forEachOuter(
  plan: LoopPlan,
  starts: readonly number[],
  visit: (offsets: readonly number[]) => void,
): void {
  const { outerShape, operands } = plan;
  if (plan.rows === 0 || plan.columns === 0 || outerShape.includes(0)) return;
  const offsets = [...starts];
  const index = new Array<number>(outerShape.length).fill(0);
  for (;;) {
    visit(offsets);
    let axis = outerShape.length - 1;
    for (; axis >= 0; axis -= 1) {
      index[axis]! += 1;
      for (let i = 0; i < offsets.length; i += 1) offsets[i]! += operands[i]!.outer[axis]!;
      if (index[axis]! < outerShape[axis]!) break;
      for (let i = 0; i < offsets.length; i += 1) offsets[i]! -= operands[i]!.outer[axis]! * outerShape[axis]!;
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}
