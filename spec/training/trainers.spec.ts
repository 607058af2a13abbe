/** Training by plans has the bits of training by tensor functions, with any number of workers, for all kinds of network. */
import { afterEach, describe, expect, it } from 'vitest';
import { eraseState, fit, type FitOptions, type LossFunction, type Optimizer } from '../../src/training/index.ts';
import { crossEntropy, meanAbsoluteError, meanSquaredError } from '../../src/training/index.ts';
import { magnitudePruning, quantizationAware } from '../../src/compression/index.ts';
import { buildNetwork, hashNetwork, sha256, type LayerSpec } from '../../src/network/index.ts';
import { stream } from '../../src/random/index.ts';
import { setComputeBackend, tensor, type Tensor } from '../../src/tensor/index.ts';

const random = (name: string, shape: readonly number[]): Tensor => {
  const source = stream('trainers', name);
  const count = shape.reduce((product, n) => product * n, 1);
  return tensor(
    Float32Array.from({ length: count }, () => source.uniform(-1, 1)),
    shape,
  );
};

interface Case {
  readonly input: readonly number[];
  readonly layers: readonly LayerSpec[];
  readonly outputs: number;
  readonly loss?: LossFunction;
  /** Class indices in place of numbers. */
  readonly classes?: boolean;
  readonly options?: Partial<FitOptions>;
}

const squared: LossFunction = (prediction, targets) => meanSquaredError(prediction, targets);

const dense = (units: number): LayerSpec => ({ kind: 'dense', attributes: { units } });
const conv = (filters: number, size: number[], padding: 'valid' | 'same' = 'same', strides = [1, 1]): LayerSpec => ({
  kind: 'conv2d',
  attributes: { filters, size, padding, strides },
});
const relu: LayerSpec = { kind: 'relu' };

const cases: Readonly<Record<string, Case>> = {
  'a dense network': { input: [7], layers: [dense(13), relu, dense(8), { kind: 'tanh' }, dense(2)], outputs: 2 },
  'one with batch normalisation and dropout': {
    input: [16],
    layers: [
      dense(24),
      relu,
      { kind: 'dropout', attributes: { rate: 0.2 } },
      dense(9),
      { kind: 'batchNormalization' },
      relu,
      dense(1),
      { kind: 'sigmoid' },
    ],
    outputs: 1,
    loss: (prediction, targets) => meanAbsoluteError(prediction, targets),
  },
  'a classifier': {
    input: [5],
    layers: [dense(12), { kind: 'elu' }, dense(4)],
    outputs: 1,
    classes: true,
    loss: (prediction, targets) => crossEntropy(prediction, targets),
  },
  'a convolutional network': {
    input: [5, 9, 2],
    layers: [
      conv(6, [3, 3]),
      relu,
      { kind: 'pooling2d', attributes: { operation: 'maximum', size: [1, 2] } },
      conv(5, [3, 2], 'valid', [2, 1]),
      relu,
      { kind: 'flatten' },
      dense(3),
    ],
    outputs: 3,
  },
  'one over lines': {
    input: [12, 3],
    layers: [
      { kind: 'conv1d', attributes: { filters: 4, size: [3], padding: 'same', dilation: [2] } },
      { kind: 'softplus' },
      { kind: 'pooling1d', attributes: { operation: 'average', size: [3], strides: [2], padding: 'same' } },
      { kind: 'globalPooling', attributes: { operation: 'average' } },
      dense(2),
    ],
    outputs: 2,
  },
  'depthwise and pointwise convolutions': {
    input: [5, 9, 2],
    layers: [
      { kind: 'depthwiseConv2d', attributes: { size: [3, 3], padding: 'same', depthMultiplier: 3 } },
      conv(5, [1, 1]),
      relu,
      { kind: 'depthwiseConv2d', attributes: { size: [2, 3], strides: [1, 2] } },
      relu,
      { kind: 'flatten' },
      dense(2),
    ],
    outputs: 2,
  },
  'causal convolutions': {
    input: [12, 3],
    layers: [
      { kind: 'conv1d', attributes: { filters: 4, size: [3], padding: 'causal', dilation: [2] } },
      { kind: 'tanh' },
      { kind: 'depthwiseConv1d', attributes: { size: [2], padding: 'causal', strides: [2] } },
      { kind: 'flatten' },
      dense(2),
    ],
    outputs: 2,
  },
  'gradients clipped': { input: [6], layers: [dense(10), relu, dense(1)], outputs: 1, options: { clipNorm: 0.05 } },
  'quantization and pruning': {
    input: [6],
    layers: [
      { ...dense(70), name: 'a' } as LayerSpec,
      { ...relu, name: 'r' } as LayerSpec,
      { ...dense(1), name: 'b' } as LayerSpec,
    ],
    outputs: 1,
    options: {
      transforms: [
        eraseState(magnitudePruning({ target: 0.5, begin: 1, end: 6, every: 2 })),
        eraseState(
          quantizationAware({
            a: { weight: 'ap_fixed<8,2,AP_RND_CONV,AP_SAT>' },
            r: { result: 'ap_ufixed<8,2,AP_TRN,AP_SAT>' },
            b: { weight: 'ap_fixed<8,1,AP_RND_CONV,AP_SAT>' },
          }),
        ),
      ],
    },
  },
  'quantization and pruning of convolutions': {
    input: [4, 5, 3],
    layers: [
      { ...conv(6, [2, 2]), name: 'a' } as LayerSpec,
      { ...relu, name: 'r' } as LayerSpec,
      { kind: 'depthwiseConv2d', name: 'b', attributes: { size: [2, 2], depthMultiplier: 2 } },
      { kind: 'flatten' },
      dense(1),
    ],
    outputs: 1,
    options: {
      transforms: [
        eraseState(magnitudePruning({ target: 0.5, begin: 1, end: 6, every: 2 })),
        eraseState(
          quantizationAware({
            a: { weight: 'ap_fixed<8,2,AP_RND_CONV,AP_SAT>' },
            r: { result: 'ap_ufixed<8,2,AP_TRN,AP_SAT>' },
            b: { weight: 'ap_fixed<6,1,AP_RND_CONV,AP_SAT>', result: 'ap_fixed<8,3,AP_RND,AP_SAT>' },
          }),
        ),
      ],
    },
  },
};

const optimizers: Readonly<Record<string, Optimizer>> = {
  sgd: { kind: 'sgd', momentum: 0.9, nesterov: true },
  adamw: { kind: 'adamw', weightDecay: 0.05, amsgrad: true },
  rmsprop: { kind: 'rmsprop', momentum: 0.5, centered: true, weightDecay: 0.01 },
  adagrad: { kind: 'adagrad' },
};

/** Train for two epochs of uneven batches; the hash covers parameters, buffers and the history of losses. */
async function trained(item: Case, backend: 'js' | 'wasm', workers = 1, optimizer?: Optimizer): Promise<string> {
  setComputeBackend(backend);
  const samples = 300;
  const targets = random('targets', [samples, item.outputs]);
  const classes = tensor(
    Int32Array.from(targets.data.slice(0, samples), (value) => Math.floor(2 * value + 2)),
    [samples],
    'i32',
  );
  const network = buildNetwork('n', [{ name: 'x', shape: item.input }], item.layers, stream('trainers', 'start'));
  const result = await fit(
    network,
    { inputs: random('inputs', [samples, ...item.input]), targets: item.classes === true ? classes : targets },
    {
      loss: item.loss ?? squared,
      epochs: 2,
      batchSize: 200,
      stream: stream('trainers', 'fit'),
      workers,
      ...(optimizer && { optimizer }),
      onEager: (reason) => {
        throw new Error(`The step was not planned: ${reason}`);
      },
      ...item.options,
    },
  );
  const { optimizer: state } = result.checkpoint;
  const buffers = state.slots.map((slots) => Object.entries(slots).map(([name, values]) => [name, ...values]));
  return sha256(JSON.stringify([hashNetwork(result.network), state.step, buffers, result.history]));
}

afterEach(() => {
  setComputeBackend('wasm');
});

describe('a planned step', () => {
  it.each(Object.keys(cases))('trains %s to the bits of the reference', async (name) => {
    const reference = await trained(cases[name]!, 'js');
    expect(await trained(cases[name]!, 'wasm')).toBe(reference);
    expect(await trained(cases[name]!, 'wasm', 3)).toBe(reference);
  });

  it.each(Object.keys(optimizers))('updates by %s to the bits of the reference', async (name) => {
    const item = cases['a dense network']!;
    expect(await trained(item, 'wasm', 2, optimizers[name])).toBe(await trained(item, 'js', 1, optimizers[name]));
  });

  it('is traced once per size of batch, not once per epoch', async () => {
    let traces = 0;
    const item = cases['a dense network']!;
    const counting: LossFunction = (...operands) => {
      traces += 1;
      return squared(...operands);
    };
    await trained({ ...item, loss: counting }, 'wasm');
    expect(traces).toBe(2);
  });

  it('gives the same bits with 1, 2 and 16 workers', async () => {
    const item = cases['one with batch normalisation and dropout']!;
    const hashes = [];
    for (const workers of [1, 2, 16]) hashes.push(await trained(item, 'wasm', workers));
    expect(new Set(hashes).size).toBe(1);
  });
});
