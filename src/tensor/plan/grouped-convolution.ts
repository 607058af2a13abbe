/**
 * Convolutions with groups of channels, taken apart into operations that plans know.
 *
 * Where the groups have one channel or one filter each (a depthwise convolution, and its way back), the sum over the cells
 * of the window is a chain of products and additions of whole planes: elementwise, and so one loop together with bias and
 * activation. Other groups are convolved one by one. Both keep the order of `convolve`: cells, then channels, ascending
 * from +0.
 */
import type { Attributes, Make, PlanNode } from './graph.ts';

/** Longer chains are computed group by group, so that the code of a loop stays short. */
const LONGEST_CHAIN = 64;

/** Take a convolution apart; null for one without groups. */
export function groupedConvolution(
  make: Make,
  x: PlanNode,
  kernel: PlanNode,
  attributes: Attributes,
  shape: readonly number[],
): PlanNode | null {
  const groups = attributes['groups'] as number;
  if (groups === 1) return null;
  const terms = kernel.shape.slice(0, -1).reduce((product, n) => product * n, 1);
  const isChain = kernel.shape.at(-2) === 1 || kernel.shape.at(-1) === groups;
  if (isChain && terms <= LONGEST_CHAIN) return chainOfProducts(make, x, kernel, attributes, shape);
  const own = withLast(shape, shape.at(-1)! / groups);
  return byGroups(make, groups, shape, (group) => {
    const operands = [part(make, x, group, groups), part(make, kernel, group, groups)];
    return make('convolve', operands, { ...attributes, groups: 1 }, { shape: own });
  });
}

/** Take a kernel gradient apart; null for one that has a kernel of its own: without groups, or of one channel each. */
export function groupedKernelGradient(
  make: Make,
  x: PlanNode,
  g: PlanNode,
  attributes: Attributes,
  shape: readonly number[],
): PlanNode | null {
  const groups = attributes['groups'] as number;
  if (groups === 1 || shape.at(-2) === 1) return null;
  const own = withLast(shape, shape.at(-1)! / groups);
  return byGroups(make, groups, shape, (group) => {
    const operands = [part(make, x, group, groups), part(make, g, group, groups)];
    return make('convolveKernelGradient', operands, { ...attributes, groups: 1, kernelShape: own }, { shape: own });
  });
}

/**
 * Turn a kernel for the way back: cells in reverse order, and [...size, channels / groups, filters] to
 * [...size, filters / groups, channels].
 */
export function turnedKernel(make: Make, kernel: PlanNode, groups: number): PlanNode {
  const size = kernel.shape.slice(0, -2);
  const [channels, filters] = kernel.shape.slice(-2) as [number, number];
  const cells = size.map((_, axis) => axis);
  const rank = size.length;
  const flipped = make('flip', [kernel], { axes: cells }, { shape: kernel.shape });
  const turn = (node: PlanNode, axes: readonly number[]): PlanNode =>
    make('transpose', [node], { axes }, { shape: axes.map((axis) => node.shape[axis]!) });
  if (groups === 1) return turn(flipped, [...cells, rank + 1, rank]);
  const parts = make('reshape', [flipped], {}, { shape: [...size, channels, groups, filters / groups] });
  const turned = turn(parts, [...cells, rank + 2, rank + 1, rank]);
  return make('reshape', [turned], {}, { shape: [...size, filters / groups, groups * channels] });
}

/** A shape with another last extent. */
const withLast = (shape: readonly number[], extent: number): readonly number[] => [...shape.slice(0, -1), extent];

/** Compute group by group and join along the last axis. */
function byGroups(
  make: Make,
  groups: number,
  shape: readonly number[],
  compute: (group: number) => PlanNode,
): PlanNode {
  const parts = Array.from({ length: groups }, (_, group) => compute(group));
  return make('concat', parts, { axis: shape.length - 1 }, { shape });
}

/** A group of the last axis. */
function part(make: Make, node: PlanNode, group: number, groups: number): PlanNode {
  const shape = withLast(node.shape, node.shape.at(-1)! / groups);
  const starts = shape.map((extent, axis) => (axis === shape.length - 1 ? group * extent : 0));
  return make('slice', [node], { starts, steps: shape.map(() => 1) }, { shape });
}

/** Σ over cells and channels of a group, of planes of x times a row of the kernel. */
function chainOfProducts(
  make: Make,
  x: PlanNode,
  kernel: PlanNode,
  attributes: Attributes,
  shape: readonly number[],
): PlanNode {
  const { strides, dilation } = attributes as Readonly<Record<string, readonly number[]>>;
  const groups = attributes['groups'] as number;
  const [channels, filters] = [kernel.shape.at(-2)!, kernel.shape.at(-1)! / groups];
  const size = kernel.shape.slice(0, -2);
  const planes = withLast(shape, groups);
  // Several filters of one channel stand along an axis of their own.
  const [left, right] =
    filters === 1
      ? [planes, [groups]]
      : [
          [...planes, 1],
          [groups, filters],
        ];
  const full = filters === 1 ? shape : [...planes, filters];
  const term = (cell: readonly number[], channel: number): PlanNode => {
    const starts = [0, ...cell.map((index, axis) => index * dilation![axis]!), channel];
    const plane = make('slice', [x], { starts, steps: [1, ...strides!, channels] }, { shape: planes });
    const corner = { starts: [...cell, channel, 0], steps: kernel.shape.map(() => 1) };
    const row = make('slice', [kernel], corner, { shape: [...size.map(() => 1), 1, groups * filters] });
    const reshaped = (node: PlanNode, to: readonly number[]): PlanNode =>
      node.shape.length === to.length ? node : make('reshape', [node], {}, { shape: to });
    return make('multiply', [reshaped(plane, left), reshaped(row, right)], {}, { shape: full });
  };
  const places = cellsOf(size).flatMap((cell) => Array.from({ length: channels }, (_, channel) => ({ cell, channel })));
  // Each product is made where it is added, so that only one waits in a register.
  let sum: PlanNode | null = null;
  for (const { cell, channel } of places) {
    const product = term(cell, channel);
    sum =
      sum === null ? make('addZero', [product], {}, { shape: full }) : make('add', [sum, product], {}, { shape: full });
  }
  return filters === 1 ? sum! : make('reshape', [sum!], {}, { shape });
}

/** All cells of a window in row-major order. */
const cellsOf = (size: readonly number[]): readonly (readonly number[])[] =>
  size.reduce<readonly (readonly number[])[]>(
    (outer, extent) => outer.flatMap((cell) => Array.from({ length: extent }, (_, i) => [...cell, i])),
    [[]],
  );
