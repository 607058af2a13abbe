/** The geometry of windows over channels-last rows, a line being a plane of height 1. */
import { innerShape, type PlanNode } from './graph.ts';

/** Two entries each: along the height and along the width. Distances are in elements. */
export interface WindowGeometry {
  readonly output: readonly [number, number];
  readonly size: readonly [number, number];
  /** From window to window. */
  readonly windowSteps: readonly [number, number];
  /** From cell to cell. */
  readonly cellSteps: readonly [number, number];
  readonly channels: number;
}

/** Give the windows of a node over an input. @param size cells of a window along each spatial axis */
export function windowsOver(input: PlanNode, node: PlanNode, size: readonly number[]): WindowGeometry {
  const planar = (list: readonly number[], fill: number): readonly [number, number] =>
    list.length === 1 ? [fill, list[0]!] : [list[0]!, list[1]!];
  const shape = innerShape(input);
  const channels = shape.at(-1)!;
  const [, width] = planar(shape.slice(0, -1), 1);
  const strides = planar(node.attributes['strides'] as readonly number[], 1);
  const dilation = planar((node.attributes['dilation'] as readonly number[] | undefined) ?? size.map(() => 1), 1);
  const cells = planar(size, 1);
  const extents = planar(shape.slice(0, -1), 1);
  const output = [0, 1].map(
    (axis) => Math.floor((extents[axis]! - dilation[axis]! * (cells[axis]! - 1) - 1) / strides[axis]!) + 1,
  ) as [number, number];
  const line = width * channels;
  return {
    output,
    size: cells,
    windowSteps: [strides[0] * line, strides[1] * channels],
    cellSteps: [dilation[0] * line, dilation[1] * channels],
    channels,
  };
}

/** The cells of a window as runs of neighbouring elements: where each starts, and how many it has. */
export function cellRuns({
  size,
  cellSteps,
  channels,
}: WindowGeometry): readonly { readonly offset: number; readonly count: number }[] {
  const rows = Array.from({ length: size[0] }, (_, row) => row * cellSteps[0]);
  if (cellSteps[1] === channels || size[1] === 1) return rows.map((offset) => ({ offset, count: size[1] * channels }));
  return rows.flatMap((row) =>
    Array.from({ length: size[1] }, (_, column) => ({ offset: row + column * cellSteps[1], count: channels })),
  );
}

/** Offsets of the cells of a window in bytes, in row-major order. */
export function cellOffsets({ size, cellSteps }: WindowGeometry): readonly number[] {
  return Array.from({ length: size[0] * size[1] }, (_, cell) => {
    const row = Math.floor(cell / size[1]);
    return 4 * (row * cellSteps[0] + (cell % size[1]) * cellSteps[1]);
  });
}
