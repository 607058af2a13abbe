import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as ag from '../../src/autograd/index.ts';
import { scalar, tensor, toFloats } from '../../src/tensor/index.ts';
import {
  clipByNorm,
  initialOptimizerState,
  integerPower,
  optimizerStep,
  ratesAt,
  stepScalars,
  updateParameter,
} from '../../src/training/index.ts';
import type { Optimizer, StepRates } from '../../src/training/index.ts';

interface Values {
  readonly shape: number[];
  readonly data: number[];
}

interface Case {
  readonly id: string;
  readonly op: string;
  readonly attrs: Record<string, unknown>;
  readonly problem: Record<string, Values>;
  readonly steps: { readonly lr: number; readonly loss: number; readonly params: Record<string, number[]> }[];
}

const cases = JSON.parse(
  readFileSync(new URL('../../fixtures/training/optimizers.json', import.meta.url), 'utf8'),
) as readonly Case[];

const ourNames: Record<string, string> = { eps: 'epsilon', weight_decay: 'weightDecay' };
const known = ['momentum', 'dampening', 'nesterov', 'weight_decay', 'betas', 'eps', 'amsgrad', 'alpha', 'centered'];

const optimizerOf = (c: Case): Optimizer =>
  Object.fromEntries([
    ['kind', c.op],
    ...known.filter((name) => name in c.attrs).map((name) => [ourNames[name] ?? name, c.attrs[name]]),
  ]) as unknown as Optimizer;

/** Momentum that a one-cycle scheduler of the reference drives. */
const cycledMomentum = (c: Case, step: number): Pick<StepRates, 'momentum'> => {
  const scheduler = c.attrs['scheduler'] as Record<string, never> | undefined;
  if ((scheduler?.['name'] as unknown) !== 'one_cycle' || (scheduler?.['cycle_momentum'] as unknown) === false)
    return {};
  const rates = ratesAt(
    {
      kind: 'oneCycle',
      maximum: scheduler!['max_lr']!,
      totalSteps: scheduler!['total_steps']!,
      riseFraction: scheduler!['pct_start']!,
    },
    step,
  );
  return { momentum: rates.momentum! };
};

describe('optimizers agree with PyTorch', () => {
  it.each(cases.map((c) => [`${c.id} ${JSON.stringify(c.attrs).slice(0, 90)}`, c] as const))('%s', (_id, c) => {
    const { problem } = c;
    const names = ['w1', 'b1', 'w2', 'b2'];
    const [x, t] = ['x', 't'].map((name) => tensor(problem[name]!.data, problem[name]!.shape));
    const optimizer = optimizerOf(c);
    let parameters: readonly Float32Array[] = names.map((name) => Float32Array.from(problem[name]!.data));
    let state = initialOptimizerState(
      optimizer,
      parameters.map((parameter) => parameter.length),
    );
    c.steps.forEach((expected, step) => {
      const variables = parameters.map((parameter, i) => ag.variable(tensor(parameter, problem[names[i]!]!.shape)));
      const [w1, b1, w2, b2] = variables;
      const hidden = ag.tanh(ag.add(ag.matmul(x!, ag.transpose(w1!)), b1!));
      const output = ag.add(ag.matmul(hidden, ag.transpose(w2!)), b2!);
      const loss = ag.mean(ag.square(ag.subtract(output, t!)));
      expect(toFloats(loss.value)[0]).toBeCloseTo(expected.loss, 4);
      const raw = ag.gradients(loss, variables).map(toFloats);
      const clip = c.attrs['clip_grad_norm'] as number | undefined;
      const gradients = clip === undefined ? raw : clipByNorm(raw, clip).gradients;
      const rates = { learningRate: expected.lr, ...cycledMomentum(c, step) };
      ({ parameters, state } = optimizerStep(optimizer, state, parameters, gradients, rates));
      names.forEach((name, i) => {
        const errors = expected.params[name]!.map((value, k) => Math.abs(value - parameters[i]![k]!));
        expect(Math.max(...errors)).toBeLessThan(1e-5);
      });
    });
    expect(state.step).toBe(c.steps.length);
  });
});

describe('optimizerStep', () => {
  it('does not change what it is given', () => {
    const parameter = Float32Array.of(1, 2);
    const gradient = Float32Array.of(3, -4);
    for (const kind of ['sgd', 'adam', 'adamw', 'rmsprop', 'adagrad'] as const) {
      const optimizer: Optimizer = { kind };
      const state = initialOptimizerState(optimizer, [2]);
      const first = optimizerStep(optimizer, state, [parameter], [gradient], { learningRate: 0.1 });
      expect(first.parameters[0]).not.toEqual(parameter);
      expect(optimizerStep(optimizer, state, [parameter], [gradient], { learningRate: 0.1 })).toEqual(first);
    }
    expect(parameter).toEqual(Float32Array.of(1, 2));
    expect(gradient).toEqual(Float32Array.of(3, -4));
  });

  it('is what updateParameter gives for the numbers of stepScalars', () => {
    const optimizer: Optimizer = { kind: 'adamw', weightDecay: 0.1 };
    const parameters = [Float32Array.of(1, -2)];
    const start = initialOptimizerState(optimizer, [2]);
    const first = optimizerStep(optimizer, start, parameters, [Float32Array.of(3, 4)], { learningRate: 0.1 });
    const scalars = Object.entries(stepScalars(optimizer, { learningRate: 0.05 }, 2));
    const [old, gradient] = [first.parameters[0]!, Float32Array.of(-1, 2)];
    const update = updateParameter(
      optimizer,
      Object.fromEntries(Object.entries(first.state.slots[0]!).map(([name, buffer]) => [name, tensor(buffer)])),
      tensor(old),
      tensor(gradient),
      Object.fromEntries(scalars.map(([name, value]) => [name, scalar(value)])),
    );
    const second = optimizerStep(optimizer, first.state, [old], [gradient], { learningRate: 0.05 });
    expect(toFloats(update.parameter)).toEqual(second.parameters[0]);
    expect(Object.keys(update.slots)).toEqual(Object.keys(second.state.slots[0]!));
  });

  it('names lengths that differ', () => {
    const state = initialOptimizerState({ kind: 'sgd' }, [2]);
    const act = (): unknown =>
      optimizerStep({ kind: 'sgd' }, state, [new Float32Array(2)], [new Float32Array(3)], { learningRate: 1 });
    expect(act).toThrow('Parameter 0 has 2 elements, its gradient 3; they must be equal.');
  });
});

describe('clipByNorm', () => {
  it('scales all gradients by one factor and leaves small ones alone', () => {
    const gradients = [Float32Array.of(3), Float32Array.of(0, 4)];
    const clipped = clipByNorm(gradients, 1);
    expect(clipped.norm).toBe(5);
    expect(clipped.gradients[0]![0]).toBeCloseTo(0.6, 6);
    expect(clipped.gradients[1]![1]).toBeCloseTo(0.8, 6);
    expect(clipByNorm(gradients, 6).gradients).toEqual(gradients);
  });

  it('leaves a batch out whose norm f32 cannot hold', () => {
    const { gradients, norm } = clipByNorm([Float32Array.of(1e30, -1)], 1);
    expect(norm).toBe(Infinity);
    expect(Array.from(gradients[0]!, Math.abs)).toEqual([0, 0]);
  });
});

describe('integerPower', () => {
  it('is exact for powers of two and 1 for exponent 0', () => {
    expect([integerPower(2, 10), integerPower(0.5, 3), integerPower(7, 0)]).toEqual([1024, 0.125, 1]);
  });
});
