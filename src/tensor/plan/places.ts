/** Where the values of a plan lie in its memory. */
import type { PlanNode } from './graph.ts';

/** The buffer of a stored node, an input or a constant. */
export interface Place {
  /** Addresses count from the start of the memory, or of the area of each worker. */
  readonly space: 'shared' | 'worker';
  /** In bytes. */
  readonly address: number;
  /** Whether it holds the rows of one tile only. */
  readonly tileLocal: boolean;
}

/** The places of all values. */
export interface Places {
  readonly placeOf: (node: PlanNode) => Place;
  /** Bytes from the start of a block of partial sums to those of a node. */
  readonly partialOf: (node: PlanNode) => number;
  /** Addresses of the partial sums of a node after its phase, one per shard. */
  readonly shardsOf: (node: PlanNode) => readonly number[];
}
