import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DistillError, FormatError, ShapeError, UnsupportedError } from '../../src/errors.ts';
import { loadModel, networkFromOnnx, networkFromOnnxNodes, readOnnxModel } from '../../src/formats/index.ts';
import { predict, validateNetwork } from '../../src/network/index.ts';
import { floatTensor } from '../../src/formats/weights.ts';
import { buildOnnx, ramp, type TestNode } from './build-files.ts';

const chain = (...nodes: readonly Omit<TestNode, 'outputs'>[]) => {
  const last = nodes.length - 1;
  return nodes.map((node, i) => ({ ...node, outputs: [i === last ? 'y' : `t${i}`] }));
};

const constants = {
  W: ramp([2, 3]),
  Wt: ramp([3, 2]),
  B: ramp([3], 4),
  one: { shape: [], data: [2] },
  variance: ramp([3], 5),
  shape: { shape: [2], data: [1, -1] },
};

const network = (...nodes: readonly Omit<TestNode, 'outputs'>[]) =>
  networkFromOnnx(buildOnnx({ nodes: chain(...nodes), constants, input: ['x', [1, 2]], output: 'y' }), 'tiny.onnx');

const matMul = { type: 'MatMul', name: 'm', inputs: ['x', 'W'] } as const;

describe('networkFromOnnx', () => {
  it('keeps MatMul and Add apart, named as hls4ml names them', () => {
    const result = network(
      matMul,
      { type: 'Add', name: 'a', inputs: ['t0', 'B'] },
      { type: 'Relu', name: 'r', inputs: ['t1'] },
    );

    expect(result.inputs).toEqual([{ name: 'x', shape: [2] }]);
    expect(result.layers.map((layer) => [layer.name, layer.kind, layer.inputs])).toEqual([
      ['Dense_m', 'dense', ['x']],
      ['bn_a', 'affine', ['Dense_m']],
      ['r', 'relu', ['bn_a']],
    ]);
    expect(result.outputs).toEqual(['r']);
    expect(Array.from(result.layers[0].parameters['kernel'].data)).toEqual(constants.W.data);
    expect(Array.from(result.layers[1].parameters['scale'].data)).toEqual([1, 1, 1]);
    expect(Array.from(result.layers[1].parameters['bias'].data)).toEqual(constants.B.data);
    validateNetwork(result);
  });

  it('reads Gemm with transposed weights, alpha and beta', () => {
    const result = network({
      type: 'Gemm',
      inputs: ['x', 'Wt', 'B'],
      attributes: { transB: 1, alpha: 0.5, beta: 2.5 },
    });
    const [dense] = result.layers;
    const { data } = constants.Wt;

    expect(dense.name).toBe('Gemm_0');
    expect(Array.from(dense.parameters['kernel'].data)).toEqual(
      [data[0], data[2], data[4], data[1], data[3], data[5]].map((w) => w / 2),
    );
    expect(Array.from(dense.parameters['bias'].data)).toEqual(constants.B.data.map((b) => b * 2.5));
  });

  it.each([
    [['t0', 'one'], 'Mul', [2, 2, 2], [0, 0, 0]],
    [['t0', 'one'], 'Div', [0.5, 0.5, 0.5], [0, 0, 0]],
    [['one', 't0'], 'Sub', [-1, -1, -1], [2, 2, 2]],
    [['t0', 'one'], 'Sub', [1, 1, 1], [-2, -2, -2]],
  ])('turns %j of %s into an affine layer', (inputs, type, scale, bias) => {
    const [, affine] = network(matMul, { type, name: 'e', inputs }).layers;

    expect(affine.kind).toBe('affine');
    expect(Array.from(affine.parameters['scale'].data)).toEqual(scale);
    expect(Array.from(affine.parameters['bias'].data, (x) => x + 0)).toEqual(bias);
  });

  it('passes through what changes nothing and reads the activations', () => {
    const result = network(
      matMul,
      { type: 'Transpose', inputs: ['t0'] },
      {
        type: 'BatchNormalization',
        name: 'bn',
        inputs: ['t1', 'B', 'B', 'B', 'variance'],
        attributes: { epsilon: 0.125 },
      },
      { type: 'Flatten', inputs: ['t2'], attributes: { axis: 1 } },
      { type: 'Reshape', inputs: ['t3', 'shape'] },
      { type: 'Identity', inputs: ['t4'] },
      { type: 'LeakyRelu', name: 'l', inputs: ['t5'], attributes: { alpha: 0.25 } },
      { type: 'Sigmoid', name: '1/s', inputs: ['t6'] },
      { type: 'Tanh', name: 'l', inputs: ['t7'] },
      { type: 'Softmax', name: 'p', inputs: ['t8'], attributes: { axis: 1 } },
    );

    expect(result.layers.map((layer) => [layer.name, layer.kind])).toEqual([
      ['Dense_m', 'dense'],
      ['bn', 'batchNormalization'],
      ['l', 'leakyRelu'],
      ['layer1_s', 'sigmoid'],
      ['l_2', 'tanh'],
      ['p', 'softmax'],
    ]);
    expect(result.layers[1].attributes).toEqual({ epsilon: 0.125, momentum: 0.9 });
    validateNetwork(result);
  });

  it.each([
    [
      [matMul, { type: 'Conv', name: 'c', inputs: ['t0', 'W'] }],
      UnsupportedError,
      /^Node "c" is of type Conv, but only Constant, MatMul, .* are supported\.$/,
    ],
    [
      [{ type: 'MatMul', name: 'm', inputs: ['x', 'Wt'] }],
      ShapeError,
      /^The kernel of layer "m" \(tensor "Wt" of tiny\.onnx\) has shape \[3, 2\] where \[2, 2\] is needed\.$/,
    ],
    [[{ type: 'MatMul', name: 'm', inputs: ['W', 'x'] }], UnsupportedError, /^Node "m" \(MatMul\) multiplies/],
    [[{ type: 'Relu', name: 'r', inputs: ['lost'] }], FormatError, /uses tensor "lost", which nothing before it makes/],
    [[matMul, { type: 'Add', name: 'a', inputs: ['t0', 'x'] }], UnsupportedError, /computed tensors t0, x/],
    [[matMul, { type: 'Softmax', name: 's', inputs: ['t0'], attributes: { axis: 0 } }], UnsupportedError, /axis 0/],
    [[{ type: 'Identity', inputs: ['x'] }], FormatError, /no node that computes/],
  ] as const)('refuses %j', (nodes, type, message) => {
    expect(() => network(...nodes)).toThrow(type);
    expect(() => network(...nodes)).toThrow(message);
  });

  it('infers the input where only nodes are given', () => {
    const nodes = [{ class: 'MatMul', name: 'm', inputs: ['x', 'W'], outputs: ['y'] }];
    const result = networkFromOnnxNodes('n', nodes, (tensor) => (tensor === 'W' ? constants.W : undefined));

    expect(result.inputs).toEqual([{ name: 'x', shape: [2] }]);
  });
});

describe('readOnnxModel', () => {
  const bytes = buildOnnx({
    nodes: chain(matMul),
    constants: { W: constants.W },
    input: ['x', [1, 2]],
    output: 'y',
    opset: 9,
  });

  it('reads what was written', () => {
    const model = readOnnxModel(bytes, 'x');

    expect(model.opset).toBe(9);
    expect(model.inputs).toEqual([{ name: 'x', shape: [1, 2] }]);
    expect(model.nodes).toEqual([{ class: 'MatMul', name: 'm', inputs: ['x', 'W'], outputs: ['y'], attributes: {} }]);
    expect(model.constants.get('W')).toEqual({ ...constants.W, name: 'W', origin: 'tensor "W" of x' });
  });

  it('throws a FormatError wherever the file is cut', () => {
    for (let length = 0; length < bytes.length; length += 1) {
      expect(() => readOnnxModel(bytes.subarray(0, length), 'cut.onnx')).toThrow(FormatError);
    }
  });

  it('throws nothing but typed errors where bytes are damaged', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: bytes.length - 1 }), fc.integer({ min: 0, max: 255 }), (at, value) => {
        const damaged = bytes.slice();
        damaged[at] = value;
        try {
          networkFromOnnx(damaged, 'x');
        } catch (error) {
          expect(error).toBeInstanceOf(DistillError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

const models = new URL('../../../shared/data/models/onnx/', import.meta.url);

describe.skipIf(!existsSync(models))('ONNX models that others trained', () => {
  it('are read or refused by the name of their first unsupported node', () => {
    const outcome = Object.fromEntries(
      readdirSync(models).map((file) => {
        try {
          const result = networkFromOnnx(readFileSync(new URL(file, models)), file);
          validateNetwork(result);
          return [file, `${result.inputs[0].shape.join('x')} → ${result.layers.length} layers`];
        } catch (error) {
          expect(error).toBeInstanceOf(UnsupportedError);
          return [file, /is of type \w+/.exec((error as Error).message)?.[0]];
        }
      }),
    );

    expect(outcome).toEqual({
      'bnn_model_fc_1layer.onnx': 'is of type BipolarQuant',
      'conv1d_small_keras.onnx': 'is of type Conv',
      'conv2d_small_keras.onnx': 'is of type Conv',
      'conv2d_small_mp_keras.onnx': 'is of type Conv',
      'three_layer_bn_keras.onnx': '16 → 12 layers',
      'three_layer_keras.onnx': '16 → 12 layers',
      'three_layer_pytorch.onnx': '16 → 8 layers',
      'two_layer_keras.onnx': '10 → 6 layers',
      'two_layer_pytorch.onnx': '10 → 4 layers',
    });
  });

  it.each([
    ['two_layer_keras.onnx', 'KERAS_1layer.json'],
    ['three_layer_keras.onnx', 'KERAS_3layer.json'],
    ['three_layer_bn_keras.onnx', 'KERAS_3layer_batch_norm.json'],
  ])('compute what the Keras file they were made from computes: %s', async (onnx, keras) => {
    const path = (folder: string, file: string): string => new URL(`../${folder}/${file}`, models).pathname;
    const [a, b] = [await loadModel(path('onnx', onnx)), await loadModel(path('keras', keras))];
    const features = a.inputs[0].shape[0];
    const x = floatTensor(
      [20, features],
      Array.from({ length: 20 * features }, (_, i) => ((i * 37) % 101) / 25 - 2),
    );
    const [left, right] = [predict(a, x), predict(b, x)];

    expect(left.shape).toEqual(right.shape);
    left.data.forEach((value, i) => expect(value).toBeCloseTo(right.data[i], 5));
    expect(new Set(left.data).size).toBeGreaterThan(15);
  });

  it('throw a FormatError when cut anywhere', async () => {
    const bytes = readFileSync(new URL('two_layer_keras.onnx', models));
    const dir = mkdtempSync(join(tmpdir(), 'distill-onnx-'));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: bytes.length - 1 }), async (length) => {
        const path = join(dir, 'cut.onnx');
        writeFileSync(path, bytes.subarray(0, length));
        await expect(loadModel(path)).rejects.toThrow(FormatError);
      }),
      { numRuns: 100 },
    );
  });
});

const vectors = new URL('../../../shared/vectors/networks/', import.meta.url);

describe.skipIf(!existsSync(vectors))('the ONNX networks of the reference vectors', () => {
  it.each(['onnx_two_layer', 'onnx_three_layer'])('have the layers that hls4ml calls: %s', (name) => {
    const vector = JSON.parse(readFileSync(new URL(`${name}.json`, vectors), 'utf8'));
    const result = networkFromOnnxNodes(name, vector.architecture, (tensor) => vector.float_weights[tensor]);

    expect(result.layers.map((layer) => layer.name)).toEqual(vector.calls.map((call: { name: string }) => call.name));
    expect(result.inputs.map((input) => input.name)).toEqual([vector.input]);
  });
});
