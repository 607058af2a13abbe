import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  buildNetwork,
  composeTransforms,
  foldableBatchNormalizations,
  foldBatchNormalization,
  forward,
  forwardLayers,
  hashNetwork,
  initialize,
  multiplyAccumulates,
  parameterCount,
  parseNetwork,
  predict,
  serializeNetwork,
  sha256,
  validateNetwork,
  withParameters,
} from '../../src/network/index.ts';
import type { LayerSpec, Network } from '../../src/network/index.ts';
import * as ag from '../../src/autograd/index.ts';
import { FormatError, ShapeError, UnsupportedError, ValueError } from '../../src/errors.ts';
import { stream } from '../../src/random/index.ts';
import { tensor, toFlat, toFloats } from '../../src/tensor/index.ts';
import type { Tensor } from '../../src/tensor/index.ts';

const student: readonly LayerSpec[] = [
  { kind: 'dense', name: 'fc1', attributes: { units: 64 } },
  { kind: 'relu' },
  { kind: 'dense', name: 'fc2', attributes: { units: 32 } },
  { kind: 'batchNormalization', name: 'bn' },
  { kind: 'relu' },
  { kind: 'dense', name: 'out', attributes: { units: 1 } },
  { kind: 'sigmoid' },
];

const build = (specs: readonly LayerSpec[] = student, width = 16, seed = 1): Network =>
  buildNetwork('net', [{ name: 'x', shape: [width] }], specs, stream(seed));

const noise = (shape: readonly number[], seed: string): Tensor => {
  const random = stream('noise', seed);
  return tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()),
    shape,
  );
};

describe('buildNetwork', () => {
  it('counts the parameters of the published student', () => {
    const network = build();
    expect(parameterCount(network)).toBe(3265);
    expect(multiplyAccumulates(network)).toBe(16 * 64 + 64 * 32 + 32 + 32);
  });

  it('names layers by kind and number and chains them', () => {
    const network = build([{ kind: 'relu' }, { kind: 'tanh' }, { kind: 'relu' }], 3);
    expect(network.layers.map((layer) => [layer.name, layer.inputs])).toEqual([
      ['relu1', ['x']],
      ['tanh1', ['relu1']],
      ['relu2', ['tanh1']],
    ]);
    expect(network.outputs).toEqual(['relu2']);
  });

  it('keeps the values of other layers when one is added', () => {
    const long = build([
      { kind: 'dense', name: 'a', attributes: { units: 3 } },
      { kind: 'relu' },
      { kind: 'dense', name: 'b', attributes: { units: 2 } },
    ]);
    const short = build([
      { kind: 'dense', name: 'a', attributes: { units: 3 } },
      { kind: 'dense', name: 'b', attributes: { units: 2 } },
    ]);
    expect(short.layers[1]!.parameters).toEqual(long.layers[2]!.parameters);
  });

  it.each([
    ['glorotUniform', [30, 20], Math.sqrt(6 / (30 + 20))],
    ['heUniform', [30, 20], Math.sqrt(6 / 30)],
    // A kernel of 3 × 3 cells, 8 channels and 12 filters.
    ['glorotUniform', [3, 3, 8, 12], Math.sqrt(6 / (9 * 8 + 9 * 12))],
    ['heUniform', [3, 3, 8, 12], Math.sqrt(6 / (9 * 8))],
  ] as const)('draws %s of shape %j within its limit and spreads over it', (initializer, shape, limit) => {
    const values = toFloats(initialize(shape, initializer, stream(3)));
    const largest = Math.max(...values.map(Math.abs));
    expect(largest).toBeLessThanOrEqual(limit);
    expect(largest).toBeGreaterThan(0.95 * limit);
    expect(Math.abs(values.reduce((a, b) => a + b, 0) / values.length)).toBeLessThan(0.1 * limit);
  });

  it.each<[string, () => unknown]>([
    ['needs at least one', () => build([])],
    [
      'Attribute "units" of layer "dense1" is undefined; it must be an integer of at least 1.',
      () => build([{ kind: 'dense' }]),
    ],
    ['Attribute "units" of layer "dense1" is 0;', () => build([{ kind: 'dense', attributes: { units: 0 } }])],
    [
      'Attribute "rate" of layer "dropout1" is 1; it must be a number in [0, 1).',
      () => build([{ kind: 'dropout', attributes: { rate: 1 } }]),
    ],
    ['Layer "relu1" reads "y", which is not known there; known are x.', () => build([{ kind: 'relu', inputs: ['y'] }])],
    ['The name "x" is used twice', () => build([{ kind: 'relu', name: 'x' }])],
    ['Layer "relu1" has 2 inputs; its kind takes exactly 1.', () => build([{ kind: 'relu', inputs: ['x', 'x'] }])],
    [
      'has an initializer for "w"; its parameters are kernel, bias.',
      () => build([{ kind: 'dense', attributes: { units: 1 }, initializers: { w: 'zeros' } }]),
    ],
  ])('says "%s"', (message, act) => {
    expect(act).toThrow(message);
  });
});

describe('predict', () => {
  it('gives the same bits for any chunk', () => {
    const network = build();
    const x = noise([37, 16], 'predict');
    const whole = predict(network, x);
    expect(whole.shape).toEqual([37, 1]);
    for (const chunk of [1, 7, 36, 37, 100]) expect(toFlat(predict(network, x, { chunk }))).toEqual(toFlat(whole));
  });

  it('takes inputs by name and refuses wrong shapes', () => {
    const network = build();
    const x = noise([3, 16], 'named');
    expect(predict(network, { x })).toEqual(predict(network, x));
    expect(() => predict(network, noise([3, 15], 'bad'))).toThrow(
      new ShapeError('Input "x" of network "net" has shape [3, 15]; it must be [batch, 16].'),
    );
    expect(() => predict(network, { y: x })).toThrow('Input "x" of network "net" is not given.');
  });
});

describe('transforms', () => {
  it('are offered every input, parameter and result once', () => {
    const network = build(
      [
        { kind: 'dense', name: 'd', attributes: { units: 2 } },
        { kind: 'relu', name: 'r' },
      ],
      3,
    );
    const sites: string[] = [];
    forward(network, noise([2, 3], 't'), {
      transform: (value, { layer, role }) => {
        sites.push(`${layer}.${role}`);
        return value;
      },
    });
    expect(sites).toEqual(['x.input', 'd.kernel', 'd.bias', 'd.result', 'r.result']);
  });

  it('compose from left to right', () => {
    const network = build([{ kind: 'linear', name: 'l' }], 1);
    const transform = composeTransforms(
      (value, { role }) => (role === 'result' ? ag.add(value, 1) : value),
      (value, { role }) => (role === 'result' ? ag.multiply(value, 10) : value),
    );
    expect(toFlat(forward(network, tensor([2], [1, 1]), { transform }).value)[0]).toBe(30);
  });
});

describe('foldBatchNormalization', () => {
  /** The student with a batch normalisation that does something. */
  const normalised = (): Network =>
    withParameters(build(), {
      bn: {
        gamma: noise([32], 'gamma'),
        beta: noise([32], 'beta'),
        movingMean: noise([32], 'mean'),
        movingVariance: tensor(Float32Array.from(toFlat(noise([32], 'variance')), (v) => v * v + 0.1)),
      },
    });

  it('computes the same without the layer', () => {
    const network = normalised();
    const folded = foldBatchNormalization(network);
    const x = noise([50, 16], 'fold');
    expect(folded.layers.map((layer) => layer.kind)).toEqual(['dense', 'relu', 'dense', 'relu', 'dense', 'sigmoid']);
    const [a, b] = [toFlat(predict(network, x)), toFlat(predict(folded, x))];
    expect(Math.max(...a.map((value, i) => Math.abs(value - b[i]!)))).toBeLessThan(1e-6);
  });

  it('follows W·s and (b − μ)·s + β with s = γ / √(σ² + ε), rounded once', () => {
    const network = normalised();
    const folded = foldBatchNormalization(network);
    const [old, bn] = [network.layers[2]!.parameters, network.layers[3]!.parameters];
    const at = (values: Tensor, i: number): number => toFlat(values)[i]!;
    const s = at(bn['gamma']!, 5) / Math.sqrt(at(bn['movingVariance']!, 5) + 0.001);
    const parameters = folded.layers[2]!.parameters;
    expect(at(parameters['kernel']!, 3 * 32 + 5)).toBe(Math.fround(at(old['kernel']!, 3 * 32 + 5) * s));
    expect(at(parameters['bias']!, 5)).toBe(
      Math.fround((at(old['bias']!, 5) - at(bn['movingMean']!, 5)) * s + at(bn['beta']!, 5)),
    );
  });

  it('gives a dense layer without bias one, and moves the output and the result precision', () => {
    const specs: LayerSpec[] = [
      { kind: 'dense', name: 'd', attributes: { units: 2, useBias: false } },
      { kind: 'batchNormalization', name: 'bn' },
    ];
    const folded = foldBatchNormalization({ ...build(specs, 3), precision: { bn: { result: 'ap_fixed<8,2>' } } });
    expect(folded.layers.map((layer) => layer.name)).toEqual(['d']);
    expect(folded.layers[0]!.attributes).toEqual({ units: 2, useBias: true });
    expect(folded.outputs).toEqual(['d']);
    expect(folded.precision).toEqual({ d: { result: 'ap_fixed<8,2>' } });
  });

  it('drops the result precision of values that are gone, and keeps that of the weights', () => {
    const specs: LayerSpec[] = [
      { kind: 'dense', name: 'd', attributes: { units: 2 } },
      { kind: 'batchNormalization', name: 'bn' },
    ];
    const fold = (precision: NonNullable<Network['precision']>): Network['precision'] =>
      foldBatchNormalization({ ...build(specs, 3), precision }).precision;
    expect(fold({ d: { weight: 'ap_fixed<8,1>', result: 'ap_fixed<9,2>' } })).toEqual({
      d: { weight: 'ap_fixed<8,1>' },
    });
    expect(fold({ d: { result: 'ap_fixed<9,2>' }, bn: { scale: 'ap_fixed<7,2>' } })).toEqual({});
  });

  it('folds into convolutions of any number of axes', () => {
    const inputs = [{ name: 'x', shape: [4, 5, 2] }];
    const specs: LayerSpec[] = [
      { kind: 'conv2d', attributes: { filters: 3, size: [2, 2], padding: 'same', useBias: false } },
      { kind: 'batchNormalization', name: 'first', initializers: { movingMean: 'heUniform', beta: 'heUniform' } },
      { kind: 'reshape', attributes: { shape: [20, 3] } },
      { kind: 'conv1d', attributes: { filters: 2, size: [3] } },
      { kind: 'batchNormalization', name: 'second', initializers: { gamma: 'heUniform', movingMean: 'heUniform' } },
      { kind: 'depthwiseConv1d', attributes: { size: [2], depthMultiplier: 3, useBias: false } },
      { kind: 'batchNormalization', name: 'third', initializers: { gamma: 'heUniform', movingMean: 'heUniform' } },
    ];
    const network = buildNetwork('n', inputs, specs, stream('fold', 'convolutions'));
    const folded = foldBatchNormalization(network);
    const x = noise([6, 4, 5, 2], 'images');
    expect(folded.layers.map((layer) => layer.kind)).toEqual(['conv2d', 'reshape', 'conv1d', 'depthwiseConv1d']);
    const [a, b] = [toFlat(predict(network, x)), toFlat(predict(folded, x))];
    a.forEach((value, i) => expect(Math.abs(value - b[i]!)).toBeLessThan(1e-5));
  });

  it('folds only the layers named, and lists those that can be', () => {
    const network = build([
      { kind: 'batchNormalization', name: 'first' },
      { kind: 'dense', name: 'd', attributes: { units: 2 } },
      { kind: 'batchNormalization', name: 'second' },
      { kind: 'batchNormalization', name: 'third' },
    ]);
    expect(foldableBatchNormalizations(network)).toEqual(['second']);
    const folded = foldBatchNormalization(network, ['second']);
    expect(folded.layers.map((layer) => [layer.name, layer.inputs])).toEqual([
      ['first', ['x']],
      ['d', ['first']],
      ['third', ['d']],
    ]);
    expect(() => foldBatchNormalization(network, ['d'])).toThrow(
      new ValueError('Layer "d" cannot be folded: it is of kind dense; only batch normalisations fold.'),
    );
  });

  it('refuses what cannot be folded', () => {
    expect(() =>
      foldBatchNormalization(
        build([
          { kind: 'relu', name: 'r' },
          { kind: 'batchNormalization', name: 'bn' },
        ]),
      ),
    ).toThrow(
      new UnsupportedError(
        'Batch normalisation "bn" cannot be folded: "r" before it is of kind relu, and only dense layers and convolutions take it in.',
      ),
    );
    const shared = build([
      { kind: 'dense', name: 'd', attributes: { units: 2 } },
      { kind: 'relu', name: 'r', inputs: ['d'] },
      { kind: 'batchNormalization', name: 'bn', inputs: ['d'] },
    ]);
    expect(() => foldBatchNormalization(shared)).toThrow('"d" before it is also read by "r".');
  });
});

describe('validateNetwork', () => {
  const broken = (value: number): Network => {
    const kernel = Float32Array.from(toFlat(build().layers[0]!.parameters['kernel']!));
    kernel[2 * 64 + 7] = value;
    return withParameters(build(), { fc1: { kernel: tensor(kernel, [16, 64]) } });
  };

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('names layer, parameter and index of %s', (value) => {
    expect(() => validateNetwork(broken(value))).toThrow(
      new ValueError(`Parameter "kernel" of layer "fc1" is ${value} at index [2, 7]; every element must be finite.`),
    );
  });

  it.each<[string, (network: Network) => Network]>([
    [
      'Parameter "bias" of layer "fc1" has shape [3]; it must be [64].',
      (n) => withParameters(n, { fc1: { bias: tensor([1, 2, 3]) } }),
    ],
    [
      'Layer "fc1" of kind dense has no parameter "extra"; it has kernel, bias.',
      (n) => withParameters(n, { fc1: { extra: tensor([1]) } }),
    ],
    ['Output "y" of network "net" is no layer', (n) => ({ ...n, outputs: ['y'] })],
    ['has no outputs', (n) => ({ ...n, outputs: [] })],
    ['A precision is given for "z"', (n) => ({ ...n, precision: { z: { result: 'ap_fixed<8,2>' } } })],
    [
      'Parameter "movingVariance" of layer "bn" is -1 at index [0]',
      (n) => withParameters(n, { bn: { movingVariance: tensor(new Float32Array(32).fill(-1)) } }),
    ],
    [
      'Parameter "kernel" of layer "out" is missing',
      (n) => ({ ...n, layers: n.layers.map((l) => (l.name === 'out' ? { ...l, parameters: {} } : l)) }),
    ],
  ])('says: %s', (message, change) => {
    expect(() => validateNetwork(change(build()))).toThrow(message);
  });

  it('names an unsupported kind and the supported ones', () => {
    const network = build();
    const layers = network.layers.map((layer, i) => (i === 1 ? { ...layer, kind: 'lstm' } : layer));
    expect(() => validateNetwork({ ...network, layers } as unknown as Network)).toThrow(
      /^Layer "relu1" is of the unsupported kind "lstm"; supported are dense, batchNormalization, /,
    );
  });
});

describe('the text form', () => {
  it('keeps every bit of any finite parameter', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 6, maxLength: 6 }),
        (values) => {
          const base = build([{ kind: 'dense', name: 'd', attributes: { units: 3, useBias: false } }], 2);
          const network = withParameters(base, { d: { kernel: tensor(values, [2, 3]) } });
          const read = parseNetwork(serializeNetwork(network)).layers[0]!.parameters['kernel']!;
          expect(Array.from(toFlat(read))).toEqual(Array.from(Float32Array.from(values)));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('keeps precision and does not depend on the order in which attributes were written', () => {
    const network: Network = { ...build(), precision: { fc1: { weight: 'ap_fixed<8,1>' } } };
    expect(parseNetwork(serializeNetwork(network))).toEqual(network);
    const turned: Network = {
      ...network,
      layers: network.layers.map((layer) =>
        layer.kind === 'batchNormalization'
          ? { ...layer, attributes: { momentum: layer.attributes.momentum, epsilon: layer.attributes.epsilon } }
          : layer,
      ),
    };
    expect(hashNetwork(turned)).toBe(hashNetwork(network));
  });

  it('hashes differently after the smallest change', () => {
    const network = build();
    const bias = Float32Array.from(toFlat(network.layers[0]!.parameters['bias']!));
    bias[0] = 1e-45;
    expect(hashNetwork(withParameters(network, { fc1: { bias: tensor(bias) } }))).not.toBe(hashNetwork(network));
  });

  it('never fails with anything but a typed error on damaged text', () => {
    const text = serializeNetwork(
      build([{ kind: 'dense', name: 'd', attributes: { units: 2 } }, { kind: 'sigmoid' }], 2),
    );
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.nat(3), fc.constantFrom('', '"', '{', '0', 'x', ']'), (at, cut, put) => {
        const damaged = text.slice(0, at) + put + text.slice(at + cut);
        let problem: unknown = null;
        try {
          parseNetwork(damaged);
        } catch (error) {
          problem = error;
        }
        if (problem !== null)
          expect(problem).toSatisfy((e) =>
            [FormatError, ValueError, ShapeError, UnsupportedError].some((type) => e instanceof type),
          );
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['The network is not valid JSON', 'nonsense'],
    ['The network is []; it must be an object.', '[]'],
    ['The network has format "other"; this version reads "distill-rtl/network/1".', '{"format":"other"}'],
    ['Field "name" of the network is missing; it must be a text.', '{"format":"distill-rtl/network/1"}'],
  ])('says: %s', (message, text) => {
    expect(() => parseNetwork(text)).toThrow(FormatError);
    expect(() => parseNetwork(text)).toThrow(message);
  });

  it('says how many elements a parameter lacks', () => {
    const raw = JSON.parse(serializeNetwork(build([{ kind: 'dense', name: 'd', attributes: { units: 2 } }], 2))) as {
      layers: { parameters: { kernel: { data: string } } }[];
    };
    raw.layers[0]!.parameters.kernel.data = 'AACAPw==';
    expect(() => parseNetwork(JSON.stringify(raw))).toThrow(
      'Parameter "kernel" of layer "d" has 1 elements; its shape [2, 2] demands base64 of 4 32-bit floats.',
    );
  });
});

describe('sha256', () => {
  // FIPS 180-4 examples and the million-a vector.
  it.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    ],
    ['a'.repeat(1_000_000), 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0'],
  ])('hashes a published example', (text, expected) => {
    expect(sha256(text)).toBe(expected);
  });
});

describe('forwardLayers', () => {
  it('gives every value of a network with two outputs', () => {
    const base = build(
      [
        { kind: 'relu', name: 'a' },
        { kind: 'linear', name: 'b', inputs: ['x'] },
      ],
      2,
    );
    const network: Network = { ...base, outputs: ['a', 'b'] };
    const values = forwardLayers(network, tensor([-1, 2], [1, 2]));
    expect([...values.keys()]).toEqual(['x', 'a', 'b']);
    expect(Array.from(toFlat(values.get('a')!.value))).toEqual([0, 2]);
    expect(() => forward(network, tensor([-1, 2], [1, 2]))).toThrow('has 2 outputs (a, b)');
  });
});
