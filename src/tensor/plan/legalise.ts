/**
 * Brings a graph into the form that kernels take: operands with the layouts that each kernel reads, results and what
 * crosses from partial sums to rows in buffers of their own. Where a view does not do, a copy is inserted.
 */
import { isRowWise, type PlanGraph, type PlanNode } from './graph.ts';
import { isDense, viewResolver, type View } from './views.ts';

/** A graph whose operands have the layouts that kernels take, and how its nodes lie. */
export interface LegalGraph extends PlanGraph {
  /** In topological order, reachable from the results. */
  readonly nodes: readonly PlanNode[];
  readonly viewOf: (node: PlanNode) => View;
}

/** Tell a sum over the batch: its value exists as partial sums first. */
export function isBatchSum(node: PlanNode): boolean {
  return !isRowWise(node) && node.operation !== 'invertIndex' && node.inputs.some(isRowWise);
}

/** Tell whether all axes but the last can be walked as one, with one distance from step to step. */
export function collapses(view: View): boolean {
  const lead = view.dims.slice(0, -1);
  const strides = view.strides.slice(0, -1);
  let next: number | null = null;
  for (let axis = lead.length - 1; axis >= 0; axis -= 1) {
    if (lead[axis] === 1) continue;
    if (next !== null && strides[axis] !== next) return false;
    next = strides[axis]! * lead[axis]!;
  }
  return !isRowWise(view.base) || next === null || view.rowStride === next;
}

/** Tell whether the positions within a row can be walked as one. */
function positionsCollapse({ dims, strides }: View): boolean {
  return strides.slice(0, -2).every((s, axis) => dims[axis] === 1 || s === strides[axis + 1]! * dims[axis + 1]!);
}

const lastStride = (view: View): number => (view.dims.at(-1) === 1 ? 1 : (view.strides.at(-1) ?? 1));

/** What a kernel demands of its operand number `index`. */
function accepts(node: PlanNode, index: number, view: View): boolean {
  if (view.strides.some((s) => s < 0) && hasOwnKernel(node.operation)) return false;
  switch (node.operation) {
    case 'matmul':
      if (isRowWise(node) && isRowWise(node.inputs[1]!)) return index === 0 || lastStride(view) === 1;
      return index === 0 ? collapses(view) && view.dims.length > 0 : lastStride(view) === 1;
    case 'rowProduct':
      return positionsCollapse(view) && (index === 0 || lastStride(view) === 1);
    case 'indexSelect':
    case 'dropoutMask':
      return isDense(view);
    case 'indexAdd':
      return index === 0 || isDense(view);
    case 'convolve':
    case 'convolveInputGradient':
    case 'convolveKernelGradient':
    case 'maxPool':
    case 'maxPoolGradient':
    case 'averagePool':
    case 'averagePoolGradient':
      return isDense(view);
    default:
      return true;
  }
}

const kernelOperations: ReadonlySet<string> = new Set([
  'matmul',
  'rowProduct',
  'sum',
  'max',
  'min',
  'indexAdd',
  'invertIndex',
  'pad',
  'concat',
  'convolve',
  'convolveInputGradient',
  'convolveKernelGradient',
  'maxPool',
  'maxPoolGradient',
  'averagePool',
  'averagePoolGradient',
]);

/** Tell whether an operation has a kernel of its own, which cannot read partial sums. */
export function hasOwnKernel(operation: string): boolean {
  return kernelOperations.has(operation);
}

/** Tell whether an operation reads its operands from memory, where partial sums are not. */
const readsMemory = (operation: string): boolean =>
  hasOwnKernel(operation) || operation === 'indexSelect' || operation === 'dropoutMask';

/** The entries of an index by the row that they name: where each row's list starts, then the lists. */
function inverseOf(index: PlanNode, rows: number): Omit<PlanNode, 'id'> {
  const entries = index.shape.reduce((product, n) => product * n, 1);
  return {
    operation: 'invertIndex',
    attributes: { rows, entries },
    inputs: [index],
    shape: [rows + 1 + entries],
    dtype: 'i32',
    data: null,
    multiple: 0,
  };
}

/** Insert copies where operands need them, and end every result in one. */
export function legalise(graph: PlanGraph): LegalGraph {
  const nodes: PlanNode[] = [];
  const viewOf = viewResolver();
  const replaced = new Map<PlanNode, PlanNode>();
  const copies = new Map<PlanNode, PlanNode>();
  const add = (node: Omit<PlanNode, 'id'>): PlanNode => {
    const made = { ...node, id: nodes.length };
    nodes.push(made);
    return made;
  };
  const copyOf = (source: PlanNode): PlanNode => {
    let copy = copies.get(source);
    if (copy === undefined) {
      copy = add({ ...source, operation: 'copy', attributes: {}, inputs: [source], data: null });
      copies.set(source, copy);
    }
    return copy;
  };
  const reachable = new Set<PlanNode>();
  const mark = [...graph.results];
  while (mark.length > 0) {
    const node = mark.pop()!;
    if (reachable.has(node)) continue;
    reachable.add(node);
    mark.push(...node.inputs);
  }
  for (const node of graph.nodes) {
    if (!reachable.has(node)) continue;
    const inputs = node.inputs.map((input, index) => {
      const source = replaced.get(input)!;
      const view = viewOf(source);
      const fromSums = isBatchSum(view.base) && (isRowWise(node) || readsMemory(node.operation));
      return fromSums || !accepts(node, index, view) ? copyOf(source) : source;
    });
    // Adding by index gathers instead: for each row the entries that name it, in ascending order.
    const [target, index, source] = inputs as [PlanNode, PlanNode, PlanNode];
    const lists = node.operation === 'indexAdd' ? [target, add(inverseOf(index, node.shape[0]!)), source] : inputs;
    const made = add({ ...node, inputs: lists });
    if (node.operation !== 'reshape' || viewOf(made).base !== made) {
      replaced.set(node, made);
      continue;
    }
    // No strides read its elements in that order: they are copied into it first.
    nodes.pop();
    replaced.set(node, add({ ...node, inputs: [copyOf(inputs[0]!)] }));
  }
  const results = graph.results.map((node) => {
    const last = replaced.get(node)!;
    const view = viewOf(last);
    // A view of an input may be one of a state, which must be read before it is replaced.
    const viewed = view.base !== last && view.base.operation === 'input';
    const source = isDense(view) && !viewed ? last : copyOf(last);
    return add({ ...source, operation: 'copy', attributes: {}, inputs: [source], data: null });
  });
  return { batch: graph.batch, nodes, results, viewOf };
}
