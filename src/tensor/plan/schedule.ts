/**
 * Turns a graph into kernels in phases.
 *
 * A phase runs over all rows, tile by tile; what it sums over the batch is complete only at its end, and so is a table
 * whose rows are gathered. A node therefore belongs to the first phase in which its operands exist. Within a phase,
 * elementwise nodes of one extent join one loop, or the product whose tiles they follow, so that values pass between them
 * in registers. Cheap nodes that a later phase needs are computed again there in place of being stored.
 *
 * The values of whole nodes are computed before the phase that needs them, by every worker for itself, and the
 * results after the last phase, by all workers in slices.
 */
import { isCheap, isElementwise } from './elementwise-code.ts';
import { innerShape, isRowWise, type PlanNode } from './graph.ts';
import { collapses, hasOwnKernel, isBatchSum, type LegalGraph } from './legalise.ts';
import { own, readAs, type View } from './views.ts';

/** A loop over elements, possibly fed by the tiles of a product. */
export interface LoopKernel {
  readonly kind: 'loop';
  /** Extents within a row, or of the whole iteration. */
  readonly dims: readonly number[];
  readonly rowWise: boolean;
  readonly product: PlanNode | null;
  /** Elementwise nodes and gathers, each after its operands. */
  readonly members: PlanNode[];
  /** Sums over the batch. */
  readonly sums: PlanNode[];
}

/** A node that has a kernel of its own. */
export interface NodeKernel {
  readonly kind: 'node';
  readonly node: PlanNode;
}

export type Kernel = LoopKernel | NodeKernel;

/** One pass over all rows and what comes before it. */
export interface Phase {
  /** Whole kernels, run by every worker for itself. */
  readonly before: readonly Kernel[];
  readonly rows: readonly Kernel[];
  /** Nodes that the phase sums over the batch. */
  readonly sums: readonly PlanNode[];
}

export interface Schedule {
  readonly phases: readonly Phase[];
  /** Whole kernels after the last phase, run by every worker for itself. */
  readonly beforeUpdate: readonly Kernel[];
  /** Loops that write the results, shared out in slices. */
  readonly update: readonly LoopKernel[];
  /** Nodes that have a buffer. */
  readonly stored: ReadonlySet<PlanNode>;
  readonly phaseOf: (node: PlanNode) => number;
}

/** Nodes that a loop can compute. */
const isLoopNode = (node: PlanNode): boolean =>
  isElementwise(node.operation) || node.operation === 'indexSelect' || node.operation === 'dropoutMask';

/** Operations that a later phase may repeat rather than read, and how many of them. */
const REPEATED = 6;

/**
 * Form kernels.
 *
 * @param states inputs that results replace in place
 */
export function schedule(graph: LegalGraph, states: ReadonlySet<PlanNode>): Schedule {
  const { nodes, viewOf } = graph;
  const baseOf = (node: PlanNode): PlanNode => viewOf(node).base;
  const isComputed = (node: PlanNode): boolean =>
    baseOf(node) === node && node.operation !== 'input' && node.operation !== 'constant';
  const phases = phasesOf(nodes);
  const phaseOf = (node: PlanNode): number => phases.get(node)!;
  const rowNodes = nodes.filter((node) => isComputed(node) && (isRowWise(node) || isBatchSum(node)));
  const count = rowNodes.reduce((n, node) => Math.max(n, runsIn(node, phaseOf) + 1), 0);

  // What kernels of their own read must be in memory whatever loops do.
  const stored = new Set<PlanNode>(graph.results);
  for (const node of nodes) {
    if (!isComputed(node)) continue;
    if (hasOwnKernel(node.operation) && !(isBatchSum(node) && node.operation === 'sum'))
      for (const input of node.inputs) keep(baseOf(input), stored);
    if (node.operation === 'indexSelect' || node.operation === 'dropoutMask')
      for (const input of node.inputs) keep(baseOf(input), stored);
  }

  const updates = updateNodes(graph, states, isComputed);
  const builder = { viewOf, stored, phaseOf };
  const wholes = nodes.filter((node) => isComputed(node) && !isRowWise(node) && !isBatchSum(node));
  const result: Phase[] = [];
  for (let phase = 0; phase < count; phase += 1) {
    const rows = rowNodes.filter((node) => runsIn(node, phaseOf) === phase);
    result.push({
      before: formKernels(
        wholes.filter((node) => phaseOf(node) === phase && !updates.has(node)),
        phase,
        builder,
      ),
      rows: formKernels(rows, phase, builder),
      sums: rows.filter(isBatchSum),
    });
  }
  const last = wholes.filter((node) => phaseOf(node) >= count && !updates.has(node));
  const beforeUpdate = formKernels(last, count, builder);
  const update = formKernels(
    wholes.filter((node) => updates.has(node)),
    count + 1,
    builder,
  ) as LoopKernel[];
  return { phases: result, beforeUpdate, update, stored, phaseOf };
}

/** Put a node that is computed into memory; sums over the batch are there anyway. */
function keep(base: PlanNode, stored: Set<PlanNode>): void {
  if (base.operation !== 'input' && base.operation !== 'constant' && !isBatchSum(base)) stored.add(base);
}

/** The phase in which a row-wise node or a sum over the batch runs. */
const runsIn = (node: PlanNode, phaseOf: (node: PlanNode) => number): number =>
  isBatchSum(node) ? phaseOf(node) - 1 : phaseOf(node);

/** The first phase at whose start (whole nodes) or in which (row-wise nodes) a node's value exists. */
function phasesOf(nodes: readonly PlanNode[]): ReadonlyMap<PlanNode, number> {
  const phases = new Map<PlanNode, number>();
  for (const node of nodes) {
    let phase = 0;
    node.inputs.forEach((input, index) => {
      const table = node.operation === 'indexSelect' ? 0 : node.operation === 'indexAdd' ? 2 : -1;
      const whole = index === table || node.operation === 'invertIndex';
      const ready = whole && isRowWise(input) && input.operation !== 'input' ? 1 : 0;
      phase = Math.max(phase, phases.get(input)! + ready);
    });
    phases.set(node, isBatchSum(node) ? phase + 1 : phase);
  }
  return phases;
}

/**
 * The nodes of the update: results, and elementwise nodes of the same extents that nothing else reads. An element of
 * them depends on elements of the same index and on scalars only, so that slices can be computed and stored in place.
 */
function updateNodes(
  graph: LegalGraph,
  states: ReadonlySet<PlanNode>,
  isComputed: (node: PlanNode) => boolean,
): ReadonlySet<PlanNode> {
  const readers = new Map<PlanNode, PlanNode[]>();
  for (const node of graph.nodes)
    for (const input of node.inputs) {
      for (const read of new Set([input, graph.viewOf(input).base])) {
        const list = readers.get(read);
        if (list === undefined) readers.set(read, [node]);
        else list.push(node);
      }
    }
  const updates = new Set<PlanNode>();
  for (const node of graph.nodes.toReversed()) {
    if (isRowWise(node) || !isComputed(node) || !isElementwise(node.operation)) continue;
    const flat = node.inputs.every((input) => {
      const { base } = graph.viewOf(input);
      // A state that is read in another shape would be read while another slice replaces it.
      if (states.has(base) && !(base === input && sameDims(base.shape, node.shape))) return false;
      const view = readAs(graph.viewOf(input), input, node.shape, 0);
      if (isFlat(view, node)) return true;
      const still = view.strides.every((s, axis) => s === 0 || node.shape[axis] === 1);
      return still;
    });
    if (!flat) continue;
    const list = readers.get(node) ?? [];
    const here = list.every((reader) => updates.has(reader) && sameDims(reader.shape, node.shape));
    if (graph.results.includes(node) || (here && list.length > 0)) updates.add(node);
  }
  return updates;
}

function isFlat(view: View, node: PlanNode): boolean {
  const plain = own(node);
  return view.strides.every((s, axis) => s === plain.strides[axis] || node.shape[axis] === 1);
}

interface Builder {
  readonly viewOf: (node: PlanNode) => View;
  readonly stored: Set<PlanNode>;
  readonly phaseOf: (node: PlanNode) => number;
}

/** Form the kernels of a list of nodes in topological order. */
function formKernels(nodes: readonly PlanNode[], phase: number, { viewOf, stored, phaseOf }: Builder): Kernel[] {
  const kernels: Kernel[] = [];
  /** The kernel that makes a node. */
  const madeBy = new Map<PlanNode, number>();
  const here = new Set(nodes);

  /** Read a node at the indices of an iteration. */
  const read = (node: PlanNode, dims: readonly number[], multiple: number): View =>
    readAs(viewOf(node), node, dims, multiple);

  const identical = (input: PlanNode, dims: readonly number[]): boolean => {
    const { base } = viewOf(input);
    return base === input && sameDims(innerShape(base), dims);
  };

  /** The first kernel that a reader of the operand can be, and whether it must come later than its maker. */
  const earliest = (input: PlanNode, dims: readonly number[]): number => {
    const { base } = viewOf(input);
    const maker = madeBy.get(base);
    if (maker === undefined) return 0;
    return kernels[maker]!.kind === 'loop' && identical(input, dims) ? maker : maker + 1;
  };

  /** Tell whether a later phase had better compute a node again, and from what. */
  const repeats = (node: PlanNode, budget: number): number => {
    if (stored.has(node) || !isLoopNode(node) || node.operation === 'dropoutMask') return Infinity;
    if (node.operation !== 'indexSelect' && !isCheap(node.operation)) return Infinity;
    let cost = 1;
    for (const input of node.inputs) {
      const { base } = viewOf(input);
      if (base.operation === 'input' || base.operation === 'constant' || !isRowWise(base) || stored.has(base)) continue;
      if (base !== input || !sameDims(innerShape(base), innerShape(node))) return Infinity;
      // A product is read from memory, and then stored for it.
      if (!isLoopNode(base)) continue;
      cost += repeats(base, budget - cost);
      if (cost > budget) return Infinity;
    }
    return cost <= budget ? cost : Infinity;
  };

  /** Make sure that a loop can read an operand. */
  const provide = (loop: LoopKernel, input: PlanNode): void => {
    const { base } = viewOf(input);
    if (base.operation === 'input' || base.operation === 'constant' || isBatchSum(base)) return;
    if (loop.members.includes(base) && identical(input, loop.dims)) return;
    if (loop.product === base && identical(input, loop.dims)) return;
    const elsewhere = isRowWise(base) && !here.has(base) && phaseOf(base) < phase;
    if (
      elsewhere &&
      loop.rowWise &&
      identical(input, loop.dims) &&
      canJoin(loop, base) &&
      repeats(base, REPEATED) < Infinity
    ) {
      for (const own of base.inputs) provide(loop, own);
      loop.members.push(base);
      return;
    }
    stored.add(base);
  };

  const canJoin = (loop: LoopKernel, node: PlanNode): boolean => {
    if (node.operation === 'indexSelect') {
      const depth = (gather: PlanNode): number => innerShape(gather.inputs[1]!).length;
      const others = loop.members.filter((member) => member.operation === 'indexSelect');
      return loop.product === null && others.every((other) => depth(other) === depth(node));
    }
    if (loop.product === null) return true;
    if (node.operation === 'dropoutMask') return false;
    return node.inputs.every((input) => followsTiles(loop, input, node.multiple === 0 ? 1 : node.multiple));
  };

  /** Tell whether the tiles of a product can be joined by an operand, which they read by vectors. */
  const followsTiles = (loop: LoopKernel, input: PlanNode, multiple: number): boolean => {
    const view = read(input, loop.dims, multiple);
    const step = loop.dims.at(-1) === 1 ? 0 : view.strides.at(-1)!;
    if (step !== 0 && step !== 1) return false;
    if (loop.dims.length === 1) return true;
    const still =
      view.rowStride === 0 && view.strides.slice(0, -1).every((s, axis) => s === 0 || loop.dims[axis] === 1);
    return still || (isRowWise(view.base) && collapses(view));
  };

  const join = (node: PlanNode, dims: readonly number[], rowWise: boolean): void => {
    // What a gather reads must be in memory before its loop begins.
    const gathers = node.operation === 'indexSelect' || node.operation === 'dropoutMask';
    const from = Math.max(
      0,
      ...node.inputs.map((input) => (gathers ? 1 + (madeBy.get(viewOf(input).base) ?? -1) : earliest(input, dims))),
    );
    let index = -1;
    for (let k = kernels.length - 1; k >= from; k -= 1) {
      const kernel = kernels[k]!;
      if (kernel.kind !== 'loop' || kernel.rowWise !== rowWise || !sameDims(kernel.dims, dims)) continue;
      if (!isBatchSum(node) && !canJoin(kernel, node)) continue;
      if (isBatchSum(node) && kernel.product !== null && (dims.length > 1 || !followsTiles(kernel, node.inputs[0]!, 1)))
        continue;
      index = k;
      break;
    }
    if (index < 0) {
      index = kernels.length;
      kernels.push({ kind: 'loop', dims, rowWise, product: null, members: [], sums: [] });
    }
    const loop = kernels[index] as LoopKernel;
    for (const input of node.inputs) provide(loop, input);
    if (isBatchSum(node)) loop.sums.push(node);
    else {
      loop.members.push(node);
      madeBy.set(node, index);
    }
  };

  for (const node of nodes) {
    const rowWise = node.inputs.some(isRowWise) || isRowWise(node);
    if (isLoopNode(node)) join(node, innerShape(node), rowWise);
    else if (isBatchSum(node) && node.operation === 'sum') join(node, innerShape(node.inputs[0]!), true);
    else if (isProduct(node)) {
      madeBy.set(node, kernels.length);
      kernels.push({ kind: 'loop', dims: innerShape(node), rowWise, product: node, members: [], sums: [] });
    } else {
      madeBy.set(node, kernels.length);
      kernels.push({ kind: 'node', node });
      if (!isBatchSum(node)) stored.add(node);
    }
  }
  return kernels;
}

/** Tell whether tiles of a node's result can feed a loop. */
const isProduct = (node: PlanNode): boolean =>
  node.operation === 'convolve' || (node.operation === 'matmul' && !node.inputs.every(isRowWise));

const sameDims = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((n, i) => n === b[i]);
