/**
 * What the teacher is trained towards: the true shares of the primary vertex, or events that look like their twins.
 *
 * Both give the trainer a loss made of tensor functions, so that a step can be planned. Truth is such a loss by itself. The
 * comparison with the twin sorts, which no tape records: a pass without gradients gives the weights, the comparison and
 * its derivative g by the logits are computed from them, and the step then takes Σ g·logit as its loss, whose gradient by
 * the parameters is exactly that of the comparison. That pass is a third of a step.
 */
import { ValueError } from '../../../errors.ts';
import type { RandomStream } from '../../../random/index.ts';
import { item, sigmoid, tensor, type Tensor, toFloats } from '../../../tensor/index.ts';
import * as ag from '../../../autograd/index.ts';
import { binaryCrossEntropyWithLogits, type NamedLoss } from '../../../training/index.ts';
import type { DistillNetConfig } from '../config.ts';
import { joinSamples, paddedRows, rowsOf } from './teacher-batch.ts';
import { teacherInputs, type TeacherInputs, teacherLogits } from './teacher-formula.ts';
import type { Directions } from './sliced-wasserstein.ts';
import type { LogitsOf } from './teacher-scoring.ts';
import type { Teacher, TeacherSample } from './teacher.ts';
import { compareWithTwin, drawDirections } from './twin-comparison.ts';

/** What a step reads. */
export type StepInputs = TeacherInputs & Readonly<Record<string, Tensor>>;

/** How steps are made and judged. */
export interface Objective {
  /** The loss of a step as the trainer takes it; `inputs` come from `step`. */
  readonly loss: NamedLoss;
  /**
   * Make the inputs of step number `step`.
   *
   * @param parameters - gives those before the step
   * @returns the loss too where the trainer's is not the one to report
   */
  readonly step: (
    samples: readonly TeacherSample[],
    step: number,
    parameters: () => Teacher['parameters'],
  ) => { readonly inputs: StepInputs; readonly loss: number | null };
  /** Compute the loss of events from their logits, one event after another; comparable from epoch to epoch. */
  readonly judge: (samples: readonly TeacherSample[], logits: Float32Array) => number;
}

/** Binary cross-entropy against the true shares, averaged over particles. */
export function truthObjective(teacher: Teacher, { batchEvents }: DistillNetConfig['teacher']): Objective {
  return {
    loss: (parameters, inputs) => {
      const { truth, weights, ...given } = inputs as StepInputs;
      return binaryCrossEntropyWithLogits(teacherLogits(teacher, parameters, given), truth!, {
        weights: weights!,
        reduction: 'sum',
      });
    },
    step: (samples) => {
      const particles = rowsOf(samples);
      const rows = paddedRows(particles);
      // One over the number of particles, and 0 for padding.
      const weights = new Float32Array(rows).fill(1 / particles, 0, particles);
      const truth = new Float32Array(rows);
      let row = 0;
      for (const sample of samples) {
        truth.set(sample.truth, row);
        row += sample.truth.length;
      }
      const inputs = {
        ...teacherInputs(joinSamples(samples, rows, batchEvents)),
        truth: tensor(truth, [rows, 1]),
        weights: tensor(weights, [rows, 1]),
      };
      return { inputs, loss: null };
    },
    judge: (samples, logits) => {
      let sum = 0;
      let row = 0;
      for (const { truth } of samples) {
        const n = truth.length;
        const own = tensor(logits.subarray(row, row + n), [n, 1]);
        sum += item(binaryCrossEntropyWithLogits(own, tensor(truth, [n, 1])).value) * n;
        row += n;
      }
      return sum / row;
    },
  };
}

/**
 * Distance of the weighted particles from those of the twin, and of their missing momenta, averaged over events.
 *
 * @param logitsOf - computes the logits of the training events
 * @param stream - source of directions: new ones for every step, and the same for every judgement
 * @throws ValueError if samples were made without their twins
 */
export function comparisonObjective(
  teacher: Teacher,
  { batchEvents, directions, missingWeight }: DistillNetConfig['teacher'],
  logitsOf: LogitsOf,
  stream: RandomStream,
): Objective {
  const compare = (
    samples: readonly TeacherSample[],
    logits: Float32Array,
    drawn: Directions,
    slopes: Float32Array | null,
  ): number => {
    const weights = toFloats(sigmoid(tensor(logits)));
    let sum = 0;
    let row = 0;
    for (const { truth, comparison } of samples) {
      if (comparison === undefined)
        throw new ValueError('A teacher sample has no twin; training without labels needs samples made for it.');
      const own = weights.subarray(row, row + truth.length);
      const found = compareWithTwin(own, comparison, drawn, missingWeight);
      sum += found.distance / samples.length;
      if (slopes !== null) {
        own.forEach((w, i) => {
          slopes[row + i] = (found.slopes[i]! * w * (1 - w)) / samples.length;
        });
      }
      row += truth.length;
    }
    return sum;
  };
  const fixed = drawDirections(directions, stream.split('judgement'));
  return {
    loss: (parameters, inputs) => {
      const { slopes, ...given } = inputs as StepInputs;
      return ag.sum(ag.multiply(teacherLogits(teacher, parameters, given), slopes!));
    },
    step: (samples, step, parameters) => {
      const rows = paddedRows(rowsOf(samples));
      const slopes = new Float32Array(rows);
      const drawn = drawDirections(directions, stream.split(String(step)));
      const loss = compare(samples, logitsOf(parameters(), samples), drawn, slopes);
      const inputs = {
        ...teacherInputs(joinSamples(samples, rows, batchEvents)),
        slopes: tensor(slopes, [rows, 1]),
      };
      return { inputs, loss };
    },
    judge: (samples, logits) => compare(samples, logits, fixed, null),
  };
}
