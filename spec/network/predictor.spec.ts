/** Planned predictions have the bits of `predict`, for all kinds of network, any batch and any number of workers. */
import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import * as ag from '../../src/autograd/index.ts';
import { quantizationTransform } from '../../src/compression/index.ts';
import { ShapeError, ValueError } from '../../src/errors.ts';
import { buildNetwork, layerKinds, layerRegistry, openPredictor, predict } from '../../src/network/index.ts';
import type { LayerSpec, Network, PredictorOptions, Transform } from '../../src/network/index.ts';
import { stream } from '../../src/random/index.ts';
import {
  max,
  multiply,
  setComputeBackend,
  slice,
  sum,
  tensor,
  toFlat,
  toFloats,
  transpose,
  zeros,
} from '../../src/tensor/index.ts';
import type { Tensor } from '../../src/tensor/index.ts';

const noise = (shape: readonly number[], seed = 'x'): Tensor => {
  const random = stream('predictor', seed);
  return tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()),
    shape,
  );
};

const bits = (t: Tensor): Uint32Array => Uint32Array.from(new Uint32Array(toFloats(t).slice().buffer));

const dense = (units: number): LayerSpec => ({ kind: 'dense', attributes: { units } });

const student = buildNetwork(
  'student',
  [{ name: 'x', shape: [16] }],
  [
    { ...dense(32), name: 'fc1' },
    { kind: 'batchNormalization', name: 'bn' },
    { kind: 'relu', name: 'relu1' },
    dense(9),
    { kind: 'tanh' },
    dense(1),
    { kind: 'sigmoid' },
  ],
  stream('predictor'),
);

const planned = {
  onEager: (reason: string): never => {
    throw new Error(`The predictions are not planned: ${reason}`);
  },
};

/** Predict once, and compare with `predict`. */
const expectBits = async (
  network: Network,
  x: Tensor | Readonly<Record<string, Tensor>>,
  options: PredictorOptions,
): Promise<void> => {
  const predictor = await openPredictor(network, options);
  try {
    const found = predictor.predict(x);
    const expected = predict(network, x, options.transform === undefined ? {} : { transform: options.transform });
    expect(found.shape).toEqual(expected.shape);
    expect(bits(found)).toEqual(bits(expected));
  } finally {
    await predictor.close();
  }
};

const activation = fc.constantFrom<LayerSpec[]>(
  { kind: 'relu' },
  { kind: 'elu' },
  { kind: 'sigmoid' },
  { kind: 'softmax' },
  { kind: 'batchNormalization' },
  { kind: 'dropout', attributes: { rate: 0.5 } },
  { kind: 'leakyRelu' },
);
const units = fc.integer({ min: 1, max: 33 }).map(dense);
const vectorLayers = fc
  .array(fc.tuple(units, fc.array(activation, { maxLength: 2 })), { minLength: 1, maxLength: 3 })
  .map((blocks) => blocks.flatMap(([layer, after]) => [layer, ...after]));
const convolution = fc
  .record({
    filters: fc.integer({ min: 1, max: 9 }),
    size: fc.constantFrom([1, 1], [3, 3], [2, 3]),
    padding: fc.constantFrom('same' as const, 'valid' as const),
    strides: fc.constantFrom([1, 1], [1, 2]),
  })
  .map((attributes): LayerSpec => ({ kind: 'conv2d', attributes }));
const pooling = fc
  .constantFrom('maximum' as const, 'average' as const)
  .map((operation): LayerSpec => ({ kind: 'pooling2d', attributes: { operation, size: [2, 2] } }));

interface Stack {
  readonly input: readonly number[];
  readonly layers: readonly LayerSpec[];
}

/** Dense layers, or convolutions before them, with activations between. */
const stacks: fc.Arbitrary<Stack> = fc.oneof(
  fc.record({ input: fc.tuple(fc.integer({ min: 1, max: 20 })), layers: vectorLayers }),
  fc.record({
    input: fc.constant([7, 9, 2]),
    layers: fc
      .tuple(convolution, activation, fc.option(pooling, { nil: null }), vectorLayers)
      .map(([first, after, pool, rest]) => [
        first,
        after,
        ...(pool === null ? [] : [pool]),
        { kind: 'flatten' } as const,
        ...rest,
      ]),
  }),
);

afterEach(() => {
  setComputeBackend('wasm');
});

describe('a predictor', () => {
  it.each([1, 2].flatMap((workers) => [1, 7, 64, 1000].map((batch) => [batch, workers] as const)))(
    'has the bits of predict in batches of %d with %d workers',
    async (batch, workers) => {
      const predictor = await openPredictor(student, { batch, workers, ...planned });
      for (const samples of [1, batch, batch + 1, 2 * batch - 1, 3, 2 * batch + 5]) {
        const x = noise([samples, 16], String(samples));
        expect(bits(predictor.predict(x)), `${samples} samples`).toEqual(bits(predict(student, x)));
      }
      await predictor.close();
    },
  );

  it('has the bits of predict for random networks', async () => {
    await fc.assert(
      fc.asyncProperty(
        stacks,
        fc.constantFrom(1, 7, 64, 150),
        fc.constantFrom(1, 2),
        fc.integer({ min: 1, max: 200 }),
        async ({ input, layers }, batch, workers, samples) => {
          const network = buildNetwork('n', [{ name: 'x', shape: input }], layers, stream('predictor', 'random'));
          await expectBits(network, noise([samples, ...input]), { batch, workers, ...planned });
        },
      ),
      { numRuns: 40 },
    );
  }, 60_000);

  it.each(layerKinds)('plans layers of kind %s', async (kind) => {
    const inputs = (layerRegistry[kind].exampleInputs ?? [[4]]).map((shape, i) => ({ name: `x${i}`, shape }));
    const x = Object.fromEntries(inputs.map(({ name, shape }) => [name, noise([9, ...shape], name)]));
    for (const attributes of layerRegistry[kind].examples) {
      const spec = { kind, name: 'it', attributes, inputs: inputs.map(({ name }) => name) } as LayerSpec;
      const network = buildNetwork('single', inputs, [spec], stream('predictor', kind));
      for (const batch of [1, 5]) await expectBits(network, x, { batch, ...planned });
    }
  });

  it('plans quantized networks', async () => {
    const transform = quantizationTransform({
      fc1: { kernel: 'ap_fixed<6,1,AP_RND,AP_SAT>' },
      relu1: { result: 'ap_ufixed<8,3,AP_TRN,AP_SAT>' },
    });
    await expectBits(student, noise([33, 16]), { batch: 16, transform, ...planned });
  });

  it('reads samples that do not lie in order', async () => {
    const x = slice(transpose(noise([20, 40])), [
      [3, 36],
      [2, 18],
    ]);
    await expectBits(student, x, { batch: 8, ...planned });
  });

  it('keeps what one sample holds from all others', async () => {
    const predictor = await openPredictor(student, { batch: 8, ...planned });
    predictor.predict(tensor(new Float32Array(8 * 16).fill(NaN), [8, 16]));
    const x = noise([3, 16]);
    expect(bits(predictor.predict(x))).toEqual(bits(predict(student, x)));
    await predictor.close();
  });

  it('gives results that later predictions leave alone', async () => {
    const predictor = await openPredictor(student, { batch: 4 });
    const first = predictor.predict(noise([4, 16], 'a'));
    const before = toFlat(first).slice();
    predictor.predict(noise([4, 16], 'b'));
    expect(toFlat(first)).toEqual(before);
    await predictor.close();
  });
});

describe('a predictor that loads parameters', () => {
  const other = buildNetwork('other', student.inputs, student.layers as readonly LayerSpec[], stream('another'));
  const transform = quantizationTransform({ fc1: { kernel: 'ap_fixed<6,1,AP_RND,AP_SAT>' } });

  it.each(['js', 'wasm'] as const)('predicts by those that it was given last (%s)', async (backend) => {
    setComputeBackend(backend);
    const predictor = await openPredictor(student, { batch: 8, workers: 2, transform, loads: true });
    const x = noise([21, 16]);
    expect(bits(predictor.predict(x))).toEqual(bits(predict(student, x, { transform })));
    predictor.load(other);
    expect(bits(predictor.predict(x))).toEqual(bits(predict(other, x, { transform })));
    expect(bits(predict(other, x))).not.toEqual(bits(predict(student, x)));
    await predictor.close();
  });

  it('plans random networks', async () => {
    await fc.assert(
      fc.asyncProperty(stacks, async ({ input, layers }) => {
        const network = buildNetwork('n', [{ name: 'x', shape: input }], layers, stream('predictor', 'random'));
        await expectBits(network, noise([11, ...input]), { batch: 5, loads: true, ...planned });
      }),
      { numRuns: 15 },
    );
  }, 60_000);

  it('says what does not fit', async () => {
    const fixed = await openPredictor(student, { batch: 8 });
    expect(() => fixed.load(other)).toThrow(
      new ValueError('The parameters of the predictor of network "student" are built in; open it with option "loads".'),
    );
    const loading = await openPredictor(student, { batch: 8, loads: true });
    const wider = buildNetwork('n', student.inputs, [{ ...dense(33), name: 'fc1' }], stream('predictor'));
    expect(() => loading.load(wider)).toThrow(
      new ShapeError(
        'Parameter "kernel" of layer "fc1" has 528 elements; the predictor of network "student" takes 512.',
      ),
    );
    const x = noise([9, 16]);
    expect(bits(loading.predict(x))).toEqual(bits(predict(student, x)));
    for (const predictor of [fixed, loading]) await predictor.close();
  });
});

describe('a predictor without a plan', () => {
  const reasonOf = async (network: Network, x: Tensor, transform?: Transform): Promise<string> => {
    let reason = '';
    const onEager = (text: string): void => {
      reason = text;
    };
    await expectBits(network, x, { batch: 8, workers: 2, onEager, ...(transform && { transform }) });
    return reason;
  };

  it('predicts on the backend js', async () => {
    setComputeBackend('js');
    expect(await reasonOf(student, noise([11, 16]))).toBe('The backend is "js".');
  });

  it('predicts with a transform that looks at values', async () => {
    const transform: Transform = (value) => ag.constant(tensor(toFloats(value.value).slice(), value.value.shape));
    expect(await reasonOf(student, noise([11, 16]), transform)).toMatch('The elements of a symbolic tensor');
  });

  it('predicts with a transform that mixes samples', async () => {
    const transform: Transform = (value, { role }) =>
      role === 'result' ? ag.constant(multiply(value.value, sum(value.value))) : value;
    expect(await reasonOf(student, noise([8, 16]), transform)).toBe('The output of a sample depends on others.');
    const largest: Transform = (value, { role }) =>
      role === 'result' ? ag.constant(multiply(value.value, max(value.value))) : value;
    expect(await reasonOf(student, noise([8, 16]), largest)).toMatch('only sums run over the batch');
  });

  it('predicts what does not depend on the inputs', async () => {
    const transform: Transform = (value, { role }) =>
      role === 'result' ? ag.constant(zeros([8, value.value.shape[1]!])) : value;
    expect(await reasonOf(student, noise([8, 16]), transform)).toBe('The output does not depend on the inputs.');
  });

  it('predicts no samples, and samples of integers', async () => {
    await expectBits(student, zeros([0, 16]), { batch: 8 });
    await expectBits(
      student,
      tensor(
        Int32Array.from({ length: 48 }, (_, k) => k % 7),
        [3, 16],
      ),
      { batch: 8 },
    );
  });
});

describe('a predictor', () => {
  it('has the errors of predict', async () => {
    const inputs = ['a', 'b'].map((name) => ({ name, shape: [4] }));
    const merge: LayerSpec = { kind: 'concatenate', inputs: ['a', 'b'] };
    const two = buildNetwork('two', inputs, [merge, dense(3)], stream('predictor'));
    const calls: readonly (readonly [Network, Tensor | Readonly<Record<string, Tensor>>])[] = [
      [student, noise([3, 15])],
      [student, noise([3])],
      [student, {}],
      [two, noise([3, 4])],
      [two, { a: noise([3, 4]) }],
      [two, { a: noise([3, 4]), b: noise([2, 4]) }],
    ];
    for (const [network, x] of calls) {
      const predictor = await openPredictor(network, { batch: 4, ...planned });
      let expected: unknown;
      try {
        predict(network, x);
      } catch (error) {
        expected = error;
      }
      expect(expected).toBeInstanceOf(x === calls[2]![1] || x === calls[4]![1] ? ValueError : ShapeError);
      expect(() => predictor.predict(x)).toThrow(expected as Error);
      await predictor.close();
    }
    await expectBits(two, { a: noise([9, 4], 'a'), b: noise([9, 4], 'b') }, { batch: 4, ...planned });
  });

  it('names options and networks that do not fit', async () => {
    await expect(openPredictor(student, { batch: 0 })).rejects.toThrow(
      new ValueError('Option "batch" of openPredictor is 0; it must be an integer of at least 1.'),
    );
    await expect(openPredictor(student, { batch: 1, workers: 1.5 })).rejects.toThrow(
      new ValueError('Option "workers" of openPredictor is 1.5; it must be an integer of at least 1.'),
    );
    const two: Network = { ...student, outputs: ['fc1', 'relu1'] };
    await expect(openPredictor(two, { batch: 1 })).rejects.toThrow('Network "student" has 2 outputs (fc1, relu1)');
  });

  it.each(['js', 'wasm'] as const)('says that it is closed (%s)', async (backend) => {
    setComputeBackend(backend);
    const predictor = await openPredictor(student, { batch: 100, workers: 2 });
    await predictor.close();
    await predictor.close();
    expect(() => predictor.predict(noise([1, 16]))).toThrow(
      new ValueError('The predictor of network "student" is closed; open another one.'),
    );
  });
});
