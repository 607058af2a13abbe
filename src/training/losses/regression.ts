/** Losses of real-valued predictions. Prediction and target have equal shapes; both are differentiable. */
import * as ag from '../../autograd/index.ts';
import type { Variable } from '../../autograd/index.ts';
import { ValueError } from '../../errors.ts';
import { sigmoidScalar, softplusScalar, tanhScalar } from '../../tensor/index.ts';
import { mapElements } from './elementwise-loss.ts';
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

/** Compute d²/2 where |d| ≤ δ, δ(|d| − δ/2) elsewhere, with d = ŷ − y. */
const huberElements = (d: Variable, delta: number): Variable =>
  mapElements(
    d,
    (x) => (Math.abs(x) <= delta ? 0.5 * x * x : delta * (Math.abs(x) - 0.5 * delta)),
    (x) => Math.max(-delta, Math.min(delta, x)),
  );

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

/** Compute log(cosh(ŷ − y)), which is d²/2 near 0 and |d| − log 2 far away. */
export const logCosh = (prediction: LossOperand, target: LossOperand, options: LossOptions = {}): Variable =>
  reduceLoss(
    mapElements(
      difference('logCosh', prediction, target),
      (x) => Math.abs(x) + softplusScalar(-2 * Math.abs(x)) - Math.LN2,
      (x) => tanhScalar(x),
    ),
    options,
  );

/** Compute log(1 + eˣ) with derivative σ(x), without overflow at either end. */
export const softplus = (x: Variable): Variable => mapElements(x, softplusScalar, sigmoidScalar);
