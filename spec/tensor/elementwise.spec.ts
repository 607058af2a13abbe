import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as t from '../../src/tensor/index.ts';
import { shapes, simple, tensorOf } from './arbitrary.ts';

/** Two shapes that broadcast: axes of a common shape dropped in front or set to 1, on either side. */
const pairs = shapes.chain((shape) =>
  fc
    .tuple(
      fc.nat({ max: shape.length }),
      fc.array(fc.constantFrom(0, 1, 2), { minLength: shape.length, maxLength: shape.length }),
    )
    .chain(([drop, which]) => {
      const left = shape.map((n, i) => (which[i] === 1 ? 1 : n));
      const right = shape.map((n, i) => (which[i] === 2 ? 1 : n)).slice(drop);
      return fc.tuple(tensorOf(left), tensorOf(right));
    }),
);

const operations: Readonly<
  Record<string, [(a: t.TensorLike, b: t.TensorLike) => t.Tensor, (a: number, b: number) => number]>
> = {
  add: [t.add, (a, b) => a + b],
  subtract: [t.subtract, (a, b) => a - b],
  multiply: [t.multiply, (a, b) => a * b],
  divide: [t.divide, (a, b) => a / b],
  maximum: [t.maximum, Math.max],
  minimum: [t.minimum, Math.min],
  equal: [t.equal, (a, b) => Number(a === b)],
  notEqual: [t.notEqual, (a, b) => Number(a !== b)],
  less: [t.less, (a, b) => Number(a < b)],
  lessEqual: [t.lessEqual, (a, b) => Number(a <= b)],
  greater: [t.greater, (a, b) => Number(a > b)],
  greaterEqual: [t.greaterEqual, (a, b) => Number(a >= b)],
  reluGradient: [t.reluGradient, (g, x) => (x > 0 ? g : 0)],
};

describe('binary operations', () => {
  it.each(Object.entries(operations))(
    '%s broadcasts like its operands spread out, and rounds once',
    (_name, [operation, scalar]) => {
      fc.assert(
        fc.property(pairs, ([a, b]) => {
          const shape = t.broadcastShapes(a.shape, b.shape, 'test');
          const left = t.toFlat(t.broadcastTo(a, shape));
          const right = t.toFlat(t.broadcastTo(b, shape));
          const expected = Array.from(left, (x, i) => Math.fround(scalar(x, right[i]!)) + 0);
          const found = operation(a, b);
          expect(found.shape).toEqual(shape);
          expect(Array.from(t.toFlat(found), (x) => x + 0)).toEqual(expected);
        }),
        { numRuns: 60 },
      );
    },
  );

  it('rounds sums, products and quotients of any f32 values exactly as IEEE single precision', () => {
    const float = fc.float({ noNaN: true });
    fc.assert(
      fc.property(float, float, (a, b) => {
        // Exact in double for products; for sums and quotients the double rounding is innocuous (53 >= 2*24 + 2 bits).
        expect(t.item(t.multiply(a, b))).toBe(Math.fround(a * b));
        expect(t.item(t.add(a, b))).toBe(Math.fround(a + b));
        expect(t.item(t.divide(a, b))).toBe(Math.fround(a / b));
      }),
      { numRuns: 300 },
    );
  });

  it('takes numbers and integer tensors as operands', () => {
    expect(t.toNested(t.add(t.arange(3), 0.5))).toEqual([0.5, 1.5, 2.5]);
    expect(t.toNested(t.subtract(1, t.transpose(t.fromArray([[1, 2]], 'i32'))))).toEqual([[0], [-1]]);
    expect(t.add(t.arange(3), t.arange(3)).dtype).toBe('f32');
  });

  it('keeps NaN in maximum, minimum, relu and clip', () => {
    for (const x of [
      t.maximum(Number.NaN, 1),
      t.maximum(1, Number.NaN),
      t.minimum(Number.NaN, 1),
      t.minimum(1, Number.NaN),
      t.relu(Number.NaN),
      t.clip(Number.NaN, 0, 1),
    ]) {
      expect(t.item(x)).toBeNaN();
    }
  });

  it('names the operation and both shapes that do not broadcast', () => {
    expect(() => t.add(t.zeros([2, 3]), t.zeros([2]))).toThrow(
      'add needs shapes that broadcast (equal extents or 1), but got [2, 3] and [2].',
    );
  });
});

describe('unary operations', () => {
  const cases: readonly [string, (x: t.TensorLike) => t.Tensor, (x: number) => number][] = [
    ['negate', t.negate, (x) => -x],
    ['abs', t.abs, Math.abs],
    ['square', t.square, (x) => x * x],
    ['sqrt', (x) => t.sqrt(t.abs(x)), (x) => Math.sqrt(Math.abs(x))],
    ['relu', t.relu, (x) => Math.max(x, 0)],
    ['leakyRelu', (x) => t.leakyRelu(x, 0.25), (x) => (x > 0 ? x : 0.25 * x)],
    ['clip', (x) => t.clip(x, -1, 2), (x) => Math.min(Math.max(x, -1), 2)],
    ['floor', t.floor, Math.floor],
    ['sign', t.sign, Math.sign],
    ['exp', t.exp, t.expScalar],
    ['tanh', t.tanh, t.tanhScalar],
    ['sigmoid', t.sigmoid, t.sigmoidScalar],
    ['softplus', t.softplus, t.softplusScalar],
    ['powScalar', (x) => t.powScalar(x, 3), (x) => x ** 3],
  ];

  it.each(cases)('%s maps each element and rounds once', (_name, operation, scalar) => {
    fc.assert(
      fc.property(fc.array(simple, { minLength: 1, maxLength: 20 }), (data) => {
        const found = Array.from(t.toFlat(operation(t.tensor(data))), (x) => x + 0);
        expect(found).toEqual(data.map((x) => Math.fround(scalar(x)) + 0));
      }),
      { numRuns: 50 },
    );
  });

  it('round takes ties to even', () => {
    expect(t.toNested(t.round(t.tensor([0.5, 1.5, 2.5, -0.5, -1.5, 2.4, -2.6])))).toEqual([0, 2, 2, 0, -2, 2, -3]);
  });

  it('where takes only what the condition says, even beside NaN', () => {
    const x = t.where(t.tensor([1, 0]), t.tensor([1, Number.NaN]), t.tensor([Number.NaN, 2]));
    expect(t.toNested(x)).toEqual([1, 2]);
  });
});
