/**
 * What an export target prints: layers of loops over arrays of integers.
 *
 * Each loop fills one array; its body is scalar code, before which it may sum weighted elements of another array. The
 * weights, index lists and tables are constant arrays. Nothing here knows about a language, and nothing below it about
 * circuits.
 */
import type { FixedFormat } from '../../fixed/index.ts';
import type { Range, ScalarBody } from './scalar.ts';

/** An array by its position in `ExportProgram.arrays`. */
export type ArrayId = number;

export interface ProgramArray {
  readonly name: string;
  readonly length: number;
  /** Holds every element. */
  readonly range: Range;
  /** Elements of a constant array. */
  readonly values?: readonly bigint[];
}

/** Which element iteration k reads: `base + stride·k`, or entry k of a constant array. */
export type IndexMap =
  | { readonly kind: 'affine'; readonly base: number; readonly stride: number }
  | { readonly kind: 'listed'; readonly array: ArrayId };

/** What a body reads as its operand of that number; `sum` is the result of the loop's reduction. */
export type LoopOperand =
  | { readonly kind: 'element'; readonly array: ArrayId; readonly index: IndexMap }
  | { readonly kind: 'sum' };

/** Where the weights of a sum stand. */
export type Weights =
  /** Row-major [count][columns], for the elements from 0 of the source. */
  | { readonly kind: 'dense'; readonly array: ArrayId; readonly columns: number }
  /**
   * Iteration k uses kernel `kernels[k]`: entries `starts[kernel]` … `starts[kernel + 1] − 1` of `weights` and
   * `offsets`, the latter counted from element `bases[k]`. Kernels are shared, as those of a convolution.
   */
  | {
      readonly kind: 'sparse';
      readonly weights: ArrayId;
      readonly offsets: ArrayId;
      readonly starts: ArrayId;
      readonly kernels: IndexMap;
      readonly bases: IndexMap;
    };

/** sum = start; for every weighted element: sum = step(sum, term(element, weight)). */
export interface Reduction {
  readonly source: ArrayId;
  readonly weights: Weights;
  /** Element of a constant array per iteration, or 0. */
  readonly start: { readonly array: ArrayId; readonly index: IndexMap } | undefined;
  /** Operand 0 is the element, operand 1 the weight. */
  readonly term: ScalarBody;
  /** Operand 0 is the sum so far, operand 1 the term. */
  readonly step: ScalarBody;
  /** Holds the sum after every step. */
  readonly range: Range;
}

export interface Loop {
  readonly target: ArrayId;
  /** Which element of the target iteration k fills. */
  readonly position: IndexMap;
  readonly count: number;
  readonly reduction?: Reduction;
  readonly operands: readonly LoopOperand[];
  readonly body: ScalarBody;
}

export interface LayerCode {
  /** As in the model. */
  readonly name: string;
  readonly kind: string;
  readonly inputs: readonly ArrayId[];
  readonly outputs: readonly ArrayId[];
  /** Arrays that only this layer uses and that are not constant. */
  readonly scratch: readonly ArrayId[];
  readonly loops: readonly Loop[];
}

export interface ProgramPort {
  readonly name: string;
  readonly array: ArrayId;
  readonly formats: readonly FixedFormat[];
}

export interface ExportProgram {
  readonly name: string;
  readonly arrays: readonly ProgramArray[];
  readonly inputs: readonly ProgramPort[];
  readonly layers: readonly LayerCode[];
  readonly outputs: readonly ProgramPort[];
  /** The arrays that are read or are outputs. */
  readonly used: ReadonlySet<ArrayId>;
}
