/** Divergences between distributions, and the softened forms of them that distillation uses (arXiv:1503.02531). */
import * as ag from '../../autograd/index.ts';
import type { Variable } from '../../autograd/index.ts';
import { ValueError } from '../../errors.ts';
import { divide, logSoftmax, sigmoid, softmax } from '../../tensor/index.ts';
import { binaryCrossEntropyWithLogits } from './binary.ts';
import { asVariable, checkSameShape, reduceLoss, valueOf } from './reduction.ts';
import type { LossOperand, LossOptions } from './reduction.ts';

/** Reduction options with the mean over samples (first axis) that divergences want. */
export interface DivergenceOptions extends Omit<LossOptions, 'reduction'> {
  /** 'batchmean' sums and divides by the length of the first axis. @defaultValue 'batchmean' */
  readonly reduction?: LossOptions['reduction'] | 'batchmean';
}

const reduceDivergence = (elements: Variable, options: DivergenceOptions): Variable => {
  const { reduction = 'batchmean', ...rest } = options;
  if (reduction !== 'batchmean') return reduceLoss(elements, { ...rest, reduction });
  return ag.divide(reduceLoss(elements, { ...rest, reduction: 'sum' }), elements.value.shape[0] ?? 1);
};

/**
 * Compute q·(log q − log p) per element, with 0·log 0 = 0: the Kullback-Leibler divergence of p from the target q.
 *
 * @param logProbabilities log p
 * @param target q, probabilities; differentiable only where it is a variable with positive elements
 */
export const klDivergence = (
  logProbabilities: LossOperand,
  target: LossOperand,
  options: DivergenceOptions = {},
): Variable => {
  checkSameShape('klDivergence', logProbabilities, target);
  const logP = asVariable(logProbabilities);
  const q = asVariable(target);
  // Where q is 0 the logarithm is of 1, so that neither it nor its gradient is infinite.
  const negentropy = ag.multiply(q, ag.log(ag.where(q, q, 1)));
  return reduceDivergence(ag.subtract(negentropy, ag.multiply(logP, q)), options);
};

const checkTemperature = (loss: string, temperature: number): number => {
  if (Number.isFinite(temperature) && temperature > 0) return temperature;
  throw new ValueError(`The temperature of loss ${loss} is ${temperature}; it must be a finite number greater than 0.`);
};

/**
 * Compute T²·KL(softmax(t/T) ‖ softmax(s/T)) over the last axis: distillation between class logits.
 *
 * The factor T² keeps the size of the gradient independent of T. No gradient flows to the teacher.
 *
 * @param options `temperature` T, greater than 0, default 1
 */
export const distillationDivergence = (
  student: LossOperand,
  teacher: LossOperand,
  options: DivergenceOptions & { readonly temperature?: number } = {},
): Variable => {
  checkSameShape('distillationDivergence', student, teacher);
  const { temperature: given, ...rest } = options;
  const temperature = checkTemperature('distillationDivergence', given ?? 1);
  const soft = divide(valueOf(teacher), temperature);
  const q = softmax(soft, -1);
  const logP = ag.logSoftmax(ag.divide(asVariable(student), temperature), -1);
  // log q from logits, not from q: a probability that underflows keeps its logarithm.
  const elements = ag.multiply(ag.subtract(ag.constant(logSoftmax(soft, -1)), logP), q);
  return ag.multiply(reduceDivergence(elements, rest), temperature * temperature);
};

/**
 * Compute T²·BCE(σ(t/T), σ(s/T)): distillation between logits of one class.
 *
 * @param options `temperature` T, greater than 0, default 1
 */
export const distillationBinary = (
  student: LossOperand,
  teacher: LossOperand,
  options: LossOptions & { readonly temperature?: number } = {},
): Variable => {
  const { temperature: given, ...rest } = options;
  const temperature = checkTemperature('distillationBinary', given ?? 1);
  const q = sigmoid(divide(valueOf(teacher), temperature));
  const logits = ag.divide(asVariable(student), temperature);
  return ag.multiply(binaryCrossEntropyWithLogits(logits, q, rest), temperature * temperature);
};
