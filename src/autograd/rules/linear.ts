/** Gradients of matrix products. Transposed operands are views: the product kernel reads them in place. */
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

/** Fold all leading axes into one. */
function rows(x: Tensor): Tensor {
  return x.shape.length === 2 ? x : t.reshape(x, [t.sizeOfShape(x.shape.slice(0, -1)), x.shape.at(-1)!]);
}

/** dL/dB for a matrix B without batch axes: one product over all rows, in ascending order. */
function kernelGradient(x: Tensor, g: Tensor): Tensor {
  return t.matmul(t.transpose(rows(x)), rows(g));
}

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
    wants[2] ? t.sum(rows(g), 0) : null,
  ],
};
