/** Losses of real-valued predictions. Prediction and target have equal shapes; both are differentiable. */
import * as ag from '../../autograd/index.ts';
import type { Variable } from '../../autograd/index.ts';
import { ValueError } from '../../errors.ts';
import * as t from '../../tensor/index.ts';
import { elementLoss } from './element-loss.ts';
import { asVariable, checkSameShape, reduceLoss } from './reduction.ts';
import type { LossOperand, LossOptions } from './reduction.ts';

const difference = (loss: string, prediction: LossOperand, target: LossOperand): Variable => {
  checkSameShape(loss, prediction, target);
  return ag.subtract(asVariable(prediction), target);
};

const positive = (loss: string, option: string, value: number): number => {
  if (Number.isFinite(value) && value > 0) return value;
  throw new ValueError(`Option "${option}" of loss ${loss} is ${value}; it must be a finite number greater than 0.`);
};

/** Compute |ŷ − y|, with gradient 0 where they are equal. */
export const meanAbsoluteError = (prediction: LossOperand, target: LossOperand, options: LossOptions = {}): Variable =>
  reduceLoss(ag.abs(difference('meanAbsoluteError', prediction, target)), options);

/** Compute (ŷ − y)². */
export const meanSquaredError = (prediction: LossOperand, target: LossOperand, options: LossOptions = {}): Variable =>
  reduceLoss(ag.square(difference('meanSquaredError', prediction, target)), options);

/**
 * Compute d²/2 where |d| ≤ δ, δ(|d| − δ/2) elsewhere, with d = ŷ − y.
 *
 * Both are c·(d − c/2) with c = d limited to ±δ, which is also the slope.
 */
const huberElements = (d: Variable, delta: number): Variable => {
  const limited = t.clip(d.value, -delta, delta);
  return elementLoss(d, t.multiply(limited, t.subtract(d.value, t.multiply(limited, 0.5))), () => limited);
};

/**
 * Compute the Huber loss: d²/2 where |d| ≤ δ, δ(|d| − δ/2) elsewhere.
 *
 * @param options `delta` greater than 0, default 1
 */
export const huber = (
  prediction: LossOperand,
  target: LossOperand,
  options: LossOptions & { readonly delta?: number } = {},
): Variable =>
  reduceLoss(
    huberElements(difference('huber', prediction, target), positive('huber', 'delta', options.delta ?? 1)),
    options,
  );

/**
 * Compute the smooth L1 loss: d²/(2β) where |d| ≤ β, |d| − β/2 elsewhere.
 *
 * @param options `beta` greater than 0, default 1
 */
export const smoothL1 = (
  prediction: LossOperand,
  target: LossOperand,
  options: LossOptions & { readonly beta?: number } = {},
): Variable => {
  const beta = positive('smoothL1', 'beta', options.beta ?? 1);
  return reduceLoss(ag.divide(huberElements(difference('smoothL1', prediction, target), beta), beta), options);
};

/** From here on log(cosh(x)) grows by as much as |x|, to the last bit of f32, and cosh(x) has not overflowed yet. */
const STRAIGHT = 32;

/** Compute log(cosh(ŷ − y)), which is d²/2 near 0 and |d| − log 2 far away. */
export const logCosh = (prediction: LossOperand, target: LossOperand, options: LossOptions = {}): Variable => {
  const d = difference('logCosh', prediction, target);
  const curved = t.clip(d.value, -STRAIGHT, STRAIGHT);
  // cosh(x) − 1 = 2·sinh²(x/2) keeps its digits near 0.
  const rise = t.multiply(t.square(t.sinh(t.multiply(curved, 0.5))), 2);
  const value = t.add(t.log1p(rise), t.abs(t.subtract(d.value, curved)));
  return reduceLoss(
    elementLoss(d, value, () => t.tanh(d.value)),
    options,
  );
};
