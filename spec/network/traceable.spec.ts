/**
 * Everything that can be part of a training step computes with tensor functions alone: each layer kind, loss and
 * optimiser is run on symbolic tensors, whose elements cannot be read. The registries are enumerated.
 */
import { describe, expect, it } from 'vitest';
import * as ag from '../../src/autograd/index.ts';
import type { Variable } from '../../src/autograd/index.ts';
import {
  distillationLoss,
  generalDistillationLoss,
  labelWeights,
  pruningMasks,
  pruningTransform,
  weightedMeanAbsoluteError,
} from '../../src/compression/index.ts';
import { buildNetwork, forward, layerKinds, layerRegistry, trainableParameters } from '../../src/network/index.ts';
import type { LayerSpec, Network, ParameterVariables, Transform } from '../../src/network/index.ts';
import { stream } from '../../src/random/index.ts';
import { isSymbolic, ones, symbolicInput, toFloats } from '../../src/tensor/index.ts';
import type { Tensor } from '../../src/tensor/index.ts';
import * as losses from '../../src/training/losses/index.ts';
import { clipTensorsByNorm, initialOptimizerState, stepScalars, updateParameter } from '../../src/training/index.ts';
import type { Optimizer } from '../../src/training/index.ts';

const BATCH = 6;

const leaf = (name: string, shape: readonly number[]): Variable => ag.variable(symbolicInput(name, shape));

/** Trace a network in training, with symbolic inputs, parameters and keys; demand gradients by all that is trained. */
const traceNetwork = (network: Network, transform?: Transform): Readonly<Record<string, Tensor>> => {
  const inputs = Object.fromEntries(network.inputs.map(({ name, shape }) => [name, leaf(name, [BATCH, ...shape])]));
  const parameters: ParameterVariables = Object.fromEntries(
    network.layers.map((layer) => [
      layer.name,
      Object.fromEntries(
        Object.entries(layer.parameters).map(([role, value]) => [role, leaf(`${layer.name}.${role}`, value.shape)]),
      ),
    ]),
  );
  const statistics: Record<string, Tensor> = {};
  const output = forward(network, inputs, {
    training: true,
    parameters,
    randomKeys: Object.fromEntries(network.layers.map(({ name }) => [name, symbolicInput(`key ${name}`, [2], 'i32')])),
    onStatistics: (layer, values) => {
      for (const [role, value] of Object.entries(values)) statistics[`${layer}.${role}`] = value;
    },
    ...(transform === undefined ? {} : { transform }),
  });
  expect(isSymbolic(output.value)).toBe(true);
  const wrt = [
    ...Object.values(inputs),
    ...trainableParameters(network).map((site) => parameters[site.layer]![site.role]!),
  ];
  expectGradients(output, wrt);
  return statistics;
};

const expectGradients = (output: Variable, wrt: readonly Variable[]): void => {
  const found = ag.gradients(ag.sum(ag.square(output)), wrt);
  expect(found.map((gradient) => gradient.shape)).toEqual(wrt.map((variable) => variable.value.shape));
  expect(found.map(isSymbolic)).toEqual(wrt.map(() => true));
};

const cases = layerKinds.flatMap((kind) =>
  layerRegistry[kind].examples.map((attributes) => [kind, attributes] as const),
);

describe('a trace', () => {
  it.each(cases)('takes layer kind %s with %o', (kind, attributes) => {
    const shapes = layerRegistry[kind].exampleInputs ?? [[4]];
    const inputs = shapes.map((shape, i) => ({ name: `x${i}`, shape }));
    const spec = { kind, name: 'it', attributes, inputs: inputs.map(({ name }) => name) } as LayerSpec;
    traceNetwork(buildNetwork('single', inputs, [spec], stream('traceable')));
  });

  it('reports running statistics as values of the trace', () => {
    const spec: LayerSpec = { kind: 'batchNormalization', name: 'bn' };
    const statistics = traceNetwork(buildNetwork('n', [{ name: 'x', shape: [5, 3] }], [spec], stream('traceable')));
    expect(Object.keys(statistics)).toEqual(['bn.movingMean', 'bn.movingVariance']);
    for (const value of Object.values(statistics)) {
      expect(isSymbolic(value)).toBe(true);
      expect(value.shape).toEqual([3]);
    }
  });

  it('takes pruned kernels', () => {
    const spec: LayerSpec = { kind: 'dense', attributes: { units: 3 } };
    const network = buildNetwork('n', [{ name: 'x', shape: [4] }], [spec], stream('traceable'));
    traceNetwork(network, pruningTransform(pruningMasks(network, 0.5)));
  });
});

const scores = (): Variable => leaf('prediction', [BATCH, 3]);
const values = (name: string): Tensor => symbolicInput(name, [BATCH, 3]);
const perSample = (name: string, dtype: 'f32' | 'i32' = 'f32'): Tensor => symbolicInput(name, [BATCH], dtype);
const classWeights = symbolicInput('class weights', [3]);

/** Each loss of `training` with all options that change what is computed. */
const lossCases: Readonly<Record<string, (x: Variable) => readonly Variable[]>> = {
  meanAbsoluteError: (x) => [losses.meanAbsoluteError(x, values('y'), { weights: values('w') })],
  meanSquaredError: (x) =>
    (['mean', 'sum', 'none'] as const).map((reduction) => losses.meanSquaredError(x, values('y'), { reduction })),
  smoothL1: (x) => [losses.smoothL1(x, values('y'), { beta: 0.5 })],
  huber: (x) => [losses.huber(x, values('y'), { delta: 2 })],
  logCosh: (x) => [losses.logCosh(x, values('y'))],
  binaryCrossEntropy: (x) => [losses.binaryCrossEntropy(x, values('y'))],
  binaryCrossEntropyWithLogits: (x) => [losses.binaryCrossEntropyWithLogits(x, values('y'), { posWeight: 3 })],
  hinge: (x) => [losses.hinge(x, values('y'))],
  squaredHinge: (x) => [losses.squaredHinge(x, values('y'))],
  crossEntropy: (x) => [
    losses.crossEntropy(x, perSample('y', 'i32'), { labelSmoothing: 0.1, classWeights }),
    losses.crossEntropy(x, values('y'), { labelSmoothing: 0.1, classWeights }),
  ],
  negativeLogLikelihood: (x) => [losses.negativeLogLikelihood(x, perSample('y', 'i32'), { classWeights })],
  multiMargin: (x) => [1, 2].map((p) => losses.multiMargin(x, perSample('y', 'i32'), { p: p as 1 | 2, margin: 0.5 })),
  cosineSimilarity: (x) => [losses.cosineSimilarity(x, values('y'))],
  cosineEmbedding: (x) => [losses.cosineEmbedding(x, values('y'), perSample('labels'), { margin: 0.1 })],
  klDivergence: (x) => [losses.klDivergence(x, values('y'))],
  distillationDivergence: (x) => [losses.distillationDivergence(x, values('y'), { temperature: 3 })],
  distillationBinary: (x) => [losses.distillationBinary(x, values('y'), { temperature: 3 })],
  softplus: (x) => [losses.softplus(x)],
};

const compressionCases: Readonly<Record<string, (x: Variable) => Variable>> = {
  weightedMeanAbsoluteError: (x) => weightedMeanAbsoluteError()(x, values('y'), { weights: values('w') }),
  labelWeights: (x) => ag.multiply(x, labelWeights(values('y'))),
  generalDistillationLoss: (x) =>
    generalDistillationLoss(
      { truth: values('truth'), teacher: values('teacher'), student: x },
      { alpha: 1, beta: 2, gamma: 3, temperature: 4 },
    ),
  distillationLoss: (x) => distillationLoss()(x, values('y'), { teacher: values('teacher'), weights: values('w') }),
};

describe('a trace', () => {
  const names = Object.keys(losses).filter((name) => name !== 'checkSameShape');

  it.each(names)('takes the loss %s', (name) => {
    const make = lossCases[name];
    expect(make, `a case of "${name}"`).toBeDefined();
    const x = scores();
    for (const loss of make!(x)) expectGradients(loss, [x]);
  });

  it.each(Object.entries(compressionCases))('takes %s', (_name, make) => {
    const x = scores();
    expectGradients(make(x), [x]);
  });
});

const optimizers: readonly Optimizer[] = [
  { kind: 'sgd' },
  { kind: 'sgd', momentum: 0.9, dampening: 0.1, nesterov: true, weightDecay: 0.01 },
  { kind: 'adam' },
  { kind: 'adam', amsgrad: true, weightDecay: 0.01 },
  { kind: 'adamw' },
  { kind: 'rmsprop' },
  { kind: 'rmsprop', momentum: 0.9, centered: true, weightDecay: 0.01 },
  { kind: 'adagrad', weightDecay: 0.01 },
];

describe('a trace', () => {
  it.each(optimizers)('takes an update of %o', (optimizer) => {
    const shape = [4, 3];
    const scalars = stepScalars(optimizer, { learningRate: 0.1 }, 1);
    const names = Object.keys(scalars);
    const slots = Object.keys(initialOptimizerState(optimizer, [12]).slots[0]!);
    const update = updateParameter(
      optimizer,
      Object.fromEntries(slots.map((name) => [name, symbolicInput(name, shape)])),
      symbolicInput('parameter', shape),
      symbolicInput('gradient', shape),
      Object.fromEntries(names.map((name) => [name, symbolicInput(name, [])])),
    );
    for (const value of [update.parameter, ...Object.values(update.slots)]) {
      expect(isSymbolic(value)).toBe(true);
      expect(value.shape).toEqual(shape);
    }
    expect(Object.keys(update.slots).toSorted()).toEqual(slots.toSorted());
    // What a trace takes as inputs must have the same names at every step and rate.
    expect(Object.keys(stepScalars(optimizer, { learningRate: 0, momentum: 0 }, 7))).toEqual(names);
  });

  it('takes clipping by norm', () => {
    const gradients = [symbolicInput('a', [4, 3]), symbolicInput('b', [3])];
    const clipped = clipTensorsByNorm(gradients, 1);
    expect([...clipped.gradients, clipped.norm].map((t) => t.shape)).toEqual([[4, 3], [3], []]);
    expect([...clipped.gradients, clipped.norm].every(isSymbolic)).toBe(true);
  });

  it('fails where values are read', () => {
    expect(() => toFloats(symbolicInput('x', [2]))).toThrow('The elements of a symbolic tensor (input) were read');
    expect(isSymbolic(ones([2]))).toBe(false);
  });
});
