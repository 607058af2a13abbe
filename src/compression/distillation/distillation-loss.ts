/**
 * The general response-based distillation loss of DistillNet (arXiv:2311.12551, eq. 1):
 *
 *     L = α·S(ŷ, y) + β·S(ŷ, y′) + γ·T(y, y′)
 *
 * with ŷ the ground truth, y the output of the teacher and y′ the output of the student. S compares with the truth, T
 * compares the student with the teacher; α trains the teacher (a constant when the teacher is frozen), β is ordinary
 * supervision of the student, γ is distillation. The paper trains with α = β = 0 and T the (weighted) mean absolute
 * error. Both losses are called with the prediction first and what it should be second.
 */
import * as ag from '../../autograd/index.ts';
import type { Variable } from '../../autograd/index.ts';
import { ValueError } from '../../errors.ts';
import type { Tensor } from '../../tensor/index.ts';
import { meanAbsoluteError } from '../../training/index.ts';
import type { LossFunction, LossOperand } from '../../training/index.ts';

/** A loss between two outputs; every loss of `training` with default options is one. */
export type PairLoss = (
  prediction: LossOperand,
  target: LossOperand,
  options?: { readonly weights?: Tensor },
) => Variable;

/** Options of the general distillation loss. */
export interface DistillationOptions {
  /** Weight of truth against teacher, finite and at least 0. @defaultValue 0 */
  readonly alpha?: number;
  /** Weight of truth against student, finite and at least 0. @defaultValue 0 */
  readonly beta?: number;
  /** Weight of teacher against student, finite and at least 0. @defaultValue 1 */
  readonly gamma?: number;
  /** S, the loss against the truth. @defaultValue meanAbsoluteError */
  readonly truthLoss?: PairLoss;
  /** T, the loss of the student against the teacher. @defaultValue meanAbsoluteError */
  readonly teacherLoss?: PairLoss;
  /**
   * τ > 0: T sees both outputs divided by τ, and is multiplied by τ² so that its gradient keeps its size
   * (arXiv:1503.02531). For outputs that are logits. @defaultValue 1
   */
  readonly temperature?: number;
}

/** The three outputs that the loss compares. */
export interface DistillationOutputs {
  /** ŷ; may be left out when α and β are 0. */
  readonly truth?: LossOperand;
  /** y */
  readonly teacher: LossOperand;
  /** y′ */
  readonly student: LossOperand;
  /** Weight per sample, for all three terms. */
  readonly weights?: Tensor;
}

const weightOf = (name: string, value: number): number => {
  if (Number.isFinite(value) && value >= 0) return value;
  throw new ValueError(`The distillation weight ${name} is ${value}; it must be a finite number of at least 0.`);
};

const softened = (output: LossOperand, temperature: number): LossOperand =>
  temperature === 1 ? output : ag.divide(output, temperature);

/**
 * Compute α·S(ŷ, y) + β·S(ŷ, y′) + γ·T(y, y′); gradients flow to whichever of teacher and student are variables.
 *
 * Terms of weight 0 are not computed.
 *
 * @throws ValueError for weights that are negative or all 0, or a temperature not above 0
 */
export const generalDistillationLoss = (outputs: DistillationOutputs, options: DistillationOptions = {}): Variable => {
  const alpha = weightOf('alpha', options.alpha ?? 0);
  const beta = weightOf('beta', options.beta ?? 0);
  const gamma = weightOf('gamma', options.gamma ?? 1);
  const temperature = options.temperature ?? 1;
  if (!(temperature > 0 && Number.isFinite(temperature))) {
    throw new ValueError(`The distillation temperature is ${temperature}; it must be a finite number greater than 0.`);
  }
  const { truth, teacher, student } = outputs;
  if (truth === undefined && alpha + beta > 0) {
    throw new ValueError(
      `The distillation weights alpha = ${alpha} and beta = ${beta} need the truth, which is not given.`,
    );
  }
  const truthLoss = options.truthLoss ?? meanAbsoluteError;
  const teacherLoss = options.teacherLoss ?? meanAbsoluteError;
  const shared = outputs.weights === undefined ? {} : { weights: outputs.weights };
  const terms: Variable[] = [];
  if (alpha > 0) terms.push(ag.multiply(truthLoss(teacher, truth!, shared), alpha));
  if (beta > 0) terms.push(ag.multiply(truthLoss(student, truth!, shared), beta));
  if (gamma > 0) {
    const term = teacherLoss(softened(student, temperature), softened(teacher, temperature), shared);
    terms.push(ag.multiply(term, gamma * temperature * temperature));
  }
  if (terms.length === 0)
    throw new ValueError('The distillation weights alpha, beta and gamma are all 0; at least one must be positive.');
  return terms.reduce((sum, term) => ag.add(sum, term));
};

/**
 * Make the loss of a student for `fit`: targets are the truth, extra "teacher" is the output of a frozen teacher, extra
 * "weights" (optional) a weight per sample.
 *
 * @throws ValueError, when called, if the data have no extra "teacher"
 */
export const distillationLoss =
  (options: DistillationOptions = {}): LossFunction =>
  (student, truth, extras) => {
    const teacher = extras['teacher'];
    if (teacher === undefined) {
      const found = Object.keys(extras).join(', ') || 'none';
      throw new ValueError(`Distillation needs the extra "teacher" in the data set; its extras are ${found}.`);
    }
    const weights = extras['weights'];
    return generalDistillationLoss({ truth, teacher, student, ...(weights === undefined ? {} : { weights }) }, options);
  };
