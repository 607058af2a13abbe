/** A gradient check of every rule in the table: a primitive without a case here fails. */
import { describe, expect, it } from 'vitest';
import * as ag from '../../src/autograd/index.ts';
import type { Variable } from '../../src/autograd/index.ts';
import { stream } from '../../src/random/index.ts';
import * as t from '../../src/tensor/index.ts';
import type { Tensor } from '../../src/tensor/index.ts';

interface RuleCase {
  readonly fn: (...inputs: Variable[]) => Variable;
  readonly inputs: readonly Tensor[];
}

const random = stream('gradient rules');
const uniform = (shape: readonly number[], lo: number, hi: number): Tensor =>
  t.tensor(
    Float32Array.from({ length: t.sizeOfShape(shape) }, () => random.uniform(lo, hi)),
    shape,
  );
const normal = (...shape: number[]): Tensor => uniform(shape, -1.5, 1.5);
const positive = (...shape: number[]): Tensor => uniform(shape, 0.5, 2);
/** Values at least 0.1 apart and 0.05 from 0: no step of a difference quotient crosses a kink or a tie. */
const spread = (...shape: number[]): Tensor => {
  const order = random.permutation(t.sizeOfShape(shape));
  return t.tensor(
    Float32Array.from(order, (i) => 0.1 * (i - order.length / 2) + 0.05),
    shape,
  );
};
const indices = (values: readonly number[], shape: readonly number[]): Tensor => t.tensor(values, shape, 'i32');

/** A binary operation over all ways of broadcasting. */
const binary = (f: (a: Variable, b: Variable) => Variable, make: (...shape: number[]) => Tensor): RuleCase[] => [
  { fn: f, inputs: [make(2, 3), make(2, 3)] },
  { fn: f, inputs: [make(2, 3), make(3)] },
  { fn: f, inputs: [make(2, 1), make(1, 3)] },
  { fn: f, inputs: [make(), make(2, 2)] },
];
const unary = (f: (x: Variable) => Variable, input: Tensor = normal(3, 4)): RuleCase[] => [{ fn: f, inputs: [input] }];
/** A reduction over all kinds of axes. */
const reduction = (
  f: (x: Variable, axes: readonly number[] | null, keep: boolean) => Variable,
  make = normal,
): RuleCase[] =>
  [null, [0], [1], [-1], [0, 2]].flatMap((axes) =>
    [false, true].map((keep) => ({ fn: (x: Variable) => f(x, axes, keep), inputs: [make(2, 3, 2)] })),
  );

const cases: Readonly<Record<ag.Primitive, readonly RuleCase[]>> = {
  add: binary(ag.add, normal),
  subtract: binary(ag.subtract, normal),
  multiply: binary(ag.multiply, normal),
  divide: binary(ag.divide, positive),
  maximum: [
    {
      fn: ag.maximum,
      inputs: [t.slice(spread(4, 3), [[0, 2]]), t.slice(spread(5, 3), [[3, 5]])].map((x) => t.multiply(x, 3)),
    },
  ],
  minimum: [{ fn: (a, b) => ag.minimum(a, ag.add(b, 0.03)), inputs: [spread(2, 3), t.multiply(spread(3), 1.5)] }],
  pow: binary(ag.pow, positive),
  atan2: binary(ag.atan2, positive),
  where: [{ fn: (a, b) => ag.where(t.fromArray([[1], [0]]), a, b), inputs: [normal(2, 3), normal(3)] }],
  powScalar: [2, 3, 0.5, -1, 1.7, 0].map((exponent) => ({
    fn: (x) => ag.powScalar(x, exponent),
    inputs: [positive(3)],
  })),
  leakyRelu: unary((x) => ag.leakyRelu(x, 0.3), spread(3, 4)),
  clip: unary((x) => ag.clip(x, -0.3, 0.4), spread(3, 4)),
  negate: unary(ag.negate),
  abs: unary(ag.abs, spread(3, 4)),
  square: unary(ag.square),
  sqrt: unary(ag.sqrt, positive(5)),
  exp: unary(ag.exp),
  expm1: unary(ag.expm1),
  log: unary(ag.log, positive(5)),
  log1p: unary(ag.log1p, positive(5)),
  log2: unary(ag.log2, positive(5)),
  tanh: unary(ag.tanh),
  sinh: unary(ag.sinh),
  cosh: unary(ag.cosh),
  asinh: unary(ag.asinh),
  sigmoid: unary(ag.sigmoid),
  softplus: unary(ag.softplus),
  relu: unary(ag.relu, spread(3, 4)),
  sin: unary(ag.sin),
  cos: unary(ag.cos),
  erf: unary(ag.erf),
  sum: reduction(ag.sum),
  mean: reduction(ag.mean),
  variance: [
    ...reduction(ag.variance),
    ...reduction((x, axes, keep) => ag.variance(x, axes === null ? null : [1, 2], keep, 1)),
    ...reduction(ag.std),
  ],
  max: reduction(ag.max, spread),
  min: reduction(ag.min, spread),
  logSumExp: reduction(ag.logSumExp),
  prod: [
    { fn: (x) => ag.prod(x, 1), inputs: [normal(2, 3, 2)] },
    { fn: (x) => ag.prod(x), inputs: [normal(2, 2)] },
    { fn: (x) => ag.prod(x, 0, true), inputs: [t.tensor([0, 2, 3])] },
    { fn: (x) => ag.prod(x, 0), inputs: [t.tensor([0, 2, 0])] },
  ],
  cumsum: [0, 1, -1].map((axis) => ({ fn: (x) => ag.cumsum(x, axis), inputs: [normal(2, 3, 2)] })),
  softmax: [0, -1].map((axis) => ({ fn: (x) => ag.softmax(x, axis), inputs: [normal(3, 4)] })),
  standardize: [
    { fn: (x) => ag.standardize(x, [0], 0.1), inputs: [normal(5, 3)] },
    { fn: (x) => ag.standardize(x, [0, 1], 0.01), inputs: [normal(4, 2, 3)] },
    { fn: (x) => ag.standardize(x, -1, 0.1), inputs: [normal(2, 5)] },
  ],
  logSoftmax: [0, -1].map((axis) => ({ fn: (x) => ag.logSoftmax(x, axis), inputs: [normal(3, 4)] })),
  matmul: [
    { fn: ag.matmul, inputs: [normal(3, 4), normal(4, 2)] },
    { fn: (a, b) => ag.matmul(ag.transpose(a), ag.transpose(b)), inputs: [normal(4, 3), normal(2, 4)] },
    { fn: ag.matmul, inputs: [normal(3), normal(3)] },
    { fn: ag.matmul, inputs: [normal(2, 3), normal(3)] },
    { fn: ag.matmul, inputs: [normal(3), normal(3, 2)] },
    { fn: ag.matmul, inputs: [normal(2, 3, 2), normal(2, 2)] },
    { fn: ag.matmul, inputs: [normal(3), normal(2, 3, 2)] },
    { fn: ag.matmul, inputs: [normal(2, 1, 2, 3), normal(2, 3, 2)] },
    { fn: ag.matmul, inputs: [normal(2, 3), normal(2, 3, 2)] },
  ],
  dense: [
    { fn: ag.dense, inputs: [normal(3, 4), normal(4, 2), normal(2)] },
    { fn: ag.dense, inputs: [normal(2, 3, 4), normal(4, 2), normal(2)] },
    { fn: ag.dense, inputs: [normal(4), normal(4, 2), normal(2)] },
  ],
  convolve: [
    { fn: (x, k) => ag.convolve(x, k), inputs: [normal(2, 5, 3), normal(2, 3, 2)] },
    {
      fn: (x, k) => ag.convolve(x, k, { strides: [2], dilation: [2], pads: [[1, 2]], groups: 2 }),
      inputs: [normal(2, 6, 4), normal(3, 2, 2)],
    },
    { fn: (x, k) => ag.convolve(x, k), inputs: [normal(1, 3, 4, 2), normal(2, 3, 2, 2)] },
    { fn: (x, k) => ag.convolve(x, k, { strides: [2, 1] }), inputs: [normal(2, 4, 3, 2), normal(1, 1, 2, 3)] },
    {
      fn: (x, k) => ag.convolve(x, k, { strides: [3, 2], dilation: [1, 2], groups: 3 }),
      inputs: [normal(1, 5, 6, 3), normal(2, 2, 1, 3)],
    },
  ],
  convolveTransposed: [
    { fn: (x, k) => ag.convolveTransposed(x, k), inputs: [normal(2, 3, 2), normal(3, 1, 2)] },
    {
      fn: (x, k) => ag.convolveTransposed(x, k, { strides: [2, 1], dilation: [1, 2], groups: 2 }),
      inputs: [normal(1, 2, 3, 4), normal(3, 2, 1, 4)],
    },
  ],
  maxPool: [
    { fn: (x) => ag.maxPool(x, { size: [2] }), inputs: [spread(2, 5, 2)] },
    { fn: (x) => ag.maxPool(x, { size: [3], strides: [1], pads: [[1, 1]] }), inputs: [spread(1, 5, 2)] },
    { fn: (x) => ag.maxPool(x, { size: [2, 3], strides: [1, 2] }), inputs: [spread(1, 3, 5, 2)] },
  ],
  averagePool: [
    { fn: (x) => ag.averagePool(x, { size: [2] }), inputs: [normal(2, 5, 2)] },
    ...[false, true].map((countPadding): RuleCase => ({
      fn: (x) =>
        ag.averagePool(x, {
          size: [2, 3],
          strides: [1, 2],
          pads: [
            [1, 0],
            [1, 2],
          ],
          countPadding,
        }),
      inputs: [normal(1, 3, 5, 2)],
    })),
  ],
  // On a grid finer than f32 resolves in a difference quotient, the straight-through gradient is the gradient.
  quantize: (
    [
      ['AP_SAT', 'clipped'],
      ['AP_SAT_ZERO', 'clipped'],
      ['AP_WRAP', 'clipped'],
      ['AP_WRAP', 'identity'],
    ] as const
  ).flatMap(([overflow, estimator]) => {
    const half = 2 ** 19;
    const range = { step: 0.5 / half, scale: 2 * half, lo: -half, hi: half - 1, span: 2 * half };
    return unary((x) => ag.quantize(x, { ...range, quantization: 'AP_RND', overflow }, estimator), spread(3, 4));
  }),
  reshape: [...unary((x) => ag.reshape(x, [2, -1])), ...unary((x) => ag.squeeze(ag.expandDims(ag.transpose(x), 1)))],
  transpose: [...unary((x) => ag.transpose(x)), { fn: (x) => ag.transpose(x, [2, 0, 1]), inputs: [normal(2, 3, 2)] }],
  slice: [
    ...unary((x) =>
      ag.slice(x, [
        [0, 3, 2],
        [-2, 4],
      ]),
    ),
    ...unary((x) => ag.slice(x, [null, [1, 4, 2]])),
  ],
  broadcastTo: [
    { fn: (x) => ag.broadcastTo(x, [2, 3, 4]), inputs: [normal(3, 1)] },
    { fn: (x) => ag.tile(x, [2, 1, 3]), inputs: [normal(2, 2)] },
  ],
  flip: unary((x) => ag.flip(x, 0)),
  concat: [
    { fn: (a, b) => ag.concat([a, t.ones([1, 2]), b, a], 0), inputs: [normal(2, 2), normal(1, 2)] },
    { fn: (a, b) => ag.stack([a, b, a], -1), inputs: [normal(2), normal(2)] },
  ],
  pad: unary((x) =>
    ag.pad(
      x,
      [
        [1, 0],
        [0, 2],
      ],
      7,
    ),
  ),
  gather: [
    { fn: (x) => ag.gather(x, indices([0, 2, 2, 1], [2, 2]), 0), inputs: [normal(3, 2)] },
    { fn: (x) => ag.topk(x, 2).values, inputs: [spread(3, 4)] },
  ],
  indexSelect: [
    { fn: (x) => ag.indexSelect(x, indices([2, 0, 2], [3]), 1), inputs: [normal(2, 3)] },
    { fn: (x) => ag.indexSelect(x, indices([1, 1, 0, 2], [2, 2])), inputs: [normal(3, 2)] },
  ],
  scatterAdd: [
    { fn: (x, y) => ag.scatterAdd(x, indices([0, 2, 2, 1], [2, 2]), y, 0), inputs: [normal(3, 2), normal(3, 2)] },
  ],
  custom: unary((x) =>
    ag.customGradient(t.powScalar(x.value, 3), [x], (g) => [t.multiply(g, t.multiply(3, t.square(x.value)))]),
  ),
};

describe('gradient rules', () => {
  it.each(Object.keys(ag.rules) as ag.Primitive[])('%s agrees with central differences', (primitive) => {
    const list = cases[primitive] ?? [];
    expect(list.length, `a gradient-check case of "${primitive}"`).toBeGreaterThan(0);
    for (const { fn, inputs } of list) {
      const used = recorded(fn(...inputs.map(ag.variable)));
      expect(used, `the case of "${primitive}" must use it`).toContain(primitive);
      expect(ag.checkGradient(fn, inputs)).toMatchObject({ passed: true });
    }
  });

  it('a missing rule throws its name and what there is', () => {
    expect(() => ag.ruleOf('fft')).toThrow('There is no gradient rule for "fft"; there are rules for add, subtract,');
  });
});

/** Names of the primitives that a result depends on. */
function recorded(output: Variable): Set<string> {
  const names = new Set<string>();
  const visit = ({ record }: Variable): void => {
    if (record === null) return;
    names.add(record.primitive);
    record.inputs.forEach(visit);
  };
  visit(output);
  return names;
}
