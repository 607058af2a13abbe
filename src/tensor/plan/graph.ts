/**
 * The graph of a traced computation: what a node is.
 *
 * A plan runs over a batch of rows. A node is *row-wise* where its leading axis is the batch (or the batch times a fixed
 * multiple), and *whole* otherwise; only sums over the leading axis and kernel gradients lead from the first to the
 * second.
 */
import type { Dtype } from '../tensor.ts';
import type { SymbolicTensor } from '../trace.ts';

/** Attributes of an operation, as the tensor functions record them. */
export type Attributes = Readonly<Record<string, unknown>>;

/** One value of the computation. */
export interface PlanNode {
  readonly id: number;
  /** The tensor function that gives it, 'input' or 'constant'. */
  readonly operation: string;
  readonly attributes: Attributes;
  readonly inputs: readonly PlanNode[];
  readonly shape: readonly number[];
  readonly dtype: Dtype;
  /** Elements of a constant in row-major order. */
  readonly data: Float32Array | Int32Array | null;
  /** Extent of the leading axis in batches of rows; 0 for a whole node. */
  readonly multiple: number;
}

/** How a symbolic input of a plan is fed. */
export interface InputSpec {
  readonly tensor: SymbolicTensor;
  readonly name: string;
  /** Row-wise inputs have the batch as their leading axis. */
  readonly kind: 'rows' | 'whole';
}

/** A graph with the nodes of the values that were asked for. */
export interface PlanGraph {
  /** Rows of a batch. */
  readonly batch: number;
  readonly nodes: readonly PlanNode[];
  readonly results: readonly PlanNode[];
}

/** Whether the leading axis of a node is the batch. */
export const isRowWise = (node: PlanNode): boolean => node.multiple > 0;

/** Extents of one row of a row-wise node, or of a whole node. */
export function innerShape(node: PlanNode): readonly number[] {
  if (!isRowWise(node)) return node.shape;
  return node.multiple === 1 ? node.shape.slice(1) : [node.multiple, ...node.shape.slice(1)];
}

/** Write attributes as a key; JSON alone would take −∞, ∞ and NaN for one another, and −0 for 0. */
export const keyOf = (attributes: Attributes): string =>
  JSON.stringify(attributes, (_, value: unknown) =>
    typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))
      ? `number ${1 / value} ${value}`
      : value,
  );

/** A node before it has a place in the graph. */
export type Draft = Omit<PlanNode, 'id' | 'multiple' | 'data' | 'dtype'> & {
  readonly data?: PlanNode['data'];
  readonly dtype?: Dtype;
};

/** Makes nodes, or finds equal ones. */
export interface Make {
  (
    operation: string,
    sources: readonly PlanNode[],
    attributes: Attributes,
    draft: { readonly shape: readonly number[]; readonly dtype?: Dtype },
  ): PlanNode;
  /** A constant without axes. */
  readonly number: (value: number) => PlanNode;
}
