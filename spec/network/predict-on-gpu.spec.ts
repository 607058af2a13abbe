/** Predictions with dense layers on the gpu backend against `predict`, in a mode that runs anywhere. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ShapeError, ValueError } from '../../src/errors.ts';
import {
  buildNetwork,
  composeTransforms,
  layerKinds,
  layerRegistry,
  type LayerSpec,
  type Network,
  predict,
  predictOnGpu,
} from '../../src/network/index.ts';
import { stream } from '../../src/random/index.ts';
import { closeGpu, multiply, openGpu, round, type Tensor, tensor, toFlat } from '../../src/tensor/index.ts';
import * as ag from '../../src/autograd/index.ts';

const installed = await import('gpu.js').then(
  () => true,
  () => false,
);

const noise = (shape: readonly number[], seed: string): Tensor => {
  const random = stream('predict on gpu', seed);
  return tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()),
    shape,
  );
};

const student: Network = buildNetwork(
  'student',
  [{ name: 'x', shape: [16] }],
  [
    { kind: 'dense', name: 'fc1', attributes: { units: 32 } },
    { kind: 'batchNormalization', name: 'bn' },
    { kind: 'relu', name: 'relu1' },
    { kind: 'dense', name: 'fc2', attributes: { units: 9, useBias: false } },
    { kind: 'tanh', name: 'tanh1' },
    { kind: 'dense', name: 'out', attributes: { units: 1 } },
    { kind: 'sigmoid', name: 'p' },
  ],
  stream('predict on gpu'),
);

/** The largest difference of two tensors. */
const distance = (a: Tensor, b: Tensor): number => {
  const right = toFlat(b);
  return Array.from(toFlat(a), (value, i) => Math.abs(value - right[i]!)).reduce((x, y) => (y <= x ? x : y), 0);
};

describe.skipIf(!installed)('predictOnGpu (skipped without gpu.js)', () => {
  beforeAll(async () => {
    await openGpu({ mode: 'webasm' });
  });
  afterAll(closeGpu);

  it('agrees with predict to rounding, whatever the chunks', async () => {
    const x = noise([101, 16], 'x');

    const expected = predict(student, x);
    const whole = await predictOnGpu(student, x);
    const chunked = await predictOnGpu(student, x, { chunk: 8 });

    expect(whole.shape).toEqual([101, 1]);
    expect(distance(whole, expected)).toBeLessThan(1e-6);
    expect(toFlat(chunked)).toEqual(toFlat(whole));
  });

  it.each(layerKinds)('runs layers of kind %s as predict does', async (kind) => {
    const inputs = (layerRegistry[kind].exampleInputs ?? [[4]]).map((shape, i) => ({ name: `x${i}`, shape }));
    const attributes = layerRegistry[kind].examples[0]!;
    const spec = { kind, name: 'it', attributes, inputs: inputs.map(({ name }) => name) } as LayerSpec;
    const network = buildNetwork('single', inputs, [spec], stream('predict on gpu', kind));
    const x = Object.fromEntries(inputs.map(({ name, shape }) => [name, noise([5, ...shape], name)]));

    const found = await predictOnGpu(network, x);

    const expected = predict(network, x);
    expect(found.shape).toEqual(expected.shape);
    if (kind === 'dense') expect(distance(found, expected)).toBeLessThan(1e-5);
    else expect(toFlat(found)).toEqual(toFlat(expected));
  });

  it('offers every value to the transform', async () => {
    const sites = (log: string[]) => (value: ag.Variable, site: { readonly layer: string; readonly role: string }) => {
      log.push(`${site.layer} ${site.role}`);
      return value;
    };
    const rounded = (value: ag.Variable): ag.Variable => ag.constant(round(multiply(value.value, 4)));
    const [here, there]: [string[], string[]] = [[], []];
    const x = noise([3, 16], 'transform');

    const found = await predictOnGpu(student, x, { transform: composeTransforms(rounded, sites(here)) });

    const expected = predict(student, x, { transform: composeTransforms(rounded, sites(there)) });
    expect(here).toEqual(there);
    // Sums of whole numbers are exact in every order.
    expect(toFlat(found)).toEqual(toFlat(expected));
  });

  it('predicts no samples from none', async () => {
    expect((await predictOnGpu(student, noise([0, 16], 'none'))).shape).toEqual([0, 1]);
  });

  it('names what does not fit', async () => {
    await expect(predictOnGpu(student, noise([2, 15], 'x'))).rejects.toThrow(ShapeError);
    await expect(predictOnGpu(student, noise([2, 16], 'x'), { chunk: 0 })).rejects.toThrow(
      new ValueError('Option "chunk" of predictOnGpu is 0; it must be an integer of at least 1.'),
    );
    const two: Network = { ...student, outputs: ['fc1', 'p'] };
    await expect(predictOnGpu(two, noise([2, 16], 'x'))).rejects.toThrow(
      'Network "student" has 2 outputs (fc1, p); predictOnGpu takes networks with one.',
    );
  });
});
