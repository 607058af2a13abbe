/**
 * The stand-in for the adders of a network: differentiable, and calibrated per layer against the real optimiser.
 *
 *     cost = Σ over dense layers l of α_l · Σ_ij digits(w_ij) · (width(x_i) + 2) + Σ over activations of width(x_i)
 *
 * in bits of adders. A weight costs one adder per digit, each about as wide as its operand and a little more, because
 * partial sums grow; α_l says what sharing between neurons leaves of that. An activation costs about a table per bit
 * of its rectifier. An element without bits costs nothing, nor do the weights that read it.
 */
import * as ag from '../../autograd/index.ts';
import type { Variable } from '../../autograd/index.ts';
import { greater } from '../../tensor/index.ts';
import type { Tensor } from '../../tensor/index.ts';
import { expectedDigits } from './digits.ts';

/** Bits by which the adders of a weight are wider than its operand. */
const GROWTH = 2;

/** Width of the adder of a bias, which is added at the end. */
const BIAS_WIDTH = 8;

/** A layer as the stand-in sees it. */
export interface LayerOperands {
  /** [inputs, outputs] */
  readonly kernel: Variable;
  /** Whole fraction bits, of a shape that broadcasts to the kernel's. */
  readonly kernelBits: Variable;
  readonly bias: Variable | null;
  readonly biasBits: Variable | null;
  /** Widths of the elements of the input, [inputs]. */
  readonly widths: Variable;
}

/**
 * Give the widths of the elements of a value: integer bits and fraction bits, at least 0.
 *
 * @param integer per element, with the sign
 * @param bits whole fraction bits, of a shape that broadcasts to that of `integer`
 */
export const valueWidths = (integer: Tensor, bits: Variable): Variable => ag.relu(ag.add(bits, integer));

/** Estimate the adder bits of a layer without sharing. */
export const layerStandIn = ({ kernel, kernelBits, bias, biasBits, widths }: LayerOperands): Variable => {
  // Without gradient through the test: the last bit of an element is worth the weights that read it already.
  const used = ag.multiply(ag.add(widths, GROWTH), greater(widths.value, 0));
  const rows = ag.reshape(used, [widths.value.shape[0]!, 1]);
  const products = ag.sum(ag.multiply(expectedDigits(kernel, kernelBits), rows));
  if (bias === null || biasBits === null) return products;
  return ag.add(products, ag.multiply(ag.sum(expectedDigits(bias, biasBits)), BIAS_WIDTH));
};
