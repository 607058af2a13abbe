import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as ag from '../../src/autograd/index.ts';
import * as t from '../../src/tensor/index.ts';

const nested = (x: t.Tensor): t.Nested => t.toNested(x);

describe('gradients', () => {
  it('add up over all uses of a variable', () => {
    const x = ag.variable(t.tensor([1, 2, 3]));
    const y = ag.sum(ag.add(ag.multiply(x, x), ag.add(x, x)));
    expect(nested(ag.gradients(y, [x])[0]!)).toEqual([4, 6, 8]);
  });

  it('are linear in the cotangent', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -8, max: 8 }), { minLength: 6, maxLength: 6 }),
        fc.integer({ min: 1, max: 4 }),
        (data, k) => {
          const x = ag.variable(t.tensor([0.5, -1, 2]));
          const y = ag.multiply(ag.expandDims(x, 1), ag.constant(t.tensor([2, 4])));
          const c = t.tensor(data, [3, 2]);
          const one = ag.gradients(y, [x], c)[0]!;
          expect(nested(ag.gradients(y, [x], t.multiply(c, k))[0]!)).toEqual(nested(t.multiply(one, k)));
        },
      ),
      { numRuns: 50 },
    );
  });

  it('of intermediate variables are given too, and zeros where nothing depends', () => {
    const x = ag.variable(t.tensor([3]));
    const unused = ag.variable(t.zeros([2, 2]));
    const h = ag.square(x);
    const y = ag.sum(ag.multiply(h, 5));
    const [dh, dx, none] = ag.gradients(y, [h, x, unused]);
    expect([nested(dh!), nested(dx!), nested(none!)]).toEqual([
      [5],
      [30],
      [
        [0, 0],
        [0, 0],
      ],
    ]);
  });

  it('stop at stopGradient and at constants', () => {
    const x = ag.variable(t.tensor([2]));
    const y = ag.sum(ag.multiply(x, ag.stopGradient(ag.square(x))));
    expect(nested(ag.gradients(y, [x])[0]!)).toEqual([4]);
    expect(ag.add(t.tensor([1]), 2).record).toBeNull();
  });

  it('of a straight-through estimator are what it says', () => {
    const x = ag.variable(t.tensor([0.2, 0.7, -3]));
    const inside = t.lessEqual(t.abs(x.value), 1);
    const rounded = ag.customGradient(t.round(x.value), [x], (g) => [t.multiply(g, inside)]);
    expect(nested(rounded.value)).toEqual([0, 1, -3]);
    expect(nested(ag.gradients(ag.sum(ag.multiply(rounded, 2)), [x])[0]!)).toEqual([2, 2, 0]);
  });

  it('pass through ten thousand steps without exhausting the stack', () => {
    const x = ag.variable(t.tensor([1]));
    let y: ag.Variable = x;
    for (let i = 0; i < 10_000; i += 1) y = ag.add(y, 1);
    expect(nested(ag.gradients(ag.sum(y), [x])[0]!)).toEqual([1]);
  });

  it('have the bits of the same step run again', () => {
    const step = (): number[] => {
      const w = ag.variable(
        t.tensor(
          Float32Array.from({ length: 12 }, (_, i) => Math.fround(0.1 * i - 0.5)),
          [3, 4],
        ),
      );
      const x = t.tensor(
        Float32Array.from({ length: 30 }, (_, i) => Math.fround(Math.sqrt(i) - 2)),
        [10, 3],
      );
      return Array.from(t.toFlat(ag.gradients(ag.mean(ag.tanh(ag.matmul(x, w))), [w])[0]!));
    };
    expect(step()).toEqual(step());
  });

  it('follow the documented choices at kinks and ties', () => {
    const at = (f: (x: ag.Variable) => ag.Variable, ...data: number[]): t.Nested => {
      const x = ag.variable(t.tensor(data));
      return nested(ag.gradients(ag.sum(f(x)), [x])[0]!);
    };
    expect(at(ag.relu, 0)).toEqual([0]);
    expect(at(ag.abs, 0)).toEqual([0]);
    expect(at((x) => ag.clip(x, -1, 1), -1, 1, 1.5)).toEqual([1, 1, 0]);
    expect(at((x) => ag.maximum(x, 2), 2)).toEqual([0.5]);
    expect(at((x) => ag.max(x), 4, 1, 4)).toEqual([0.5, 0, 0.5]);
    expect(at((x) => ag.softplus(x), 0)).toEqual([0.5]);
  });

  it('need a scalar or a cotangent of the right shape', () => {
    const x = ag.variable(t.zeros([2]));
    expect(() => ag.gradients(x, [x])).toThrow(
      'gradients needs a scalar output or a cotangent, but the output has the shape [2].',
    );
    expect(() => ag.gradients(x, [x], t.zeros([3]))).toThrow(
      "gradients needs a cotangent of the output's shape [2], but got [3].",
    );
  });
});

describe('checkGradient', () => {
  it('finds a wrong gradient and says where', () => {
    const wrong = (x: ag.Variable): ag.Variable =>
      ag.customGradient(t.square(x.value), [x], (g) => [t.multiply(g, x.value)]);
    const found = ag.checkGradient(wrong, [t.tensor([0.01, 3])]);
    expect(found.passed).toBe(false);
    expect(found.element).toBe(1);
    expect(found.difference / found.gradient).toBeCloseTo(2, 2);
  });

  it('counts a gradient that is not a number as wrong', () => {
    const broken = (x: ag.Variable): ag.Variable => ag.customGradient(x.value, [x], (g) => [t.multiply(g, Number.NaN)]);
    expect(ag.checkGradient(broken, [t.tensor([1])]).passed).toBe(false);
  });
});
