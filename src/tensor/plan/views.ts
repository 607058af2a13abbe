/**
 * Where the elements of a node lie: a strided view of the buffer of another node, or a buffer of its own.
 *
 * Transposes, slices, broadcasts and most reshapes cost nothing in a plan: what reads them reads their base with other
 * strides. Distances are in elements. The batch axis is kept apart from the axes within a row.
 */
import { contiguousStrides, sizeOfShape } from '../shape.ts';
import { innerShape, isRowWise, type PlanNode } from './graph.ts';

/** A strided view of a materialised node. */
export interface View {
  readonly base: PlanNode;
  /** Extents of one row, or of a whole node. */
  readonly dims: readonly number[];
  readonly strides: readonly number[];
  /** From row to row; 0 for whole nodes. */
  readonly rowStride: number;
  readonly offset: number;
}

const viewOperations: ReadonlySet<string> = new Set(['reshape', 'transpose', 'broadcastTo', 'slice', 'flip']);

/** Make the function that resolves nodes, each once. */
export function viewResolver(): (node: PlanNode) => View {
  const known = new Map<PlanNode, View>();
  const resolve = (node: PlanNode): View => {
    let view = known.get(node);
    if (view === undefined) {
      view = (viewOperations.has(node.operation) ? derived(node, resolve(node.inputs[0]!)) : null) ?? own(node);
      known.set(node, view);
    }
    return view;
  };
  return resolve;
}

/** The view of a node's own buffer, in row-major order. */
export function own(node: PlanNode): View {
  const dims = innerShape(node);
  const strides = contiguousStrides(dims);
  return { base: node, dims, strides, rowStride: isRowWise(node) ? sizeOfShape(dims) : 0, offset: 0 };
}

/** Tell whether the elements of a view of that many rows follow each other. */
export function isDense(view: View): boolean {
  const size = sizeOfShape(view.dims);
  return isRowMajor(view) && (!isRowWise(view.base) || view.rowStride === size);
}

function isRowMajor({ dims, strides }: View): boolean {
  let expected = 1;
  for (let axis = dims.length - 1; axis >= 0; axis -= 1) {
    if (dims[axis]! !== 1 && strides[axis] !== expected) return false;
    expected *= dims[axis]!;
  }
  return true;
}

/** The view that a view operation gives; null if it needs a copy. */
function derived(node: PlanNode, source: View): View | null {
  const dims = innerShape(node);
  const input = node.inputs[0]!;
  const rows = isRowWise(node);
  switch (node.operation) {
    case 'reshape': {
      const strides = reshapedStrides(source.dims, source.strides, dims);
      return strides && { ...source, dims, strides };
    }
    case 'transpose': {
      const axes = node.attributes['axes'] as readonly number[];
      // Axes within a row; where a row counts several, they are one axis more, which stays in front.
      const shift = rows ? (node.multiple > 1 ? 0 : 1) : 0;
      const order = (rows && node.multiple === 1 ? axes.slice(1) : axes).map((axis) => axis - shift);
      return { ...source, dims, strides: order.map((axis) => source.strides[axis]!) };
    }
    case 'broadcastTo':
      return broadcastView(source, input, node);
    case 'slice': {
      const starts = inner(node, node.attributes['starts'] as readonly number[]);
      const steps = inner(node, node.attributes['steps'] as readonly number[]);
      const offset = starts.reduce((sum, start, axis) => sum + start * source.strides[axis]!, source.offset);
      return { ...source, dims, strides: source.strides.map((s, axis) => s * steps[axis]!), offset };
    }
    case 'flip': {
      const flags = input.shape.map((_, axis) =>
        (node.attributes['axes'] as readonly number[]).includes(axis) ? 1 : 0,
      );
      const flipped = inner(node, flags);
      let { offset } = source;
      const strides = source.strides.map((stride, axis) => {
        if (flipped[axis] !== 1) return stride;
        offset += (dims[axis]! - 1) * stride;
        return -stride;
      });
      return { ...source, dims, strides, offset };
    }
    default:
      return null;
  }
}

/** Of a list by axis the entries of the axes within a row. */
function inner(node: PlanNode, list: readonly number[]): readonly number[] {
  return isRowWise(node) && node.multiple === 1 ? list.slice(1) : list;
}

function broadcastView(source: View, input: PlanNode, node: PlanNode): View {
  const dims = innerShape(node);
  const missing = dims.length - source.dims.length;
  const strides = dims.map((extent, axis) => {
    if (axis < missing) return 0;
    return source.dims[axis - missing] === 1 && extent !== 1 ? 0 : source.strides[axis - missing]!;
  });
  // A row-wise input keeps its batch axis; a whole one stays whole, whatever its new leading extent means.
  return { ...source, dims, strides, rowStride: isRowWise(input) ? source.rowStride : 0 };
}

/**
 * Find the strides of the same elements under other extents; null where no strides give them.
 */
function reshapedStrides(
  dims: readonly number[],
  strides: readonly number[],
  target: readonly number[],
): readonly number[] | null {
  if (strides.every((s, axis) => s === 0 || dims[axis] === 1)) return target.map(() => 0);
  const oldDims = dims.filter((n) => n !== 1);
  const oldStrides = strides.filter((_, axis) => dims[axis] !== 1);
  const result: number[] = [];
  let at = 0;
  let axis = 0;
  while (axis < target.length) {
    if (target[axis] === 1) {
      result.push(0);
      axis += 1;
      continue;
    }
    // The shortest group of old axes and of new ones with equally many elements.
    let oldSize = oldDims[at] ?? 1;
    let newSize = target[axis]!;
    let oldEnd = at + 1;
    let newEnd = axis + 1;
    while (oldSize !== newSize) {
      if (oldSize < newSize) oldSize *= oldDims[oldEnd++]!;
      else newSize *= target[newEnd++]!;
      if (Number.isNaN(oldSize) || Number.isNaN(newSize)) return null;
    }
    for (let k = at; k + 1 < oldEnd; k += 1) {
      if (oldStrides[k] !== oldStrides[k + 1]! * oldDims[k + 1]!) return null;
    }
    let stride = oldStrides[oldEnd - 1] ?? 0;
    const group: number[] = [];
    for (let k = newEnd - 1; k >= axis; k -= 1) {
      group.unshift(stride);
      stride *= target[k]!;
    }
    result.push(...group);
    at = oldEnd;
    axis = newEnd;
  }
  return result;
}

/**
 * Read a node at every index of an iteration: row-wise over rows of `dims`, or whole over `dims`.
 *
 * @param leading extent of the leading axis of the iteration's shape, rows included (row-wise iterations only)
 * @param multiple of the iteration; 0 where it is whole
 */
export function readAs(view: View, node: PlanNode, dims: readonly number[], multiple: number): View {
  if (multiple === 0 || isRowWise(node)) {
    const missing = dims.length - view.dims.length;
    const strides = dims.map((extent, axis) => {
      if (axis < missing) return 0;
      return view.dims[axis - missing] === 1 && extent !== 1 ? 0 : view.strides[axis - missing]!;
    });
    return { ...view, dims, strides };
  }
  // A whole node in a row-wise iteration: its leading axis, if it has one, runs along the batch.
  const rank = multiple > 1 ? dims.length : dims.length + 1;
  const rest = multiple > 1 ? dims.slice(1) : dims;
  const missing = rank - view.dims.length;
  const strideOf = (axis: number, extent: number): number => {
    const at = axis - missing;
    if (at < 0) return 0;
    return view.dims[at] === 1 && extent !== 1 ? 0 : view.strides[at]!;
  };
  const lead = missing > 0 || view.dims[0] === 1 ? 0 : view.strides[0]!;
  const strides = rest.map((extent, k) => strideOf(k + 1, extent));
  return {
    ...view,
    dims,
    strides: multiple > 1 ? [lead, ...strides] : strides,
    rowStride: lead * multiple,
  };
}
