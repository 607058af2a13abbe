/** Differentiable matrix products. */
import * as t from '../../tensor/index.ts';
import { asVariable, recordCall, type Operand, type Variable } from '../variable.ts';
import { expandDims, squeeze } from './shape.ts';

/** Multiply matrices by NumPy's rules for vectors and batches (see `tensor`'s matmul). */
export function matmul(a: Operand, b: Operand): Variable {
  const left = asVariable(a);
  const right = asVariable(b);
  // Vectors become matrices for the primitive, whose rule then needs to know matrices only.
  if (left.value.shape.length === 1)
    return squeeze(matmul(expandDims(left, 0), right), right.value.shape.length === 1 ? -1 : -2);
  if (right.value.shape.length === 1) return squeeze(matmul(left, expandDims(right, 1)), -1);
  return recordCall('matmul', undefined, [left, right], t.matmul(left.value, right.value));
}

/** Compute x·W + b for x [..., in], W [in, out], b [out]. */
export function dense(x: Operand, kernel: Operand, bias: Operand): Variable {
  const inputs = [asVariable(x), asVariable(kernel), asVariable(bias)];
  // A single vector has no row axis to sum the bias gradient over.
  if (inputs[0]!.value.shape.length === 1) return squeeze(dense(expandDims(inputs[0]!, 0), kernel, bias), 0);
  const [input, weights, offset] = inputs.map((v) => v.value);
  return recordCall('dense', undefined, inputs, t.dense(input!, weights!, offset!));
}
