import { describe, expect, it } from 'vitest';
import { memorySource } from '../../src/training/batch-source.ts';
import { fit, meanSquaredError } from '../../src/training/index.ts';
import type { Checkpoint, FitOptions, NamedDataset } from '../../src/training/index.ts';
import { ValueError } from '../../src/errors.ts';
import { buildNetwork } from '../../src/network/index.ts';
import type { LayerSpec, Network } from '../../src/network/index.ts';
import { stream } from '../../src/random/index.ts';
import { tensor } from '../../src/tensor/index.ts';

const layers: readonly LayerSpec[] = [
  { kind: 'dense', name: 'fc', attributes: { units: 4 } },
  { kind: 'relu', name: 'act' },
  { kind: 'dense', name: 'out', attributes: { units: 1 } },
];

const build = (specs: readonly LayerSpec[], input = 'x', seed = 1): Network =>
  buildNetwork('n', [{ name: input, shape: [2] }], specs, stream(seed));

const data = (input = 'x'): NamedDataset => ({
  inputs: { [input]: tensor(new Float32Array(40), [20, 2]) },
  targets: tensor(new Float32Array(20), [20, 1]),
  extras: {},
});

const options: FitOptions = {
  loss: (y, t) => meanSquaredError(y, t),
  epochs: 1,
  batchSize: 10,
  stream: stream('fit'),
};

const checkpoint = async (change: Partial<FitOptions> = {}): Promise<Checkpoint> =>
  (await fit(build(layers), data(), { ...options, ...change })).checkpoint;

describe('a checkpoint', () => {
  it('goes on with a network of other values and with more epochs', async () => {
    const resume = await checkpoint();
    const result = await fit(build(layers, 'x', 2), data(), { ...options, epochs: 2, resume });
    expect(result.history).toHaveLength(2);
  });

  it.each([
    [
      'another input',
      build(layers, 'y'),
      'it has input "x" [2] where this training has input "y" [2]; they must be equal.',
    ],
    [
      'another width',
      build(layers.with(0, { kind: 'dense', name: 'fc', attributes: { units: 5 } })),
      /it has dense layer "fc" \(of x; units 4; .*kernel \[2, 4\]\) where this training has dense layer "fc" \(of x; units 5; .*kernel \[2, 5\]\); they must be equal\.$/,
    ],
    [
      'another kind of layer',
      build(layers.with(1, { kind: 'tanh', name: 'act' })),
      'it has relu layer "act" (of fc) where this training has tanh layer "act" (of fc); they must be equal.',
    ],
    [
      'another attribute',
      build(layers.with(1, { kind: 'leakyRelu', name: 'act', attributes: { slope: 0.5 } })),
      /where this training has leakyRelu layer "act" \(of fc; slope 0\.5\)/,
    ],
    ['another layer name', build(layers.with(0, { ...layers[0]!, name: 'other' })), /dense layer "other"/],
    [
      'fewer layers',
      build(layers.slice(0, 1)),
      'it has relu layer "act" (of fc) where this training has outputs fc; they must be equal.',
    ],
  ])('of another network is refused: %s', async (_what, network, message) => {
    const resume = await checkpoint();
    const [input] = network.inputs;
    const running = fit(network, data(input!.name), { ...options, resume });
    await expect(running).rejects.toThrow(ValueError);
    await expect(running).rejects.toThrow('The checkpoint is of another network: ');
    await expect(running).rejects.toThrow(message);
  });

  it('of another optimizer is refused', async () => {
    const resume = await checkpoint();
    await expect(fit(build(layers), data(), { ...options, optimizer: { kind: 'sgd' }, resume })).rejects.toThrow(
      new ValueError(
        'The checkpoint has an optimizer with buffers firstMoment, secondMoment for 4 parameters, this training has "sgd" with momentum for 4; they must be equal.',
      ),
    );
  });

  it('of another source of data is refused', async () => {
    const source = { ...memorySource(data()), identity: 'set A' };
    const { checkpoint: resume } = await fit(build(layers), source, options);
    expect(resume.source).toBe('set A');
    await expect(fit(build(layers), data(), { ...options, resume })).rejects.toThrow(
      new ValueError('The checkpoint was made with set A, this training has data in memory; they must be equal.'),
    );
  });
});
