/**
 * Images from training to gates: a network with convolutions is trained, pruned and quantized on synthetic tracks, and its
 * circuit computes what training saw.
 *
 * Weights and results have 8 bits and sums at most 42 terms, so that all sums of the float forward pass are exact.
 */
import { describe, expect, it } from 'vitest';
import { compileNetwork } from '../../src/compile/index.ts';
import {
  calibratePrecision,
  kernelSparsities,
  magnitudePruning,
  quantizationAware,
  quantizationTransform,
} from '../../src/compression/index.ts';
import { emulate } from '../../src/emulation/index.ts';
import { fractionBits, fromDouble, toDouble } from '../../src/fixed/index.ts';
import { buildNetwork, foldBatchNormalization, forward, type Network } from '../../src/network/index.ts';
import { stream } from '../../src/random/index.ts';
import { tensor, toFlat, type Tensor } from '../../src/tensor/index.ts';
import { eraseState, fit, meanSquaredError, type Dataset, type FitOptions } from '../../src/training/index.ts';

const SHAPE = [9, 16, 1] as const;
const SAMPLES = 500;

/** Straight tracks through nine layers, a noise hit now and then; the target is the slope in [−1, 1]. */
function tracks(name: string, count: number): Dataset & { readonly inputs: Tensor } {
  const random = stream('tracks', name);
  const images = new Float32Array(count * 9 * 16);
  const slopes = Float32Array.from({ length: count }, (_, n) => {
    const slope = random.uniform(-1, 1);
    for (let layer = 0; layer < 9; layer++) {
      const column = Math.round(7.5 + 1.5 * slope * (layer - 4) + random.uniform(-0.5, 0.5));
      if (column >= 0 && column < 16) images[(n * 9 + layer) * 16 + column] = 1;
    }
    images[n * 144 + random.integer(0, 144)] = 1;
    return slope;
  });
  return { inputs: tensor(images, [count, ...SHAPE]), targets: tensor(slopes, [count, 1]) };
}

const student = (): Network =>
  buildNetwork(
    'tracks',
    [{ name: 'x', shape: SHAPE }],
    [
      { kind: 'conv2d', name: 'c1', attributes: { filters: 3, size: [3, 3], useBias: false } },
      { kind: 'batchNormalization', name: 'bn' },
      { kind: 'relu', name: 'r1' },
      { kind: 'pooling2d', name: 'p1', attributes: { operation: 'maximum', size: [1, 2] } },
      { kind: 'depthwiseConv2d', name: 'c2', attributes: { size: [3, 3], strides: [2, 2] } },
      { kind: 'relu', name: 'r2' },
      { kind: 'flatten', name: 'flat' },
      { kind: 'dense', name: 'd1', attributes: { units: 8 } },
      { kind: 'relu', name: 'r3' },
      { kind: 'dense', name: 'd2', attributes: { units: 1 } },
    ],
    stream('tracks', 'start'),
  );

const options = (epochs: number): FitOptions => ({
  loss: (prediction, targets) => meanSquaredError(prediction, targets),
  epochs,
  batchSize: 50,
  learningRate: 0.01,
  stream: stream('tracks', 'fit'),
  onEager: (reason) => {
    throw new Error(`The step was not planned: ${reason}`);
  },
});

describe('a network of images', () => {
  it('is trained, pruned and quantized, and its circuit computes what training saw, to the bit', async () => {
    const data = tracks('training', SAMPLES);
    const floats = await fit(student(), data, options(12));
    const start = foldBatchNormalization(floats.network);
    const plan = calibratePrecision(start, data.inputs, { weightBits: 8, activationBits: 8 });
    const { network } = await fit(start, data, {
      ...options(6),
      transforms: [
        eraseState(magnitudePruning({ target: 0.5, end: 30, every: 5 })),
        eraseState(quantizationAware(plan)),
      ],
    });
    expect(network.layers.map(({ kind }) => kind)).not.toContain('batchNormalization');
    for (const { weights, zeros } of kernelSparsities(network)) expect(zeros / weights).toBeGreaterThanOrEqual(0.5);

    const test = tracks('test', 100);
    const seen = toFlat(forward(network, test.inputs, { transform: quantizationTransform(plan) }).value);
    const targets = toFlat(test.targets);
    const meanSquare = (values: ArrayLike<number>): number =>
      Array.from(values).reduce((sum, value) => sum + value * value, 0) / values.length;
    const errors = seen.map((value, n) => value - targets[n]!);
    expect(meanSquare(errors)).toBeLessThan(0.2 * meanSquare(targets));

    const graph = compileNetwork(network);
    const inputFormat = graph.inputs[0]!.formats[0]!;
    const codes = BigInt64Array.from(toFlat(test.inputs), (value) => fromDouble(value, inputFormat));
    const { outputs } = emulate(graph, 100, [codes]);
    const fraction = fractionBits(graph.layers.at(-1)!.circuit.outputs[0]!.formats[0]!);
    const found = Array.from(seen, (_, n) => toDouble(BigInt(outputs[0]![n]!), fraction));
    expect(found).toEqual(Array.from(seen));
  });
});
