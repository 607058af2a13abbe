import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { DistillError, FileError, FormatError, ShapeError, UnsupportedError, ValueError } from '../../src/errors.ts';
import {
  kerasWeightLookup,
  kerasWeightsOf,
  loadModel,
  networkFromKerasLayers,
  networkFromKerasModel,
  parseKerasModel,
  readHdf5,
  type WeightArray,
} from '../../src/formats/index.ts';
import { hashNetwork, inferShapes, predict, serializeNetwork, validateNetwork } from '../../src/network/index.ts';
import { tensor, toFlat } from '../../src/tensor/index.ts';
import { writeZip } from '../../src/formats/zip.ts';
import { buildHdf5, ramp } from './build-files.ts';

const tinySequential = {
  class_name: 'Sequential',
  keras_version: '2.4.0',
  config: {
    name: 'tiny',
    layers: [
      {
        class_name: 'Dense',
        config: { name: 'fc1', units: 3, activation: 'relu', use_bias: true, batch_input_shape: [null, 2] },
      },
      {
        class_name: 'BatchNormalization',
        config: { name: 'bn', axis: [1], epsilon: 0.01, momentum: 0.9, center: true, scale: false },
      },
      { class_name: 'Dropout', config: { name: 'drop', rate: 0.25 } },
      { class_name: 'Dense', config: { name: 'out', units: 1, activation: 'hard_sigmoid', use_bias: false } },
    ],
  },
};

const tinyArrays = {
  'fc1/fc1/kernel:0': ramp([2, 3]),
  'fc1/fc1/bias:0': ramp([3], 9),
  'bn/bn/beta:0': ramp([3], 1),
  'bn/bn/moving_mean:0': ramp([3], 3),
  'bn/bn/moving_variance:0': ramp([3], 5),
  'out/out/kernel:0': ramp([3, 1]),
};

const lookup = (arrays: Readonly<Record<string, WeightArray>>) => kerasWeightLookup(new Map(Object.entries(arrays)));

const dense = (extra: Readonly<Record<string, unknown>> = {}) => [
  {
    class: 'Dense',
    name: 'fc',
    units: 1,
    activation: 'linear',
    use_bias: false,
    batch_input_shape: [null, 2],
    ...extra,
  },
];

const folder = (): string => mkdtempSync(join(tmpdir(), 'distill-keras-'));

describe('Keras Sequential', () => {
  it('splits activations off, reads parameters and names the input', () => {
    const network = networkFromKerasModel(
      parseKerasModel(JSON.stringify(tinySequential), 'tiny.json'),
      lookup(tinyArrays),
    );

    expect(network.name).toBe('tiny');
    expect(network.inputs).toEqual([{ name: 'input1', shape: [2] }]);
    expect(network.layers.map((layer) => [layer.name, layer.kind, layer.inputs])).toEqual([
      ['fc1', 'dense', ['input1']],
      ['fc1_relu', 'relu', ['fc1']],
      ['bn', 'batchNormalization', ['fc1_relu']],
      ['drop', 'dropout', ['bn']],
      ['out', 'dense', ['drop']],
      ['out_hard_sigmoid', 'hardSigmoid', ['out']],
    ]);
    expect(network.outputs).toEqual(['out_hard_sigmoid']);
    expect(Array.from(network.layers[0].parameters['kernel'].data)).toEqual(tinyArrays['fc1/fc1/kernel:0'].data);
    expect(Array.from(network.layers[2].parameters['gamma'].data)).toEqual([1, 1, 1]);
    expect(network.layers[2].attributes).toEqual({ epsilon: 0.01, momentum: 0.9 });
    expect(network.layers[5].attributes).toEqual({ slope: 0.2, shift: 0.5 });
    validateNetwork(network);
  });

  it('takes the hard sigmoid of Keras 3 from its module fields', () => {
    const model = parseKerasModel(
      JSON.stringify({ ...tinySequential, module: 'keras', keras_version: undefined }),
      'x',
    );
    const network = networkFromKerasModel(model, lookup(tinyArrays));

    expect(network.layers[5].attributes).toEqual({ slope: 1 / 6, shift: 0.5 });
  });
});

describe('functional Keras models', () => {
  const layer = (className: string, name: string, inbound: unknown, config: object = {}) => ({
    class_name: className,
    name,
    config: { name, ...config },
    inbound_nodes: inbound,
  });
  const model = (layers: readonly object[], outputs: unknown) =>
    JSON.stringify({
      class_name: 'Functional',
      config: { name: 'f', layers, input_layers: ['in', 0, 0], output_layers: outputs },
    });
  const arrays = { 'a/a/kernel:0': ramp([2, 2]), 'b/b/kernel:0': ramp([2, 1]) };
  const dense = { units: 2, use_bias: false };

  it('follows inbound nodes whatever the order, in the notation of Keras 2 and of Keras 3', () => {
    const layers = (inbound: (name: string) => unknown) => [
      layer('Dense', 'b', inbound('a'), { ...dense, units: 1 }),
      layer('InputLayer', 'in', [], { batch_input_shape: [null, 2] }),
      layer('Dense', 'a', inbound('in'), dense),
      layer('Dense', 'unused', inbound('in'), dense),
    ];
    const two = model(
      layers((name) => [[[name, 0, 0, {}]]]),
      [['b', 0, 0]],
    );
    const tensor = (name: string) => ({
      class_name: '__keras_tensor__',
      config: { shape: [null, 2], keras_history: [name, 0, 0] },
    });
    const three = model(
      layers((name) => [{ args: [tensor(name)], kwargs: {} }]),
      ['b', 0, 0],
    );
    for (const text of [two, three]) {
      const network = networkFromKerasModel(parseKerasModel(text, 'f.json'), lookup(arrays));

      expect(network.layers.map(({ name, inputs }) => [name, inputs])).toEqual([
        ['a', ['in']],
        ['b', ['a']],
      ]);
      expect(network.outputs).toEqual(['b']);
    }
  });

  it('refuses a layer that is used twice, one with two inputs, and one whose input is missing', () => {
    const input = layer('InputLayer', 'in', [], { batch_input_shape: [null, 2] });
    const read =
      (...layers: readonly object[]) =>
      () =>
        networkFromKerasModel(parseKerasModel(model(layers, [['a', 0, 0]]), 'f.json'), lookup(arrays));

    expect(read(input, layer('Dense', 'a', [[['in', 0, 0, {}]], [['in', 0, 0, {}]]], dense))).toThrow(
      /"a" \(Dense\) is used 2 times/,
    );
    expect(
      read(
        input,
        layer(
          'Dense',
          'a',
          [
            [
              ['in', 0, 0, {}],
              ['in', 0, 0, {}],
            ],
          ],
          dense,
        ),
      ),
    ).toThrow(UnsupportedError);
    expect(read(input, layer('Dense', 'a', [[['gone', 0, 0, {}]]], dense))).toThrow(
      /"a" is fed by "gone", which the model does not have/,
    );
  });
});

describe('layer classes', () => {
  it('ternarises TernaryDense above one half and marks its weights', () => {
    const kernel = { shape: [2, 3], data: [0.51, 0.5, 0.2, -0.49, -0.5, -1] };
    const network = networkFromKerasLayers(
      't',
      [{ ...dense()[0], class: 'TernaryDense', units: 3 }],
      lookup({ 'fc/fc/kernel:0': kernel }),
    );

    expect(Array.from(network.layers[0].parameters['kernel'].data)).toEqual([1, 0, 0, -0, -1, -1].map((x) => x + 0));
    expect(network.precision).toEqual({ fc: { weight: 'ap_int<2>' } });
  });

  it('snaps QDense weights onto their grid, half to even, and states the formats', () => {
    const quantizer = { class_name: 'quantized_bits', config: { bits: 4, integer: 0, symmetric: 0, alpha: 1 } };
    const layers = [
      { ...dense()[0], class: 'QDense', units: 3, kernel_quantizer: quantizer },
      { class: 'QActivation', name: 'act', activation: 'quantized_relu(6,2)' },
    ];
    const kernel = { shape: [2, 3], data: [0.0625, 0.1875, -0.0625, 5, -5, 0.3] };
    const network = networkFromKerasLayers('q', layers, lookup({ 'fc/0': kernel }));

    expect(Array.from(network.layers[0].parameters['kernel'].data, (x) => x + 0)).toEqual([
      0, 0.25, 0, 0.875, -1, 0.25,
    ]);
    expect(network.precision).toEqual({
      fc: { weight: 'ap_fixed<4,1>' },
      act: { result: 'ap_ufixed<6,2,AP_RND_CONV,AP_SAT>' },
    });
    expect(network.layers[1].kind).toBe('relu');
  });

  it('reads the slopes of leaky ReLU from either version', () => {
    const kinds = (layer: object) => {
      const network = networkFromKerasLayers(
        'l',
        [...dense(), { class: 'x', name: 'a', ...layer }],
        lookup({ 'fc/0': ramp([2, 1]) }),
      );
      return [network.layers[1].kind, network.layers[1].attributes];
    };

    expect(kinds({ class: 'LeakyReLU', alpha: 0.125 })).toEqual(['leakyRelu', { slope: 0.125 }]);
    expect(kinds({ class: 'LeakyReLU', negative_slope: 0.25 })).toEqual(['leakyRelu', { slope: 0.25 }]);
    expect(kinds({ class: 'LeakyReLU' })).toEqual(['leakyRelu', { slope: 0.3 }]);
    expect(kinds({ class: 'ReLU', negative_slope: 0.5, max_value: null, threshold: 0 })).toEqual([
      'leakyRelu',
      { slope: 0.5 },
    ]);
    expect(kinds({ class: 'ReLU' })).toEqual(['relu', {}]);
    expect(kinds({ class: 'Activation', activation: 'ternary_tanh' })).toEqual(['ternaryTanh', {}]);
  });

  it.each([
    [
      { class: 'Conv3D', name: 'c1' },
      /^Layer "c1" is of class Conv3D, but only InputLayer, Dense, .* are supported\.$/,
    ],
    [
      { class: 'ReLU', name: 'r', max_value: 6, threshold: 1 },
      /^Layer "r" \(ReLU\) has max_value 6, threshold 1 and negative_slope 0, but at most one of them is supported\.$/,
    ],
    [
      { class: 'Activation', name: 'a', activation: 'swish' },
      /^Layer "a" \(Activation\) has activation swish, but only linear, relu, /,
    ],
    [{ class: 'Softmax', name: 's', axis: 3 }, /^Layer "s" \(Softmax\) works along axis 3, but only the last axis/],
    [
      { class: 'QActivation', name: 'q', activation: 'quantized_tanh(4)' },
      /^Layer "q" \(QActivation\) uses quantized_tanh/,
    ],
    [{ class: 'constructor', name: 'k' }, /^Layer "k" is of class constructor/],
  ])('refuses %j by name', (layer, message) => {
    const build = () => networkFromKerasLayers('x', [...dense(), layer], lookup({ 'fc/0': ramp([2, 1]) }));

    expect(build).toThrow(UnsupportedError);
    expect(build).toThrow(message);
  });
});

/** Kind, attributes and result shape of what one class becomes behind an input. */
const turned = (shape: readonly number[], layer: object, arrays: Readonly<Record<string, WeightArray>> = {}) => {
  const input = { class: 'InputLayer', name: 'in', batch_shape: [null, ...shape] };
  const network = networkFromKerasLayers(
    'n',
    [input, { class: 'x', name: 'l', ...layer }, { class: 'Activation', name: 'end', activation: 'relu' }],
    lookup(arrays),
  );
  const [first] = network.layers;
  return [first!.kind, first!.attributes, inferShapes(network).get('end')];
};

describe('images', () => {
  it('become convolutions with the geometry of the file', () => {
    const layer = { class: 'Conv2D', filters: 2, kernel_size: [3, 2], strides: [2, 1], padding: 'same' };
    const arrays = { 'l/0': ramp([3, 2, 1, 2]), 'l/1': ramp([2]) };
    const geometry = { size: [3, 2], strides: [2, 1], dilation: [1, 1], padding: 'same' };

    expect(turned([5, 4, 1], layer, arrays)).toEqual(['conv2d', { filters: 2, ...geometry, useBias: true }, [3, 4, 2]]);
    expect(
      turned(
        [9, 2],
        { class: 'Conv1D', filters: 1, kernel_size: 3, dilation_rate: [2], use_bias: false },
        {
          'l/0': ramp([3, 2, 1]),
        },
      ),
    ).toEqual([
      'conv1d',
      { filters: 1, size: [3], strides: [1], dilation: [2], padding: 'valid', useBias: false },
      [5, 1],
    ]);
  });

  it('become causal convolutions along one axis', () => {
    const layer = { class: 'Conv1D', filters: 1, kernel_size: 3, padding: 'causal', use_bias: false };
    expect(turned([9, 2], layer, { 'l/0': ramp([3, 2, 1]) })).toEqual([
      'conv1d',
      { filters: 1, size: [3], strides: [1], dilation: [1], padding: 'causal', useBias: false },
      [9, 1],
    ]);
  });

  it('become depthwise convolutions, under the names of Keras 2 and of Keras 3', () => {
    const layer = { class: 'DepthwiseConv2D', kernel_size: [3, 2], depth_multiplier: 2, padding: 'same' };
    const attributes = { size: [3, 2], strides: [1, 1], dilation: [1, 1], padding: 'same', depthMultiplier: 2 };
    const expected = ['depthwiseConv2d', { ...attributes, useBias: true }, [5, 4, 6]];
    const kernel = ramp([3, 2, 3, 2]);
    const bias = ramp([6]);

    expect(turned([5, 4, 3], layer, { 'l/l/depthwise_kernel:0': kernel, 'l/l/bias:0': bias })).toEqual(expected);
    expect(turned([5, 4, 3], layer, { 'l/kernel': kernel, 'l/bias': bias })).toEqual(expected);
    expect(turned([5, 4, 3], layer, { 'l/0': kernel, 'l/1': bias })).toEqual(expected);
    expect(
      turned([5, 3], { class: 'DepthwiseConv1D', kernel_size: 2, use_bias: false }, { 'l/0': ramp([2, 3, 1]) }),
    ).toEqual([
      'depthwiseConv1d',
      { size: [2], strides: [1], dilation: [1], padding: 'valid', depthMultiplier: 1, useBias: false },
      [4, 3],
    ]);
  });

  it('become a depthwise and a pointwise convolution where they are separable', () => {
    const separable = {
      class: 'SeparableConv1D',
      name: 'sep',
      filters: 2,
      kernel_size: 2,
      depth_multiplier: 1,
      activation: 'relu',
      batch_input_shape: [null, 3, 2],
    };
    const arrays = {
      'sep/0': { shape: [2, 2, 1], data: [1, 2, 3, 4] },
      'sep/1': { shape: [1, 2, 2], data: [1, 0, -1, 1] },
      'sep/2': { shape: [2], data: [0.5, -0.5] },
    };
    const network = networkFromKerasLayers('n', [separable], lookup(arrays));

    expect(network.layers.map(({ name, kind, inputs }) => [name, kind, inputs])).toEqual([
      ['sep_depthwise', 'depthwiseConv1d', ['input1']],
      ['sep_pointwise', 'conv1d', ['sep_depthwise']],
      ['sep_relu', 'relu', ['sep_pointwise']],
    ]);
    // Channels 1, 2, 3 and 4, 0, −1: sums 1 + 3·2, 2 + 3·3 and 2·4 + 4·0, 0 − 4.
    const result = predict(network, tensor([1, 4, 2, 0, 3, -1], [1, 3, 2]));
    expect(Array.from(toFlat(result))).toEqual([0, 7.5, 15.5, 0]);
  });

  it('keep the quantizers of QKeras for each part', () => {
    const quantizer = (bits: number): object => ({
      class_name: 'quantized_bits',
      config: { bits, integer: 0, alpha: 1 },
    });
    const layer = {
      class: 'QSeparableConv2D',
      name: 'q',
      filters: 1,
      kernel_size: [1, 1],
      depthwise_quantizer: quantizer(4),
      pointwise_quantizer: quantizer(6),
      bias_quantizer: quantizer(5),
      batch_input_shape: [null, 2, 2, 1],
    };
    const arrays = {
      'q/0': { shape: [1, 1, 1, 1], data: [0.3] },
      'q/1': { shape: [1, 1, 1, 1], data: [0.3] },
      'q/2': { shape: [1], data: [0.3] },
    };
    const network = networkFromKerasLayers('n', [layer], lookup(arrays));

    expect(network.precision).toEqual({
      q_depthwise: { weight: 'ap_fixed<4,1>' },
      q_pointwise: { weight: 'ap_fixed<6,1>', bias: 'ap_fixed<5,1>' },
    });
    const values = network.layers.map(({ parameters }) => Object.values(parameters).map(({ data }) => data[0]));
    expect(values).toEqual([[0.25], [0.3125, 0.3125]]);
  });

  it('become poolings whose windows do not overlap unless the file says so', () => {
    const common = { padding: 'valid', countPadding: false };

    expect(turned([6, 4, 3], { class: 'MaxPooling2D' })).toEqual([
      'pooling2d',
      { operation: 'maximum', size: [2, 2], strides: [2, 2], ...common },
      [3, 2, 3],
    ]);
    expect(turned([7, 3], { class: 'AveragePooling1D', pool_size: [3], strides: [2] })).toEqual([
      'pooling1d',
      { operation: 'average', size: [3], strides: [2], ...common },
      [3, 3],
    ]);
    expect(turned([7, 3], { class: 'GlobalMaxPooling1D' })).toEqual([
      'globalPooling',
      { operation: 'maximum', keepAxes: false },
      [3],
    ]);
    expect(turned([2, 2, 3], { class: 'GlobalAveragePooling2D', keepdims: true })).toEqual([
      'globalPooling',
      { operation: 'average', keepAxes: true },
      [1, 1, 3],
    ]);
  });

  it('are flattened and reshaped', () => {
    expect(turned([2, 3], { class: 'Flatten' })).toEqual(['flatten', {}, [6]]);
    expect(turned([2, 3], { class: 'Reshape', target_shape: [-1, 2] })).toEqual(['reshape', { shape: [3, 2] }, [3, 2]]);
  });

  it.each([
    [{ class: 'Flatten', data_format: 'channels_first' }, UnsupportedError, /only channels_last is supported/],
    [{ class: 'Reshape', target_shape: [4] }, ShapeError, /reshapes \[2, 3\] to \[4\], but both must hold/],
    [{ class: 'MaxPooling2D' }, ShapeError, /gets an input of shape \[2, 3\], but needs 3 axes/],
    [{ class: 'MaxPooling1D', padding: 'causal' }, UnsupportedError, /padding "causal", but only valid and same/],
    [{ class: 'MaxPooling1D', pool_size: [0] }, FormatError, /"pool_size": \[0\], but 1 integers of at least 1/],
    [
      { class: 'Conv1D', filters: 1, kernel_size: 1, groups: 2 },
      UnsupportedError,
      /has 2 groups, but only 1 is supported/,
    ],
    [
      { class: 'Conv1D', filters: 1, kernel_size: 1, padding: 'full' },
      UnsupportedError,
      /padding "full", but only valid, same and causal are supported/,
    ],
    [{ class: 'DepthwiseConv1D', kernel_size: 1 }, ShapeError, /needs a depthwise kernel of shape \[1, 3, 1\]/],
  ])('are refused in one sentence: %j', (layer, type, message) => {
    expect(() => turned([2, 3], layer)).toThrow(type);
    expect(() => turned([2, 3], layer)).toThrow(message);
  });
});

describe('activations with parameters', () => {
  it('keep them', () => {
    expect(turned([2], { class: 'ELU', alpha: 0.5 })).toEqual(['elu', { alpha: 0.5 }, [2]]);
    expect(turned([2], { class: 'ReLU', max_value: 6 })).toEqual(['clippedRelu', { limit: 6 }, [2]]);
    expect(turned([2], { class: 'ReLU', threshold: 0.5 })).toEqual(['thresholdedRelu', { theta: 0.5 }, [2]]);
    expect(turned([2], { class: 'ThresholdedReLU', theta: 2 })).toEqual(['thresholdedRelu', { theta: 2 }, [2]]);
    expect(turned([2], { class: 'Activation', activation: 'softplus' })).toEqual(['softplus', {}, [2]]);
    expect(turned([2], { class: 'Activation', activation: 'binary_tanh' })).toEqual(['binaryTanh', {}, [2]]);
  });

  it('spread the shared slopes of a parametric ReLU over its elements', () => {
    const input = { class: 'InputLayer', name: 'in', batch_shape: [null, 2, 3] };
    const layer = { class: 'PReLU', name: 'p', shared_axes: [1] };
    const network = networkFromKerasLayers('n', [input, layer], lookup({ 'p/0': { shape: [1, 3], data: [1, 2, 3] } }));

    expect(Array.from(network.layers[0]!.parameters['alpha']!.data)).toEqual([1, 2, 3, 1, 2, 3]);
  });
});

describe('layers with several inputs', () => {
  const joined = (layer: object) =>
    networkFromKerasLayers(
      'n',
      [
        { class: 'InputLayer', name: 'a', batch_shape: [null, 2, 3] },
        { class: 'InputLayer', name: 'b', batch_shape: [null, 2, 3] },
        { class: 'x', name: 'l', inbound: ['a', 'b'], ...layer },
      ],
      () => undefined,
    );

  it.each([
    ['Add', 'merge', { operation: 'add' }, [2, 3]],
    ['Subtract', 'merge', { operation: 'subtract' }, [2, 3]],
    ['Multiply', 'merge', { operation: 'multiply' }, [2, 3]],
    ['Average', 'merge', { operation: 'average' }, [2, 3]],
    ['Maximum', 'merge', { operation: 'maximum' }, [2, 3]],
    ['Minimum', 'merge', { operation: 'minimum' }, [2, 3]],
    ['Concatenate', 'concatenate', { axis: -1 }, [2, 6]],
  ])('%s', (name, kind, attributes, shape) => {
    const network = joined({ class: name });

    expect(network.layers[0]).toMatchObject({ kind, attributes, inputs: ['a', 'b'] });
    expect(inferShapes(network).get('l')).toEqual(shape);
  });

  it('count the batch axis of a concatenation as Keras does', () => {
    expect(inferShapes(joined({ class: 'Concatenate', axis: 1 })).get('l')).toEqual([4, 3]);
    expect(() => joined({ class: 'Concatenate', axis: 0 })).toThrow('joins along axis 0, but that is the batch.');
  });
});

describe('weights that do not fit', () => {
  it.each([
    [undefined, ShapeError, 'Layer "fc" needs a kernel of shape [2, 1], but the model\'s weights hold none.'],
    [ramp([3, 1]), ShapeError, 'The kernel of layer "fc" has shape [3, 1] where [2, 1] is needed.'],
    [{ shape: [2, 1], data: [1] }, ShapeError, 'The kernel of layer "fc" holds 1 values where shape [2, 1] needs 2.'],
    [
      { shape: [2, 1], data: [1, NaN], origin: 'dataset "fc/kernel:0" of w.h5' },
      ValueError,
      'The kernel of layer "fc" (dataset "fc/kernel:0" of w.h5) is NaN at [1, 0], but weights must be finite single-precision numbers.',
    ],
    [
      { shape: [2, 1], data: [1e39, 0] },
      ValueError,
      'The kernel of layer "fc" is 1e+39 at [0, 0], but weights must be finite single-precision numbers.',
    ],
  ])('are named: %j', (array, type, message) => {
    const build = () => networkFromKerasLayers('x', dense(), (_, role) => (role === 'kernel' ? array : undefined));

    expect(build).toThrow(type);
    expect(build).toThrow(message);
  });

  it('include a negative variance', () => {
    const arrays = { ...tinyArrays, 'bn/bn/moving_variance:0': ramp([3]) };
    const build = () => networkFromKerasModel(parseKerasModel(JSON.stringify(tinySequential), 'x'), lookup(arrays));

    expect(build).toThrow(
      'Layer "bn" (BatchNormalization) has moving variance -0.25 at [0], but a variance is at least 0.',
    );
  });
});

describe('malformed configurations', () => {
  it.each([
    ['{"class_name": "Seq', /^m\.json is not valid JSON/],
    ['[1]', /^m\.json holds JSON, but not an object/],
    ['{}', /^m\.json has "class_name": undefined, but a non-empty text is needed\.$/],
    [
      '{"class_name": "Subclassed", "config": {}}',
      /^m\.json holds a Subclassed, but only Sequential, Model, Functional/,
    ],
    ['{"class_name": "Sequential", "config": {"layers": []}}', /without layers/],
    [
      '{"class_name": "Sequential", "config": {"layers": [{"class_name": "Dense"}]}}',
      /^Layer 0 in m\.json has "config"/,
    ],
  ])('are refused: %s', (text, message) => {
    expect(() => parseKerasModel(text, 'm.json')).toThrow(message);
    expect(() => parseKerasModel(text, 'm.json')).toThrow(DistillError);
  });

  it('give one sentence wherever the text is cut or a value is replaced', () => {
    const text = JSON.stringify(tinySequential);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: text.length - 1 }), fc.constantFrom('', '0', 'null', '"'), (at, insert) => {
        const damaged = insert === '' ? text.slice(0, at) : text.slice(0, at) + insert + text.slice(at + 1);
        try {
          networkFromKerasModel(parseKerasModel(damaged, 'm.json'), lookup(tinyArrays));
        } catch (error) {
          expect(error).toBeInstanceOf(DistillError);
          expect((error as Error).message).not.toContain('\n');
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('HDF5 weights', () => {
  it('are found under every layout', async () => {
    const kernel = ramp([2, 1]);
    const layouts: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
      ['fc/fc/kernel:0', {}],
      ['model_weights/fc/fc/kernel:0', {}],
      ['fc/outer/inner/kernel:0', {}],
      ['nested/fc/kernel:0', {}],
      ['layers/dense/vars/0', { 'layers/dense/vars@name': 'fc' }],
      ['layers/fc/vars/0', {}],
    ];
    for (const [path, texts] of layouts) {
      const content = await readHdf5(await buildHdf5({ [path]: kernel }, texts), 'w.h5');
      const found = kerasWeightsOf(content)('fc', 'kernel');

      expect(found?.shape, path).toEqual([2, 1]);
      expect(Array.from(found?.data ?? []), path).toEqual(kernel.data);
    }
  });

  it('of a wrong shape are reported with file and dataset', async () => {
    const content = await readHdf5(await buildHdf5({ 'fc/fc/kernel:0': ramp([4, 1]) }), 'w.h5');

    expect(() => networkFromKerasLayers('x', dense(), kerasWeightsOf(content))).toThrow(
      'The kernel of layer "fc" (dataset "fc/fc/kernel:0" of w.h5) has shape [4, 1] where [2, 1] is needed.',
    );
  });

  it('throw a FormatError wherever the file is cut', async () => {
    const bytes = await buildHdf5({ 'fc/fc/kernel:0': ramp([8, 8]) });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: bytes.length - 1 }), async (length) => {
        await expect(readHdf5(bytes.subarray(0, length), 'cut.h5')).rejects.toThrow(FormatError);
      }),
      { numRuns: 100, examples: [[0], [7], [8], [47], [48], [96]] },
    );
  });

  it('give a typed error or some content where bytes are damaged', async () => {
    const bytes = await buildHdf5({ 'fc/fc/kernel:0': ramp([8, 8]) });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: bytes.length - 1 }),
        fc.integer({ min: 0, max: 255 }),
        async (at, value) => {
          const damaged = bytes.slice();
          damaged[at] = value;
          try {
            await readHdf5(damaged, 'x.h5');
          } catch (error) {
            expect(error).toBeInstanceOf(FormatError);
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('loadModel', () => {
  it('finds the weights beside a Keras JSON, and reads the same from HDF5, .keras and its own JSON', async () => {
    const dir = folder();
    const config = JSON.stringify(tinySequential);
    writeFileSync(join(dir, 'm.json'), config);
    writeFileSync(join(dir, 'm_weights.h5'), await buildHdf5(tinyArrays));
    writeFileSync(join(dir, 'm.h5'), await buildHdf5(tinyArrays, { '@model_config': config }));
    const three = {
      'layers/dense/vars/0': tinyArrays['fc1/fc1/kernel:0'],
      'layers/dense/vars/1': tinyArrays['fc1/fc1/bias:0'],
      'layers/batch_normalization/vars/0': tinyArrays['bn/bn/beta:0'],
      'layers/batch_normalization/vars/1': tinyArrays['bn/bn/moving_mean:0'],
      'layers/batch_normalization/vars/2': tinyArrays['bn/bn/moving_variance:0'],
      'layers/dense_1/vars/0': tinyArrays['out/out/kernel:0'],
    };
    const names = {
      'layers/dense/vars@name': 'fc1',
      'layers/batch_normalization/vars@name': 'bn',
      'layers/dense_1/vars@name': 'out',
    };
    const archive = new Map([
      ['config.json', new TextEncoder().encode(config)],
      ['model.weights.h5', await buildHdf5(three, names)],
    ]);
    writeFileSync(join(dir, 'm.keras'), writeZip(archive));
    const first = await loadModel(join(dir, 'm.json'));
    writeFileSync(join(dir, 'own.json'), serializeNetwork(first));

    expect(first.name).toBe('m');
    for (const file of ['m.h5', 'm.keras', 'own.json']) {
      expect(hashNetwork(await loadModel(join(dir, file))), file).toBe(hashNetwork(first));
    }
    writeFileSync(join(dir, 'other.h5'), await buildHdf5({ ...tinyArrays, 'bn9/bn9/gamma:0': ramp([2]) }));
    await expect(loadModel(join(dir, 'm.json'), { weights: join(dir, 'other.h5') })).rejects.toThrow(
      /^other\.h5 holds weights of layer "bn9", which the model does not have; its layers are /,
    );
    await expect(loadModel(join(dir, 'm_weights.h5'))).rejects.toThrow(/^m_weights\.h5 holds weights without a model/);
  });

  it('throws a FormatError wherever a .keras archive is cut', async () => {
    const archive = new Map([
      ['config.json', new TextEncoder().encode(JSON.stringify(tinySequential))],
      ['model.weights.h5', await buildHdf5({ 'fc1/fc1/kernel:0': ramp([2, 3]) })],
    ]);
    const bytes = writeZip(archive);
    const path = join(folder(), 'cut.keras');
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: bytes.length - 1 }), async (length) => {
        writeFileSync(path, bytes.subarray(0, length));
        await expect(loadModel(path)).rejects.toThrow(FormatError);
      }),
      { numRuns: 60 },
    );
  });

  it('says how to install h5wasm where it is absent', async () => {
    vi.resetModules();
    vi.doMock('h5wasm', () => {
      throw new Error('Cannot find package');
    });
    const { readHdf5: readWithout } = await import('../../src/formats/hdf5.ts');
    const bytes = await buildHdf5({ 'a/b': ramp([1]) });

    await expect(readWithout(bytes, 'w.h5')).rejects.toThrow(
      'Reading HDF5 files needs the package h5wasm: install it with `npm install h5wasm@0.10.3`.',
    );
    vi.doUnmock('h5wasm');
  });

  it('names missing and unknown files', async () => {
    const dir = folder();
    writeFileSync(join(dir, 'alone.json'), JSON.stringify(tinySequential));
    writeFileSync(join(dir, 'empty.onnx'), '');
    writeFileSync(join(dir, 'model.h5'), 'no HDF5 here');
    writeFileSync(join(dir, 'model.pt'), 'torch');
    writeFileSync(join(dir, 'other.json'), '{"a": 1}');

    await expect(loadModel(join(dir, 'gone.json'))).rejects.toThrow(FileError);
    await expect(loadModel(dir)).rejects.toThrow(/is not a file\.$/);
    await expect(loadModel(join(dir, 'alone.json'))).rejects.toThrow(
      /holds no weights, and neither ".*alone_weights\.h5" nor/,
    );
    await expect(loadModel(join(dir, 'alone.json'), { weights: join(dir, 'w.h5') })).rejects.toThrow(
      /^Weights file ".*w\.h5" does not exist\.$/,
    );
    await expect(loadModel(join(dir, 'alone.json'), { weights: join(dir, 'model.h5') })).rejects.toThrow(
      /^model\.h5 is not an HDF5 file/,
    );
    await expect(loadModel(join(dir, 'empty.onnx'))).rejects.toThrow('empty.onnx is empty.');
    await expect(loadModel(join(dir, 'model.h5'))).rejects.toThrow(/^model\.h5 is not a \.h5 file/);
    await expect(loadModel(join(dir, 'model.pt'))).rejects.toThrow(/model files end in \.json, \.h5, \.keras, \.onnx/);
    await expect(loadModel(join(dir, 'other.json'))).rejects.toThrow(/neither a Keras model/);
  });
});

const models = new URL('../../../shared/data/models/keras/', import.meta.url);

describe.skipIf(!existsSync(models))('models that others trained', () => {
  const path = (file: string): string => new URL(file, models).pathname;

  it('are read or refused by the name of their first unsupported layer', async () => {
    const outcome: Record<string, string> = {};
    for (const file of readdirSync(models).filter((name) => /(\.json|\.keras|classifier\.h5)$/.test(name))) {
      try {
        const network = await loadModel(path(file));
        validateNetwork(network);
        outcome[file] = `${network.inputs[0].shape.join('x')} → ${network.layers.length} layers`;
      } catch (error) {
        expect(error).toBeInstanceOf(UnsupportedError);
        outcome[file] =
          /^Layer "\w+" (is of class \w+|\(\w+\) uses \w+)/.exec((error as Error).message)?.[0] ?? 'unclear';
      }
    }

    expect(outcome).toEqual({
      'KERAS_1layer.json': '10 → 4 layers',
      'KERAS_3layer.json': '16 → 8 layers',
      'KERAS_3layer_batch_norm.json': '16 → 12 layers',
      'KERAS_3layer_ternary_small.json': '16 → 11 layers',
      'KERAS_conv1d_small.json': '10x4 → 11 layers',
      'KERAS_conv2d_model.json': '8x8x1 → 6 layers',
      'KERAS_dense_16x500x500x500x500x500x5.json': '16 → 16 layers',
      'hgq_jet_classifier.h5': 'Layer "inp_q_quantizer" is of class FixedPointQuantizer',
      'jetTagger_Conv2D_Small.json': '25x25x1 → 14 layers',
      'qkeras-v3_3layer.keras': '16 → 8 layers',
      'qkeras_3layer.json': '16 → 8 layers',
      'qkeras_mnist_dense.json': 'Layer "q_dense_2" (QDense) uses quantized_po2',
    });
  });

  it.each([
    ['KERAS_3layer_70pruned_retrained_weights.h5', 0.7],
    ['KERAS_3layer_95pruned_retrained_weights.h5', 0.95],
  ])('keep their zeros: %s', async (file, share) => {
    const network = await loadModel(path('KERAS_3layer.json'), { weights: path(file) });
    const weights = network.layers.flatMap((layer) => Array.from(layer.parameters['kernel']?.data ?? []));

    expect(weights.filter((weight) => weight === 0).length / weights.length).toBeCloseTo(share, 1);
  });
});

const vectors = new URL('../../../shared/vectors/networks/', import.meta.url);

describe.skipIf(!existsSync(vectors))('the networks of the reference vectors', () => {
  it.each(['jet_mlp', 'jet_mlp_auto', 'keras_1layer', 'keras_3layer_batch_norm', 'qkeras_3layer', 'ae57', 'mlp8'])(
    'have the layers that hls4ml calls: %s',
    (name) => {
      const vector = JSON.parse(readFileSync(new URL(`${name}.json`, vectors), 'utf8'));
      const network = networkFromKerasLayers(name, vector.architecture, lookup(vector.float_weights));

      expect(network.layers.map((layer) => layer.name)).toEqual(
        vector.calls.map((call: { name: string }) => call.name),
      );
      expect(network.inputs.map((input) => input.name)).toEqual([vector.input]);
    },
  );

  it('have the weights that hls4ml uses where they are quantized', () => {
    for (const [name, scale] of [
      ['qkeras_3layer', 32],
      ['keras_3layer_ternary_small', 1],
    ] as const) {
      const vector = JSON.parse(readFileSync(new URL(`${name}.json`, vectors), 'utf8'));
      const network = networkFromKerasLayers(name, vector.architecture, lookup(vector.float_weights));
      for (const call of vector.calls.filter((one: { fn: string }) => one.fn === 'dense')) {
        const kernel = network.layers.find((layer) => layer.name === call.name)?.parameters['kernel'];

        expect(Array.from(kernel?.data ?? [], (x) => x * scale + 0)).toEqual(vector.raw_weights[call.weights[0]].raw);
      }
    }
  });
});
