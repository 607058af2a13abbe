/** Forward values of each kind against values computed by hand. */
import { describe, expect, it } from 'vitest';
import { buildNetwork, forward, randomKey, withParameters } from '../../src/network/index.ts';
import type { ForwardOptions, LayerSpec, ParameterUpdates } from '../../src/network/index.ts';
import { stream } from '../../src/random/index.ts';
import { fromArray, tensor, toFlat, toNested } from '../../src/tensor/index.ts';

const run = (spec: LayerSpec, rows: number[][], parameters: ParameterUpdates[string] = {}): unknown => {
  const named = { ...spec, name: 'it' };
  const network = buildNetwork('n', [{ name: 'x', shape: [rows[0]!.length] }], [named], stream(1));
  return toNested(forward(withParameters(network, { it: parameters }), fromArray(rows)).value);
};

describe('forward values', () => {
  it('multiplies and adds in dense', () => {
    const kernel = tensor([1, 2, 3, 4, 5, 6], [2, 3]);
    const result = run({ kind: 'dense', attributes: { units: 3 } }, [[1, 10]], {
      kernel,
      bias: tensor([0.5, 0, -0.5]),
    });
    expect(result).toEqual([[41.5, 52, 62.5]]);
  });

  it('scales and shifts per feature in affine', () => {
    const result = run(
      { kind: 'affine' },
      [
        [1, 2],
        [3, 4],
      ],
      { scale: tensor([2, -1]), bias: tensor([1, 0]) },
    );
    expect(result).toEqual([
      [3, -2],
      [7, -4],
    ]);
  });

  it.each<[LayerSpec, number[], number[]]>([
    [{ kind: 'relu' }, [-1, 0, 2], [0, 0, 2]],
    [{ kind: 'leakyRelu', attributes: { slope: 0.25 } }, [-4, 0, 2], [-1, 0, 2]],
    [{ kind: 'linear' }, [-4, 0, 2], [-4, 0, 2]],
    [{ kind: 'dropout', attributes: { rate: 0.9 } }, [-4, 0, 2], [-4, 0, 2]],
    [{ kind: 'hardSigmoid', attributes: { slope: 0.25, shift: 0.5 } }, [-9, -1, 0, 1, 9], [0, 0.25, 0.5, 0.75, 1]],
    [{ kind: 'hardTanh' }, [-9, -0.5, 0, 0.5, 9], [-1, -0.5, 0, 0.5, 1]],
    [{ kind: 'ternaryTanh' }, [-1, -0.5, -0.25, 0.5, 0.75], [-1, -1, 0, 0, 1]],
    [{ kind: 'sigmoid' }, [0], [0.5]],
    [{ kind: 'tanh' }, [0], [0]],
    [{ kind: 'softmax' }, [3, 3], [0.5, 0.5]],
    [{ kind: 'binaryTanh' }, [-0.5, 0, 0.5], [-1, 1, 1]],
    [{ kind: 'clippedRelu', attributes: { limit: 1 } }, [-1, 0.5, 3], [0, 0.5, 1]],
    [{ kind: 'thresholdedRelu', attributes: { theta: 0.5 } }, [-1, 0.5, 0.75], [0, 0, 0.75]],
    [{ kind: 'softsign' }, [-3, 0, 1], [-0.75, 0, 0.5]],
    [{ kind: 'elu', attributes: { alpha: 2 } }, [-1000, 0, 3], [-2, 0, 3]],
    [{ kind: 'reshape', attributes: { shape: [4] } }, [1, 2, 3, 4], [1, 2, 3, 4]],
  ])('%o', (spec, x, expected) => {
    expect(run(spec, [x])).toEqual([expected]);
  });

  it('normalises by running statistics at inference', () => {
    const parameters = {
      gamma: tensor([2, 1]),
      beta: tensor([1, 0]),
      movingMean: tensor([1, 0]),
      movingVariance: tensor([3, 0]),
    };
    const result = run({ kind: 'batchNormalization', attributes: { epsilon: 1 } }, [[3, 7]], parameters);
    expect(result).toEqual([[3, 7]]);
  });

  it('normalises by the batch in training and reports new statistics without changing the network', () => {
    const spec: LayerSpec = { kind: 'batchNormalization', name: 'bn', attributes: { epsilon: 1, momentum: 0.75 } };
    const network = buildNetwork('n', [{ name: 'x', shape: [1] }], [spec], stream(1));
    const seen: Record<string, number> = {};
    // Mean 2, biased variance 3.
    const x = tensor([2 - Math.sqrt(3), 2 + Math.sqrt(3)], [2, 1]);
    const y = forward(network, x, {
      training: true,
      onStatistics: (layer, statistics) => {
        for (const [role, value] of Object.entries(statistics)) seen[`${layer}.${role}`] = toFlat(value)[0]!;
      },
    });
    expect(toFlat(y.value)[0]).toBeCloseTo(-Math.sqrt(3) / 2, 6);
    expect(seen['bn.movingMean']).toBeCloseTo(0.5, 6);
    expect(seen['bn.movingVariance']).toBeCloseTo(0.75 + 0.25 * 3, 6);
    expect(toFlat(network.layers[0]!.parameters['movingMean']!)[0]).toBe(0);
  });

  it('drops about the given share in training and scales the rest', () => {
    const network = buildNetwork(
      'n',
      [{ name: 'x', shape: [1000] }],
      [{ kind: 'dropout', attributes: { rate: 0.25 } }],
      stream(1),
    );
    const x = tensor(new Float32Array(1000).fill(3), [1, 1000]);
    const y = toFlat(forward(network, x, { training: true, stream: stream(2) }).value);
    const dropped = y.filter((value) => value === 0).length;
    expect(dropped).toBeGreaterThan(200);
    expect(dropped).toBeLessThan(300);
    expect(new Set(y)).toEqual(new Set([0, 4]));
  });

  it('drops by the key of the layer, which the stream gives unless there is one', () => {
    const specs: LayerSpec[] = [{ kind: 'dropout', name: 'd' }];
    const network = buildNetwork('n', [{ name: 'x', shape: [64] }], specs, stream(1));
    const x = tensor(new Float32Array(64).fill(1), [1, 64]);
    const drop = (options: ForwardOptions): unknown =>
      toNested(forward(network, x, { training: true, ...options }).value);
    const byStream = drop({ stream: stream(2) });
    expect(drop({ randomKeys: { d: randomKey(stream(2), 'd') } })).toEqual(byStream);
    expect(drop({ randomKeys: { d: tensor(Int32Array.of(1, 2)) }, stream: stream(2) })).not.toEqual(byStream);
    expect(randomKey(stream(2), 'other')).not.toEqual(randomKey(stream(2), 'd'));
  });

  it('needs a stream to drop', () => {
    const network = buildNetwork('n', [{ name: 'x', shape: [2] }], [{ kind: 'dropout', name: 'd' }], stream(1));
    expect(() => forward(network, tensor([1, 2], [1, 2]), { training: true })).toThrow(
      'Layer "d" needs random numbers in training; option "stream" is missing.',
    );
  });
});

/** One layer on one sample; `values` are row-major. */
const onSample = (
  spec: LayerSpec,
  shapes: readonly (readonly number[])[],
  values: readonly (readonly number[])[],
  parameters: ParameterUpdates[string] = {},
): { readonly shape: readonly number[]; readonly values: readonly number[] } => {
  const inputs = shapes.map((shape, k) => ({ name: `x${k}`, shape }));
  const layer = { ...spec, name: 'it', inputs: inputs.map(({ name }) => name) };
  const network = withParameters(buildNetwork('n', inputs, [layer], stream(1)), { it: parameters });
  const given = inputs.map(({ name, shape }, k) => [name, tensor([...values[k]!], [1, ...shape])]);
  const result = forward(network, Object.fromEntries(given)).value;
  return { shape: result.shape.slice(1), values: Array.from(toFlat(result)) };
};

describe('images', () => {
  const image = [1, 2, 3, 4, 5, 6, 7, 8, 9];

  it('are convolved with the kernel as it is written, zeros in the padding', () => {
    const kernel = tensor([1, 0, 0, 10], [2, 2, 1, 1]);
    const valid = onSample({ kind: 'conv2d', attributes: { filters: 1, size: [2, 2] } }, [[3, 3, 1]], [image], {
      kernel,
      bias: tensor([0.5]),
    });
    expect(valid).toEqual({ shape: [2, 2, 1], values: [51.5, 62.5, 84.5, 95.5] });
    const same: LayerSpec = {
      kind: 'conv2d',
      attributes: { filters: 1, size: [2, 2], padding: 'same', strides: [2, 2], useBias: false },
    };
    expect(onSample(same, [[3, 3, 1]], [image], { kernel })).toEqual({ shape: [2, 2, 1], values: [51, 3, 7, 9] });
  });

  it('are convolved channel by channel, the filters of a channel side by side', () => {
    const two = [1, -1, 2, -2, 3, -3];
    const spec: LayerSpec = { kind: 'depthwiseConv1d', attributes: { size: [2], depthMultiplier: 2 } };
    // Cells by channels by filters.
    const kernel = tensor([1, 0, 0, 1, 10, 0, 0, 10], [2, 2, 2]);
    expect(onSample(spec, [[3, 2]], [two], { kernel, bias: tensor([0, 0.5, 0, 0]) })).toEqual({
      shape: [2, 4],
      values: [21, 0.5, 0, -21, 32, 0.5, 0, -32],
    });
  });

  it('keep their channels in pooling; padding takes no part in a maximum', () => {
    const two = [1, -1, 2, -2, 3, -3];
    const maximum: LayerSpec = { kind: 'pooling1d', attributes: { operation: 'maximum', size: [2], padding: 'same' } };
    expect(onSample(maximum, [[3, 2]], [two])).toEqual({ shape: [2, 2], values: [2, -1, 3, -3] });
  });

  it.each([
    [false, [1.5, 3]],
    [true, [1.5, 1.5]],
  ])('are averaged over the cells inside, or over all (%s)', (countPadding, values) => {
    const attributes = { operation: 'average', size: [2], padding: 'same', countPadding } as const;
    expect(onSample({ kind: 'pooling1d', attributes }, [[3, 1]], [[1, 2, 3]]).values).toEqual(values);
  });

  it('are reduced to one value per channel', () => {
    const pool = (operation: 'maximum' | 'average', keepAxes: boolean) =>
      onSample({ kind: 'globalPooling', attributes: { operation, keepAxes } }, [[3, 3, 1]], [image]);
    expect(pool('maximum', false)).toEqual({ shape: [1], values: [9] });
    expect(pool('average', true)).toEqual({ shape: [1, 1, 1], values: [5] });
  });
});

describe('several inputs', () => {
  it.each([
    ['add', [4, -1]],
    ['subtract', [-2, 5]],
    ['multiply', [3, -6]],
    ['average', [2, -0.5]],
    ['maximum', [3, 2]],
    ['minimum', [1, -3]],
  ] as const)('%s', (operation, expected) => {
    const spec: LayerSpec = { kind: 'merge', attributes: { operation } };
    const values = [
      [1, 2],
      [3, -3],
    ];
    expect(onSample(spec, [[2], [2]], values).values).toEqual(expected);
  });

  it('join along an axis', () => {
    const joined = (axis: number) =>
      onSample(
        { kind: 'concatenate', attributes: { axis } },
        [
          [1, 2],
          [1, 2],
        ],
        [
          [1, 2],
          [3, 4],
        ],
      );
    expect(joined(0)).toEqual({ shape: [2, 2], values: [1, 2, 3, 4] });
    expect(joined(-1)).toEqual({ shape: [1, 4], values: [1, 2, 3, 4] });
  });
});

describe('shapes that do not fit', () => {
  it.each<[LayerSpec, readonly (readonly number[])[], string]>([
    [
      { kind: 'conv2d', attributes: { filters: 1, size: [2, 2] } },
      [[3, 3]],
      'The input of layer "it" has shape [3, 3]; it must be [height, width, channels].',
    ],
    [
      { kind: 'conv1d', attributes: { filters: 1, size: [3], dilation: [2] } },
      [[4, 1]],
      'Layer "it" moves a window of [3] over [4]; it must fit along every axis.',
    ],
    [
      { kind: 'merge', attributes: { operation: 'subtract' } },
      [[2], [2], [2]],
      'Layer "it" has 3 inputs; operation subtract takes exactly 2.',
    ],
    [
      { kind: 'merge', attributes: { operation: 'add' } },
      [[2], [3]],
      'Layer "it" merges shapes [2] and [3]; all must be the same.',
    ],
    [
      { kind: 'concatenate', attributes: { axis: 0 } },
      [
        [2, 1],
        [2, 3],
      ],
      'Layer "it" joins [2, 1] and [2, 3]; they may differ along axis 0 only.',
    ],
    [
      { kind: 'concatenate', attributes: { axis: 2 } },
      [[2], [3]],
      'Layer "it" joins along axis 2; inputs of shape [2] have axes -1 to 0.',
    ],
    [
      { kind: 'reshape', attributes: { shape: [4] } },
      [[2, 3]],
      'Layer "it" reshapes [2, 3] to [4]; both must have the same number of elements.',
    ],
    [
      { kind: 'globalPooling', attributes: { operation: 'average' } },
      [[3]],
      'The input of layer "it" has shape [3]; it must have spatial axes and channels.',
    ],
    [
      { kind: 'conv1d', attributes: { filters: 1, size: [0] } },
      [[4, 1]],
      'Attribute "size" of layer "it" is [0]; it must be an integer of at least 1.',
    ],
    [
      { kind: 'depthwiseConv1d', attributes: { size: [3], depthMultiplier: 0 } },
      [[4, 1]],
      'Attribute "depthMultiplier" of layer "it" is 0; it must be an integer of at least 1.',
    ],
    [
      { kind: 'conv2d', attributes: { filters: 1, size: [2, 2], padding: 'causal' } },
      [[4, 4, 1]],
      'Attribute "padding" of layer "it" is "causal"; it must be one of valid, same.',
    ],
    [
      { kind: 'pooling2d', attributes: { operation: 'mean' as never, size: [2, 2] } },
      [[4, 4, 1]],
      'Attribute "operation" of layer "it" is "mean"; it must be one of maximum, average.',
    ],
  ])('%o on %j', (spec, shapes, message) => {
    expect(() =>
      onSample(
        spec,
        shapes,
        shapes.map((shape) => shape.map(() => 0)),
      ),
    ).toThrow(message);
  });
});
