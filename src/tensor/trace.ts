/**
 * Symbolic tensors: what a computation does, without doing it.
 *
 * A symbolic tensor has a shape and a type and remembers the operation that makes it; it has no elements, and reading
 * them throws. Every operation of this folder that a plan (`plan/`) can run asks `traced` before it touches data. Code
 * that looks at values therefore cannot be traced by mistake: it fails with a TraceError, and the caller runs the
 * computation eagerly instead.
 */
import { TraceError } from '../errors.ts';
import { contiguousStrides } from './shape.ts';
import type { Dtype, Tensor } from './tensor.ts';

/** The application of one operation. */
export interface TraceNode {
  /** Name of the tensor function, or 'input' for a leaf. */
  readonly operation: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Symbolic operands, and concrete ones, which are constants of the computation. */
  readonly inputs: readonly Tensor[];
}

/** A tensor without elements. */
export interface SymbolicTensor extends Tensor {
  readonly node: TraceNode;
}

/** Tell a symbolic tensor. */
export function isSymbolic(t: Tensor): t is SymbolicTensor {
  return 'node' in t;
}

function symbolic(node: TraceNode, shape: readonly number[], dtype: Dtype): SymbolicTensor {
  return {
    dtype,
    shape,
    strides: contiguousStrides(shape),
    offset: 0,
    node,
    // An own enumerable accessor, so that copying the object by spreading throws as well.
    get data(): never {
      throw new TraceError(
        `The elements of a symbolic tensor (${node.operation}) were read; a traced computation must consist of tensor operations.`,
      );
    },
  };
}

/**
 * Make a leaf of a trace.
 *
 * @param name by which the values are given later
 */
export function symbolicInput(name: string, shape: readonly number[], dtype: Dtype = 'f32'): SymbolicTensor {
  return symbolic({ operation: 'input', attributes: { name }, inputs: [] }, shape, dtype);
}

/** Record an operation if one of its operands is symbolic; null if it has to be computed. */
export function traced(
  operation: string,
  inputs: readonly Tensor[],
  attributes: Readonly<Record<string, unknown>>,
  shape: readonly number[],
  dtype: Dtype = 'f32',
): SymbolicTensor | null {
  return inputs.some(isSymbolic) ? symbolic({ operation, attributes, inputs }, shape, dtype) : null;
}
