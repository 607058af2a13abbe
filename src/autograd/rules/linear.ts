/** Gradients of matrix products. Transposed operands are views: the product kernel takes them as they lie. */
import * as t from '../../tensor/index.ts';
import type { Tensor } from '../../tensor/index.ts';
import { unbroadcast, type RuleTable } from './rule.ts';

/** Attributes by primitive. */
export interface LinearAttributes {
  /** Both operands have two axes or more. */
  matmul: undefined;
  /** x [..., in], kernel [in, out], bias [out]. */
  dense: undefined;
}

/** A vector counts as one row. */
const rows = (x: Tensor): Tensor => (x.shape.length === 1 ? t.expandDims(x, 0) : x);

/** dL/dB for a matrix B without batch axes. */
const kernelGradient = (x: Tensor, g: Tensor): Tensor => t.rowProduct(rows(x), rows(g));

export const linearRules: RuleTable<LinearAttributes> = {
  matmul: (g, { inputs, wants }) => {
    const [a, b] = inputs as [Tensor, Tensor];
    const right = (): Tensor =>
      b.shape.length === 2 ? kernelGradient(a, g) : unbroadcast(t.matmul(t.transposeLast(a), g), b.shape);
    return [wants[0] ? unbroadcast(t.matmul(g, t.transposeLast(b)), a.shape) : null, wants[1] ? right() : null];
  },
  dense: (g, { inputs, wants }) => [
    wants[0] ? t.matmul(g, t.transpose(inputs[1]!)) : null,
    wants[1] ? kernelGradient(inputs[0]!, g) : null,
    wants[2] ? t.sum(rows(g), leadingAxes(g)) : null,
  ],
};

/** All axes but the last, and the one that a vector gets. */
function leadingAxes(g: Tensor): number[] {
  return Array.from({ length: Math.max(1, g.shape.length - 1) }, (_, axis) => axis);
}
