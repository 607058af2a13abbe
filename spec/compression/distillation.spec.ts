import { describe, expect, it } from 'vitest';
import * as ag from '../../src/autograd/index.ts';
import { ValueError } from '../../src/errors.ts';
import {
  distillationLoss,
  generalDistillationLoss,
  labelWeights,
  weightedMeanAbsoluteError,
} from '../../src/compression/index.ts';
import { distillationDivergence, meanAbsoluteError, meanSquaredError } from '../../src/training/index.ts';
import { tensor, toFlat } from '../../src/tensor/index.ts';
import type { Tensor } from '../../src/tensor/index.ts';
import type { Variable } from '../../src/autograd/index.ts';

const column = (...values: number[]): Tensor => tensor(values, [values.length, 1]);
const numberOf = (loss: Variable): number => toFlat(loss.value)[0]!;

describe('generalDistillationLoss', () => {
  const truth = column(1, 0);
  const teacher = column(0.75, 0.25);
  const student = column(0.25, 0.5);

  it('is α·S(ŷ, y) + β·S(ŷ, y′) + γ·T(y, y′)', () => {
    // S: mean absolute errors 1/4 (teacher) and 5/8 (student); T: mean squared error (1/4 + 1/16) / 2.
    const loss = generalDistillationLoss(
      { truth, teacher, student },
      { alpha: 8, beta: 16, gamma: 32, truthLoss: meanAbsoluteError, teacherLoss: meanSquaredError },
    );
    expect(numberOf(loss)).toBe(8 * 0.25 + 16 * 0.625 + (32 * 5) / 32);
  });

  it('is T(y, y′) as in the paper by default, and needs no truth then', () => {
    expect(numberOf(generalDistillationLoss({ teacher, student }))).toBe(0.375);
  });

  it('sends each term to whom it concerns', () => {
    const [y, z] = [ag.variable(teacher), ag.variable(student)];
    const outputs = { truth, teacher: y, student: z };
    const slopes = (options: Parameters<typeof generalDistillationLoss>[1]): number[][] =>
      ag.gradients(generalDistillationLoss(outputs, options), [y, z]).map((g) => Array.from(toFlat(g)));
    expect(slopes({ alpha: 1, gamma: 0 })).toEqual([
      [-0.5, 0.5],
      [0, 0],
    ]);
    expect(slopes({ beta: 1, gamma: 0 })).toEqual([
      [0, 0],
      [-0.5, 0.5],
    ]);
    expect(slopes({ gamma: 1 })).toEqual([
      [0.5, -0.5],
      [-0.5, 0.5],
    ]);
  });

  it('softens by a temperature and keeps the size of the gradient', () => {
    const logits = tensor([1, -1, 2, 0], [2, 2]);
    const other = tensor([0, 1, -1, 3], [2, 2]);
    const outer = generalDistillationLoss(
      { teacher: logits, student: other },
      { teacherLoss: distillationDivergence, temperature: 4 },
    );
    expect(numberOf(outer)).toBeCloseTo(numberOf(distillationDivergence(other, logits, { temperature: 4 })), 6);
  });

  it.each<[string, () => unknown]>([
    [
      'The distillation weights alpha, beta and gamma are all 0; at least one must be positive.',
      () => generalDistillationLoss({ teacher, student }, { gamma: 0 }),
    ],
    [
      'The distillation weight beta is -1; it must be a finite number of at least 0.',
      () => generalDistillationLoss({ truth, teacher, student }, { beta: -1 }),
    ],
    [
      'The distillation weights alpha = 0 and beta = 1 need the truth, which is not given.',
      () => generalDistillationLoss({ teacher, student }, { beta: 1 }),
    ],
    [
      'The distillation temperature is 0; it must be a finite number greater than 0.',
      () => generalDistillationLoss({ teacher, student }, { temperature: 0 }),
    ],
  ])('says: %s', (message, act) => {
    expect(act).toThrow(new ValueError(message));
  });
});

describe('distillationLoss', () => {
  it('takes teacher and weights from the extras of the data', () => {
    const loss = distillationLoss();
    const student = ag.variable(column(0, 0));
    const extras = { teacher: column(1, 1), weights: column(2, 0) };
    expect(numberOf(loss(student, column(9, 9), extras))).toBe(1);
    expect(() => loss(student, column(9, 9), { weights: column(1, 1) })).toThrow(
      'Distillation needs the extra "teacher" in the data set; its extras are weights.',
    );
  });
});

describe('weightedMeanAbsoluteError', () => {
  it('counts labels of at least 0.95 three times', () => {
    const labels = column(0.95, 0.9499, 1, 0);
    expect(Array.from(toFlat(labelWeights(labels)))).toEqual([3, 1, 3, 1]);
    expect(numberOf(weightedMeanAbsoluteError()(column(0.45, 0, 0.5, 0), labels))).toBeCloseTo(
      (1.5 + 0.9499 + 1.5) / 4,
      6,
    );
  });

  it('multiplies the weights of samples in', () => {
    const loss = weightedMeanAbsoluteError({ threshold: 1, weight: 5 });
    expect(numberOf(loss(column(0, 0), column(1, 0.5), { weights: column(0, 4) }))).toBe(1);
  });
});
