/** How the left operand of a product is walked: over the lines of the result, and over k for one line. */
import { isRowWise, type PlanNode } from './graph.ts';
import type { View } from './views.ts';
import { cellRuns, windowsOver } from './windows.ts';

/** Distances are in bytes. */
export interface Walk {
  /** Axes of the lines, outermost first; an extent of null is the number of rows times `factor`. */
  readonly lines: readonly { readonly extent: number | null; readonly factor: number; readonly step: number }[];
  /** Runs of k at even distances. */
  readonly runs: readonly { readonly offset: number; readonly count: number }[];
  /** From k to k within a run. */
  readonly step: number;
}

/** Walk the left operand of a matrix product. */
function matrixWalk(view: View, depth: number, lead: number, rowWise: boolean): Walk {
  const step = 4 * rowStep(view);
  return {
    lines: [rowWise ? { extent: null, factor: lead, step } : { extent: lead, factor: 1, step }],
    runs: [{ offset: 0, count: depth }],
    step: 4 * (depth === 1 ? 0 : view.strides.at(-1)!),
  };
}

/** Walk the input of a convolution, window by window. */
function windowWalk(node: PlanNode, pitch: number): Walk {
  const [input, kernel] = node.inputs as [PlanNode, PlanNode];
  const geometry = windowsOver(input, node, kernel.shape.slice(0, -2));
  return {
    lines: [
      { extent: null, factor: 1, step: 4 * pitch },
      { extent: geometry.output[0], factor: 1, step: 4 * geometry.windowSteps[0] },
      { extent: geometry.output[1], factor: 1, step: 4 * geometry.windowSteps[1] },
    ],
    runs: cellRuns(geometry).map(({ offset, count }) => ({ offset: 4 * offset, count })),
    step: 4,
  };
}

/** The distance of neighbouring rows of a view whose leading axes collapse to one, batch included. */
export function rowStep(view: View): number {
  for (let axis = view.dims.length - 2; axis >= 0; axis -= 1) if (view.dims[axis] !== 1) return view.strides[axis]!;
  return view.rowStride;
}

export const lastStride = (view: View): number => (view.dims.at(-1) === 1 ? 0 : (view.strides.at(-1) ?? 0));

/** Find how a product walks its left operand. @param lead lines of the result per row of the batch */
export function productWalk(node: PlanNode, left: View, lead: number): Walk {
  if (node.operation === 'convolve') return windowWalk(node, left.rowStride);
  return matrixWalk(left, node.inputs[0]!.shape.at(-1)!, lead, isRowWise(node));
}
