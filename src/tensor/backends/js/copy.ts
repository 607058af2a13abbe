/** Copying between strided layouts: what materialises views and builds concatenations, pads and slices. */
import { forEachOuter, planLoop } from './loops.ts';

type Storage = Float32Array | Int32Array;

/** Copy a strided block of that shape; source and target may have any strides but must not overlap. */
export function copyStrided(
  out: Storage,
  outOffset: number,
  outStrides: readonly number[],
  x: Storage,
  offset: number,
  strides: readonly number[],
  shape: readonly number[],
): void {
  const plan = planLoop(shape, [outStrides, strides]);
  const [to, from] = plan.operands;
  forEachOuter(plan, [outOffset, offset], (offsets) => {
    copyRows(out, offsets[0]!, to!, x, offsets[1]!, from!, plan.rows, plan.columns);
  });
}

interface LoopStep {
  readonly row: number;
  readonly column: number;
}

function copyRows(
  out: Storage,
  outOffset: number,
  to: LoopStep,
  x: Storage,
  offset: number,
  from: LoopStep,
  rows: number,
  columns: number,
): void {
  for (let r = 0; r < rows; r += 1) {
    let target = outOffset + r * to.row;
    let source = offset + r * from.row;
    if (to.column === 1 && from.column === 1 && columns > 16) {
      out.set(x.subarray(source, source + columns), target);
      continue;
    }
    for (let c = 0; c < columns; c += 1) {
      out[target] = x[source]!;
      target += to.column;
      source += from.column;
    }
  }
}
