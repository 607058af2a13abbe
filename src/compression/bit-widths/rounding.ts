/**
 * Rounding to a trainable number of fraction bits, as in HGQ (arXiv:2405.00645).
 *
 * x is rounded to a multiple of 2^−f. Backward, the gradient passes to x as if nothing had been rounded, and reaches f
 * through the error δ = x − q: one bit more would halve it, so ∂q/∂f = ln 2 · δ stands in for a derivative that is zero
 * almost everywhere. A value for which |x| < 2^−(f+1) becomes 0: too few bits are pruning.
 */
import * as ag from '../../autograd/index.ts';
import type { Variable } from '../../autograd/index.ts';
import { divide, floor, maximum, minimum, multiply, pow, reshape, round, subtract, sum } from '../../tensor/index.ts';
import type { Tensor } from '../../tensor/index.ts';

/** Towards the nearest multiple, ties to even (AP_RND_CONV); or down (AP_TRN), which hardware does by leaving bits out. */
export type BitRounding = 'nearest' | 'down';

/** Bounds of fraction bits, inclusive: for all elements, or per element. */
export interface BitLimits {
  readonly least: number | Tensor;
  readonly most: number | Tensor;
}

/**
 * Give the whole number of fraction bits that a trained value stands for: round(rate · raw) within limits.
 *
 * The gradient is that of rate · raw, also beyond the limits, so that a value can always come back.
 */
export const wholeBits = (raw: Variable, rate: number, { least, most }: BitLimits): Variable => {
  const value = maximum(minimum(round(multiply(raw.value, rate)), most), least);
  return ag.customGradient(value, [raw], (g) => [multiply(summedTo(g, raw.value.shape), rate)]);
};

/** 2^bits for whole bits; exact. */
export const powerOfBits = (bits: Tensor): Tensor => pow(2, bits);

/**
 * Round to fraction bits.
 *
 * @param bits whole numbers, of a shape that broadcasts to that of x
 */
export const roundToBits = (x: Variable, bits: Variable, rounding: BitRounding): Variable => {
  const scale = powerOfBits(bits.value);
  const units = multiply(x.value, scale);
  // Exact, as the reciprocal of a power of two.
  const value = multiply(rounding === 'down' ? floor(units) : round(units), divide(1, scale));
  return ag.customGradient(value, [x, bits], (g) => [
    g,
    multiply(summedTo(multiply(g, subtract(x.value, value)), bits.value.shape), Math.LN2),
  ]);
};

/** Sum a gradient over the axes along which an operand of that shape was broadcast. */
export const summedTo = (gradient: Tensor, shape: readonly number[]): Tensor => {
  const missing = gradient.shape.length - shape.length;
  const axes = gradient.shape.flatMap((extent, axis) =>
    axis < missing || (shape[axis - missing] === 1 && extent !== 1) ? [axis] : [],
  );
  return axes.length === 0 ? gradient : reshape(sum(gradient, axes, true), shape);
};
