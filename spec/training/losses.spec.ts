/** Losses against PyTorch's values and gradients, and what they must do at the edges. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as ag from '../../src/autograd/index.ts';
import type { Variable } from '../../src/autograd/index.ts';
import { ShapeError, ValueError } from '../../src/errors.ts';
import { tensor, toFlat } from '../../src/tensor/index.ts';
import type { Tensor } from '../../src/tensor/index.ts';
import {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  cosineEmbedding,
  cosineSimilarity,
  crossEntropy,
  distillationBinary,
  distillationDivergence,
  hinge,
  huber,
  klDivergence,
  logCosh,
  meanAbsoluteError,
  meanSquaredError,
  multiMargin,
  negativeLogLikelihood,
  smoothL1,
  squaredHinge,
} from '../../src/training/index.ts';
import type { LossOptions } from '../../src/training/index.ts';

interface Values {
  readonly name: string;
  readonly shape: number[];
  readonly dtype: string;
  readonly data: number[];
  readonly grad?: boolean;
}

interface Case {
  readonly id: string;
  readonly op: string;
  readonly attrs: Record<string, never>;
  readonly inputs: Values[];
  readonly outputs: Values[];
  readonly cotangents: Values[];
  readonly grads: Values[];
}

const cases = JSON.parse(
  readFileSync(new URL('../../fixtures/training/losses.json', import.meta.url), 'utf8'),
) as readonly Case[];

type Operands = Record<string, Variable & Tensor>;

const operators: Record<string, (x: Operands, options: LossOptions, a: Record<string, never>) => Variable> = {
  mse: (x, o) => meanSquaredError(x['pred']!, x['target']!, o),
  l1: (x, o) => meanAbsoluteError(x['pred']!, x['target']!, o),
  smooth_l1: (x, o, a) => smoothL1(x['pred']!, x['target']!, { ...o, beta: a['beta']! }),
  huber: (x, o, a) => huber(x['pred']!, x['target']!, { ...o, delta: a['delta']! }),
  log_cosh: (x, o) => logCosh(x['pred']!, x['target']!, o),
  bce: (x, o) => binaryCrossEntropy(x['pred']!, x['target']!, o),
  bce_with_logits: (x, o, a) =>
    binaryCrossEntropyWithLogits(x['pred']!, x['target']!, {
      ...o,
      posWeight: a['pos_weight'] ?? 1,
      ...(x['weight'] === undefined ? {} : { weights: x['weight'] }),
    }),
  hinge: (x, o) => hinge(x['pred']!, x['target']!, o),
  squared_hinge: (x, o) => squaredHinge(x['pred']!, x['target']!, o),
  cross_entropy: (x, o, a) =>
    crossEntropy(x['logits']!, x['target']!, {
      ...o,
      labelSmoothing: a['label_smoothing'] ?? 0,
      ...(x['class_weight'] === undefined ? {} : { classWeights: x['class_weight'] }),
    }),
  cross_entropy_probs: (x, o) => crossEntropy(x['logits']!, x['target']!, o),
  kd_kl: (x, _o, a) => distillationDivergence(x['student']!, x['teacher']!, { temperature: a['temperature']! }),
  kd_ce_combined: (x, _o, a) =>
    ag.add(
      ag.multiply(crossEntropy(x['student']!, x['target']!), a['alpha']!),
      ag.multiply(
        distillationDivergence(x['student']!, x['teacher']!, { temperature: a['temperature']! }),
        1 - a['alpha']!,
      ),
    ),
  kd_binary: (x, _o, a) => distillationBinary(x['student']!, x['teacher']!, { temperature: a['temperature']! }),
  kl_div: (x, o) => klDivergence(x['logp']!, x['target']!, o),
  cosine_embedding: (x, o, a) => cosineEmbedding(x['a']!, x['b']!, x['y']!, { ...o, margin: a['margin']! }),
  cosine_similarity: (x) => cosineSimilarity(x['a']!, x['b']!),
  multi_margin: (x, o, a) => multiMargin(x['logits']!, x['target']!, { ...o, p: a['p']!, margin: a['margin']! }),
};

/** Largest difference relative to max(1, largest reference). */
const errorOf = (found: Tensor, expected: Values): number => {
  const scale = Math.max(1, ...expected.data.map(Math.abs));
  const flat = toFlat(found);
  expect(flat.length).toBe(expected.data.length);
  return Math.max(...expected.data.map((value, i) => Math.abs(value - flat[i]!))) / scale;
};

describe('losses agree with PyTorch', () => {
  it.each(cases.map((c) => [c.id, c] as const))('%s', (_id, c) => {
    const operands = Object.fromEntries(
      c.inputs.map((input) => {
        const value = tensor(input.data, input.shape, input.dtype === 'i32' ? 'i32' : 'f32');
        return [input.name, input.grad === true ? ag.variable(value) : value];
      }),
    ) as Operands;
    const reduction = c.attrs['reduction'];
    const loss = operators[c.op]!(operands, reduction === undefined ? {} : { reduction }, c.attrs);
    const wanted = c.inputs.filter((input) => input.grad === true);
    const cotangent = tensor(c.cotangents[0]!.data, c.cotangents[0]!.shape);
    const gradients = ag.gradients(
      loss,
      wanted.map((input) => operands[input.name]!),
      cotangent,
    );
    expect(errorOf(loss.value, c.outputs[0]!)).toBeLessThan(1e-5);
    wanted.forEach((input, i) => {
      expect(
        errorOf(
          gradients[i]!,
          c.grads.find((grad) => grad.name === input.name)!,
        ),
      ).toBeLessThan(1e-5);
    });
  });

  it('covers every loss of the reference data', () => {
    expect(new Set(cases.map((c) => c.op)).size).toBe(Object.keys(operators).length);
  });
});

const column = (...values: number[]): Tensor => tensor(values, [values.length, 1]);
const valueOf = (loss: Variable): number => toFlat(loss.value)[0]!;

describe('losses at the edges', () => {
  it('refuse shapes that would broadcast', () => {
    const act = (): unknown => meanSquaredError(column(1, 2), tensor([1, 2]));
    expect(act).toThrow(
      new ShapeError('Loss meanSquaredError got a prediction of shape [2, 1] and a target of [2]; they must be equal.'),
    );
  });

  it('stay finite at logits of any size, with the slope of the sigmoid', () => {
    const x = ag.variable(column(-1e4, -30, 0, 30, 1e4));
    const loss = binaryCrossEntropyWithLogits(x, column(1, 0, 1, 1, 0), { reduction: 'sum' });
    const slope = toFlat(ag.gradients(loss, [x])[0]!);
    expect(valueOf(loss)).toBeCloseTo(2e4 + Math.LN2, 1);
    expect(Array.from(slope).map((value) => Math.round(value * 1e6) / 1e6)).toEqual([-1, 0, -0.5, -0, 1]);
  });

  it('stay finite for certain mistakes', () => {
    const p = ag.variable(column(0, 1));
    const loss = binaryCrossEntropy(p, column(1, 0), { reduction: 'sum' });
    expect(valueOf(loss)).toBe(200);
    expect(toFlat(ag.gradients(loss, [p])[0]!).every(Number.isFinite)).toBe(true);
  });

  it('cost as much outside [0, 1] as at the nearer end, with a slope that leads back', () => {
    const p = ag.variable(column(-0.5, 1.25));
    const loss = binaryCrossEntropy(p, column(1, 1), { reduction: 'none' });
    expect(Array.from(toFlat(loss.value), Math.abs)).toEqual([100, 0]);
    const [below, above] = toFlat(ag.gradients(ag.sum(loss), [p])[0]!);
    expect(below).toBeLessThan(0);
    expect(above).toBeGreaterThan(0);
  });

  it('keep the digits of log cosh near 0 and its size far away', () => {
    const d = ag.variable(column(1e-3, -1e-3, 3, 90, -1e30));
    const loss = logCosh(d, column(0, 0, 0, 0, 0), { reduction: 'none' });
    const wanted = [5e-7, 5e-7, 3 + Math.log1p(Math.exp(-6)) - Math.LN2, 90 - Math.LN2, 1e30];
    toFlat(loss.value).forEach((value, i) => expect(Math.abs(value / wanted[i]! - 1)).toBeLessThan(4e-7));
    const slope = toFlat(ag.gradients(ag.sum(loss), [d])[0]!);
    expect(Array.from(slope.subarray(2))).toEqual([Math.fround(Math.tanh(3)), 1, -1]);
  });

  it('have the slope of the limited difference beyond the bound of huber', () => {
    const d = ag.variable(column(-3e30, -2, 1.5, 2, 3e30));
    const loss = huber(d, column(0, 0, 0, 0, 0), { delta: 2, reduction: 'sum' });
    expect(Array.from(toFlat(ag.gradients(loss, [d])[0]!))).toEqual([-2, -2, 1.5, 2, 2]);
  });

  it('count 0·log 0 as 0 in a target, which may be a variable', () => {
    const q = ag.variable(column(0, 0.5, 1));
    const loss = klDivergence(column(-1, -1, -1), q, { reduction: 'none' });
    expect(toFlat(loss.value)[0]).toBe(0);
    expect(toFlat(loss.value)[1]).toBeCloseTo(0.5 * Math.log(0.5) + 0.5, 6);
    expect(toFlat(ag.gradients(ag.sum(loss), [q])[0]!).every(Number.isFinite)).toBe(true);
  });

  it('weigh elements and divide by their number', () => {
    const weights = column(3, 0);
    expect(valueOf(meanAbsoluteError(column(1, 5), column(0, 0), { weights }))).toBe(1.5);
    expect(valueOf(meanAbsoluteError(column(1, 5), column(0, 0), { weights, reduction: 'sum' }))).toBe(3);
  });

  it('take the negative log-likelihood of log-probabilities', () => {
    const logp = tensor([Math.log(0.25), Math.log(0.75), Math.log(0.5), Math.log(0.5)], [2, 2]);
    const target = tensor([1, 0], [2], 'i32');
    expect(valueOf(negativeLogLikelihood(logp, target, { reduction: 'sum' }))).toBeCloseTo(-Math.log(0.375), 6);
  });

  it('name a class that does not exist', () => {
    const act = (): unknown => crossEntropy(tensor([0, 0, 0], [1, 3]), tensor([3], [1], 'i32'));
    expect(act).toThrow(new ValueError('Loss crossEntropy got class 3 for sample 0; classes are 0 to 2.'));
  });

  it('are zero for a student that equals its teacher', () => {
    const logits = tensor([1, -2, 0.5, 4, 0, 0], [2, 3]);
    expect(valueOf(distillationDivergence(logits, logits, { temperature: 3 }))).toBe(0);
  });

  it('pull a probability that underflowed back', () => {
    const student = ag.variable(tensor([-300, 300], [1, 2]));
    const loss = distillationDivergence(student, tensor([300, -300], [1, 2]));
    expect(valueOf(loss)).toBeCloseTo(600, 2);
    expect(Array.from(toFlat(ag.gradients(loss, [student])[0]!))).toEqual([-1, 1]);
  });
});
