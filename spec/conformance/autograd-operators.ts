/**
 * The operators of the vector files by name, made of the package's functions.
 *
 * Most are one call. Those that the package leaves to its users (mish, layer norm, segment operations …) are composed
 * here in one expression: what is tested is that the differentiable functions carry them.
 */
import * as ag from '../../src/autograd/index.ts';
import type { Variable } from '../../src/autograd/index.ts';
import { layerRegistry } from '../../src/network/index.ts';
import * as t from '../../src/tensor/index.ts';
import type { SliceRange, Tensor } from '../../src/tensor/index.ts';
import type { Operator } from './autograd-case.ts';
import { graphOperators } from './autograd-graphs.ts';
import { lossOperators } from './autograd-losses.ts';
import { netOperators } from './autograd-nets.ts';
import { windowOperators } from './autograd-windows.ts';

type Binary = (a: Variable, b: Variable) => Variable;
type Unary = (x: Variable) => Variable;

const binary =
  (f: Binary): Operator =>
  ({ a, b }) =>
    f(a!, b!);
const unary =
  (f: Unary): Operator =>
  ({ a }) =>
    f(a!);

/** A reduction with the files' options: axes (null is all) and keepdims. */
const reduction =
  (f: (x: Variable, axes: readonly number[] | null, keep: boolean, correction: number) => Variable): Operator =>
  ({ a }, { axes, keepdims, unbiased }) =>
    f(a!, axes, keepdims, unbiased ? 1 : 0);

const swapLast = (x: Variable): Variable => {
  const rank = x.value.shape.length;
  return ag.transpose(x, [...Array.from({ length: rank - 2 }, (_, i) => i), rank - 1, rank - 2]);
};

const elementwise: Readonly<Record<string, Operator>> = {
  add: binary(ag.add),
  sub: binary(ag.subtract),
  mul: binary(ag.multiply),
  div: binary(ag.divide),
  pow: binary(ag.pow),
  maximum: binary(ag.maximum),
  minimum: binary(ag.minimum),
  pow_scalar: ({ a }, { exponent }) => ag.powScalar(a!, exponent),
  neg: unary(ag.negate),
  square: unary(ag.square),
  exp: unary(ag.exp),
  expm1: unary(ag.expm1),
  log: unary(ag.log),
  log1p: unary(ag.log1p),
  log2: unary(ag.log2),
  sqrt: unary(ag.sqrt),
  rsqrt: unary((x) => ag.powScalar(x, -0.5)),
  reciprocal: unary((x) => ag.divide(1, x)),
  tanh: unary(ag.tanh),
  sigmoid: unary(ag.sigmoid),
  relu: unary(ag.relu),
  abs: unary(ag.abs),
  silu: unary((x) => ag.multiply(x, ag.sigmoid(x))),
  gelu: unary((x) => ag.multiply(ag.multiply(x, 0.5), ag.add(ag.erf(ag.multiply(x, Math.SQRT1_2)), 1))),
  gelu_tanh: unary((x) => {
    const inner = ag.multiply(ag.add(x, ag.multiply(ag.powScalar(x, 3), 0.044715)), Math.sqrt(2 / Math.PI));
    return ag.multiply(ag.multiply(x, 0.5), ag.add(ag.tanh(inner), 1));
  }),
  softsign: unary((x) => ag.divide(x, ag.add(ag.abs(x), 1))),
  logsigmoid: unary((x) => ag.negate(ag.softplus(ag.negate(x)))),
  mish: unary((x) => ag.multiply(x, ag.tanh(ag.softplus(x)))),
  sin: unary(ag.sin),
  cos: unary(ag.cos),
  erf: unary(ag.erf),
  selu: unary((x) => ag.multiply(elu(x, 1.6732632423543772), 1.0507009873554805)),
  leaky_relu: ({ a }, { alpha }) => ag.leakyRelu(a!, alpha),
  elu: ({ a }, { alpha }) => elu(a!, alpha),
  softplus: ({ a }, { beta }) => ag.divide(ag.softplus(ag.multiply(a!, beta)), beta),
  relu6: unary((x) => ag.clip(x, 0, 6)),
  hard_sigmoid: unary((x) => ag.divide(ag.clip(ag.add(x, 3), 0, 6), 6)),
  hard_tanh: unary((x) => ag.clip(x, -1, 1)),
  clip: ({ a }, { min, max }) => ag.clip(a!, min ?? -Infinity, max ?? Infinity),
  expr_fanout: binary((a, b) => {
    const gates = ag.sum(ag.sigmoid(ag.divide(a, b)), 0, true);
    return ag.subtract(ag.multiply(ag.tanh(ag.add(ag.multiply(a, b), a)), a), ag.multiply(gates, b));
  }),
};

function elu(x: Variable, alpha: number): Variable {
  return ag.where(t.greater(x.value, 0), x, ag.multiply(ag.expm1(ag.minimum(x, 0)), alpha));
}

const linear: Readonly<Record<string, Operator>> = {
  matmul: ({ a, b }, { transA, transB }) => ag.matmul(transA ? swapLast(a!) : a!, transB ? swapLast(b!) : b!),
  linear: ({ x, w, b }) => (b === undefined ? ag.matmul(x!, ag.transpose(w!)) : ag.dense(x!, ag.transpose(w!), b)),
  outer: binary((a, b) => ag.multiply(ag.expandDims(a, 1), b)),
};

const reduce: Readonly<Record<string, Operator>> = {
  sum: reduction(ag.sum),
  mean: reduction(ag.mean),
  max: reduction(ag.max),
  min: reduction(ag.min),
  var: reduction(ag.variance),
  std: reduction(ag.std),
  logsumexp: reduction(ag.logSumExp),
  l1norm: reduction((x, axes, keep) => ag.sum(ag.abs(x), axes, keep)),
  l2norm: reduction((x, axes, keep) => ag.sqrt(ag.sum(ag.square(x), axes, keep))),
  argmax: ({ a }, { axis, keepdims }) => ag.argmax(a!, axis ?? undefined, keepdims ?? false),
  argmin: ({ a }, { axis, keepdims }) => ag.argmin(a!, axis ?? undefined, keepdims ?? false),
  cumsum: ({ a }, { axis }) => ag.cumsum(a!, axis),
  prod: ({ a }, { axis, keepdims }) => ag.prod(a!, axis ?? undefined, keepdims ?? false),
  topk: ({ a }, { k, axis, largest }) => ag.topk(a!, k, axis, largest),
  sort: ({ a }, { axis, descending }) => ag.topk(a!, a!.value.shape.at(axis)!, axis, descending),
  softmax: ({ a }, { axis }) => ag.softmax(a!, axis),
  log_softmax: ({ a }, { axis }) => ag.logSoftmax(a!, axis),
  softmax_T: ({ a }, { axis, temperature }) => ag.softmax(ag.divide(a!, temperature), axis),
};

/** Rows of each segment, for the operations on unsorted segments of the first axis. */
function segments(ids: Tensor, count: number): Tensor[] {
  const flat = Array.from(t.toFlat(ids));
  return Array.from({ length: count }, (_, id) =>
    t.tensor(
      flat.flatMap((own, row) => (own === id ? [row] : [])),
      undefined,
      'i32',
    ),
  );
}

const bySegment =
  (f: (rows: Variable) => Variable): Operator =>
  ({ a, segment }, { num_segments }) =>
    ag.stack(
      segments(segment!.value, num_segments).map((rows) =>
        rows.shape[0] === 0 ? t.zeros(a!.value.shape.slice(1)) : f(ag.indexSelect(a!, rows)),
      ),
    );

const ordered = (inputs: Readonly<Record<string, Variable>>): Variable[] =>
  Object.keys(inputs)
    .toSorted((a, b) => Number(a.slice(1)) - Number(b.slice(1)))
    .map((name) => inputs[name]!);

const shape: Readonly<Record<string, Operator>> = {
  index_select: ({ a, index }, { axis }) => ag.indexSelect(a!, index!.value, axis),
  gather: ({ a, index }, { axis }) => ag.gather(a!, index!.value, axis),
  scatter_add: ({ a, index, src }, { axis }) => ag.scatterAdd(a!, index!.value, src!, axis),
  segment_sum: bySegment((rows) => ag.sum(rows, 0)),
  segment_mean: bySegment((rows) => ag.mean(rows, 0)),
  segment_max: bySegment((rows) => ag.max(rows, 0)),
  concat: (inputs, { axis }) => ag.concat(ordered(inputs), axis),
  stack: (inputs, { axis }) => ag.stack(ordered(inputs), axis),
  slice: ({ a }, { slices }) => ag.slice(a!, slices),
  pad: ({ a }, { pads, value }) => ag.pad(a!, pads, value),
  transpose: ({ a }, { perm }) => ag.transpose(a!, perm),
  transpose_then_reshape: ({ a }, { perm }) => ag.multiply(ag.reshape(ag.transpose(a!, perm), [-1]), 1.5),
  reshape: ({ a }, { shape: to }) => ag.reshape(a!, to),
  broadcast_to: ({ a }, { shape: to }) => ag.broadcastTo(a!, to),
  tile: ({ a }, { reps }) => ag.tile(a!, reps),
  flip: ({ a }, { axes }) => ag.flip(a!, axes),
  split: ({ a }, { sizes, axis }) => {
    let start = 0;
    const parts = (sizes as readonly number[]).map((extent, i): [string, Variable] => {
      const ranges: SliceRange[] = [...new Array<null>(axis).fill(null), [start, start + extent]];
      start += extent;
      return [`y${i}`, ag.slice(a!, ranges)];
    });
    return Object.fromEntries(parts);
  },
  where: ({ cond, a, b }) => ag.where(cond!, a!, b!),
  squeeze: ({ a }, { axis }) => ag.squeeze(a!, axis),
  unsqueeze: ({ a }, { axis }) => ag.expandDims(a!, axis),
  embedding: ({ w, index }) => ag.indexSelect(w!, index!.value),
};

/** Run the package's batch normalisation, which stands on the last axis, over axis 1. */
function batchNormalization(training: boolean): Operator {
  return ({ x, gamma, beta, running_mean, running_var }, { eps, momentum }) => {
    const rank = x!.value.shape.length;
    const toLast = [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1];
    const back = toLast.map((_, axis) => toLast.indexOf(axis));
    const roles: Readonly<Record<string, Variable>> = {
      gamma: gamma!,
      beta: beta!,
      movingMean: running_mean!,
      movingVariance: running_var!,
    };
    let statistics: Readonly<Record<string, Tensor>> = {};
    const y = layerRegistry.batchNormalization.forward(
      { epsilon: eps, momentum: 1 - (momentum ?? 0) },
      [ag.transpose(x!, toLast)],
      {
        layer: 'norm',
        training,
        parameter: (role) => roles[role]!,
        randomKey: () => {
          throw new Error('Batch normalisation draws no random numbers.');
        },
        reportStatistics: (reported) => (statistics = reported),
      },
    );
    const normalized = ag.transpose(y, back);
    if (!training) return normalized;
    const axes = toLast.slice(0, -1);
    const unbiased = t.var(x!.value, axes, false, 1);
    const mixed = t.add(t.multiply(running_var!.value, 1 - momentum), t.multiply(unbiased, momentum));
    return {
      y: normalized,
      new_running_mean: ag.constant(statistics['movingMean']!),
      new_running_var_biased: ag.constant(statistics['movingVariance']!),
      new_running_var_unbiased: ag.constant(mixed),
    };
  };
}

const norm: Readonly<Record<string, Operator>> = {
  batch_norm_train: batchNormalization(true),
  batch_norm_eval: batchNormalization(false),
  layer_norm: ({ x, gamma, beta }, { normalized_shape, eps }) => {
    const axes = (normalized_shape as readonly number[]).map((_, i) => -1 - i);
    const centred = ag.subtract(x!, ag.mean(x!, axes, true));
    const deviation = ag.sqrt(ag.add(ag.variance(x!, axes, true), eps));
    return ag.add(ag.multiply(ag.divide(centred, deviation), gamma!), beta!);
  },
  l2_normalize: ({ x }, { axis }) => ag.divide(x!, ag.maximum(ag.sqrt(ag.sum(ag.square(x!), axis, true)), 1e-12)),
  dropout_mask: ({ x, mask }, { p }) => ag.divide(ag.multiply(x!, mask!), 1 - p),
};

/** All operators by name. */
export const operators: Readonly<Record<string, Operator>> = {
  ...elementwise,
  ...linear,
  ...reduce,
  ...shape,
  ...norm,
  ...lossOperators,
  ...windowOperators,
  ...graphOperators,
  ...netOperators,
};
