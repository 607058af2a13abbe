/** Training with the cost in the loss: what comes out is on its grids, small, and the same bits as its circuit. */
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { constant } from '../../../src/autograd/index.ts';
import { compileNetwork } from '../../../src/compile/index.ts';
import {
  type BitWidthOptions,
  bitWidthsName,
  type BitWidthState,
  type LayerCodes,
  quantizationTransform,
  sparsityOf,
  trainableBitWidths,
  walkCostFront,
} from '../../../src/compression/index.ts';
import { emulate } from '../../../src/emulation/index.ts';
import { ValueError } from '../../../src/errors.ts';
import { fixed, formatText, fractionBits, parseFormat } from '../../../src/fixed/index.ts';
import {
  buildNetwork,
  hashNetwork,
  type Network,
  parameterAt,
  parseNetwork,
  predict,
  serializeNetwork,
} from '../../../src/network/index.ts';
import { stream } from '../../../src/random/index.ts';
import { layerAdderBits } from '../../../src/systems/index.ts';
import { setComputeBackend, type Tensor, tensor, toFlat, toFloats } from '../../../src/tensor/index.ts';
import {
  eraseState,
  fit,
  type FitOptions,
  meanSquaredError,
  parseCheckpoint,
  participantValues,
  serializeCheckpoint,
} from '../../../src/training/index.ts';

const SAMPLES = 512;
const FEATURES = 6;
const format = formatText(fixed(7, 2, { quantization: 'AP_RND_CONV', overflow: 'AP_SAT' }));
const random = stream('bit widths', 'data');
/** Values on the grid of the format, two features of six that matter. */
const inputs = tensor(
  Float32Array.from({ length: SAMPLES * FEATURES }, () => random.integer(-60, 60) / 32),
  [SAMPLES, FEATURES],
);
const targets = tensor(
  Float32Array.from({ length: SAMPLES }, (_unused, i) => {
    const [a, b] = toFlat(inputs).slice(FEATURES * i, FEATURES * i + 2) as Float32Array;
    return Math.abs(a!) - 0.5 * b!;
  }),
  [SAMPLES, 1],
);
const network = buildNetwork(
  'n',
  [{ name: 'x', shape: [FEATURES] }],
  [
    { kind: 'dense', name: 'a', attributes: { units: 12 } },
    { kind: 'relu', name: 'r' },
    { kind: 'dense', name: 'b', attributes: { units: 8, useBias: false } },
    { kind: 'relu', name: 's' },
    { kind: 'dense', name: 'c', attributes: { units: 1 } },
  ],
  stream('bit widths', 'start'),
);
const EPOCHS = 24;
const widths = (changes: Partial<BitWidthOptions> = {}) =>
  trainableBitWidths(network, {
    beta: { from: 1e-5, to: 4e-4, steps: EPOCHS * 8 },
    calibration: inputs,
    inputFormats: { x: Array.from({ length: FEATURES }, () => format) },
    adderCost: layerAdderBits(),
    calibrationSteps: 20,
    weightBits: [4, 8],
    resultBits: [4, 8],
    rate: 4,
    ...changes,
  });
const options = (changes: Partial<BitWidthOptions> = {}, epochs = EPOCHS): FitOptions => ({
  loss: (prediction, wanted) => meanSquaredError(prediction, wanted),
  epochs,
  batchSize: 64,
  learningRate: 0.01,
  stream: stream('bit widths', 'fit'),
  transforms: [eraseState(widths(changes))],
  onEager: (reason) => {
    throw new Error(`The step was not planned: ${reason}`);
  },
});
const data = { inputs, targets };

/** The float shadow, and the circuit's outputs as values, for samples of the input grid. */
const bothWays = (finished: Network, samples: Tensor): readonly [number[], number[]] => {
  const shadow = toFlat(predict(finished, samples, { transform: quantizationTransform(finished.precision!) }));
  const graph = compileNetwork(finished);
  const formats = graph.inputs[0]!.formats;
  // What a port takes of a wider code are its leading bits.
  const codes = Int32Array.from(toFloats(samples), (value, k) =>
    Math.floor(value * 2 ** fractionBits(formats[k % FEATURES]!)),
  );
  const { outputs } = emulate(graph, samples.shape[0]!, [codes]);
  const output = graph.layers.at(-1)!.circuit.outputs[0]!.formats[0]!;
  return [Array.from(shadow), Array.from(outputs[0]!, Number).map((code) => code * 2 ** -fractionBits(output))];
};

afterEach(() => {
  setComputeBackend('wasm');
});

describe('trainable bit-widths', () => {
  let finished: Network;
  let state: BitWidthState;

  beforeAll(async () => {
    const result = await fit(network, data, options());
    finished = result.network;
    state = result.checkpoint.transforms[bitWidthsName] as BitWidthState;
  });

  it('prune and learn at once', () => {
    const shadow = toFlat(predict(finished, inputs, { transform: quantizationTransform(finished.precision!) }));
    const wanted = toFloats(targets);
    const error = wanted.reduce((sum, value, i) => sum + (value - shadow[i]!) ** 2, 0) / SAMPLES;
    expect(sparsityOf(finished)).toBeGreaterThan(0.4);
    expect(error).toBeLessThan(0.1);
  });

  it('put weights onto the grid of their layer, which is no finer than it must be', () => {
    for (const layer of ['a', 'b', 'c']) {
      const own = parseFormat(finished.precision![layer]!['weight'] as string);
      const codes = toFloats(parameterAt(finished, { layer, role: 'kernel' })).map((w) => w * 2 ** fractionBits(own));
      expect(codes.every((code) => Number.isInteger(code))).toBe(true);
      expect(codes.some((code) => code % 2 !== 0)).toBe(true);
      expect(Math.max(...codes.map(Math.abs))).toBeLessThanOrEqual(2 ** (own.width - 1));
    }
  });

  it('leave no weight that reads an element without bits, and none of a neuron that nothing reads', () => {
    const kernel = (layer: string): Float32Array => toFloats(parameterAt(finished, { layer, role: 'kernel' }));
    const [a, b] = [kernel('a'), kernel('b')];
    for (let i = 0; i < 12; i++) {
      if (b.subarray(8 * i, 8 * i + 8).some((weight) => weight !== 0)) continue;
      for (let k = 0; k < FEATURES; k++) expect(a[12 * k + i]).toBe(0);
    }
  });

  it('give every element of a value a format, and survive the text of a network', () => {
    expect(finished.precision!['r']!['result']).toHaveLength(12);
    expect(finished.precision!['x']!['result']).toHaveLength(FEATURES);
    expect(new Set(finished.precision!['r']!['result']).size).toBeGreaterThan(1);
    expect(parseNetwork(serializeNetwork(finished))).toEqual(finished);
  });

  it('make circuits with the bits of the float shadow, also beyond what was observed', () => {
    const source = stream('bit widths', 'wild');
    const wild = tensor(
      Float32Array.from({ length: 300 * FEATURES }, () => source.integer(-64, 64) / 32),
      [300, FEATURES],
    );
    const [shadow, circuit] = bothWays(finished, wild);
    expect(circuit).toEqual(shadow);
    expect(new Set(circuit).size).toBeGreaterThan(20);
  });

  it('finish what training saw: on the calibration data both compute the same', async () => {
    const own = widths();
    const { checkpoint } = await fit(network, data, { ...options({}, 10), transforms: [eraseState(own)] });
    const trained = participantValues(checkpoint.companions, bitWidthsName);
    // Two inputs lose their bits: one of those that matter, and one by a single bit.
    const bits = toFloats(trained['x.result']!).map((value, i) => (i === 1 ? -8 : i === 2 ? -2 / 4 : value));
    const companions = { ...trained, 'x.result': tensor(bits) };
    const { transform } = own.companion!.bind(
      Object.fromEntries(Object.entries(companions).map(([name, value]) => [name, constant(value)])),
      own.companion!.settings(checkpoint.transforms[bitWidthsName] as BitWidthState, 0),
    );
    const found = own.snapshot(checkpoint.network, companions);
    const { formats } = own.view(checkpoint.network, companions);
    const { integer, fraction } = formats.get('x')!;
    expect([1, 2].map((i) => integer[i]! + fraction[i]!)).toEqual([2 - 24, 0]);
    expect(toFloats(predict(found, inputs, { transform: quantizationTransform(found.precision!) }))).toEqual(
      toFloats(predict(checkpoint.network, inputs, { transform })),
    );
  });

  it('calibrate every layer again and again', () => {
    const steps = Array.from({ length: Math.floor((EPOCHS * 8 - 1) / 20) + 1 }, (_, k) => 20 * k);
    expect(state.calibrations.map(({ step }) => step)).toEqual(steps.flatMap((step) => [step, step, step]));
    const last = state.calibrations.slice(-3);
    for (const { layer, standIn, real } of last) {
      if (standIn > 0 && real > 0) expect(state.shares[layer]).toBe(Math.min(4, Math.max(0.1, real / standIn)));
    }
  });

  it.each([
    { weights: 'channel', values: 'tensor', overflow: 'AP_WRAP' },
    { weights: 'tensor', values: 'element', overflow: 'AP_SAT' },
  ] as const)('work with widths for %o', async (choice) => {
    const result = await fit(network, data, options(choice, 6));
    const [shadow, circuit] = bothWays(result.network, inputs);
    expect(circuit).toEqual(shadow);
    expect(new Set(result.network.precision!['r']!['result']).size >= 1).toBe(true);
  });

  it('train with the same bits in plans of any number of workers and without plans', async () => {
    const hash = async (workers: number): Promise<string> => {
      const { network: found, checkpoint } = await fit(network, data, { ...options({}, 3), workers });
      return hashNetwork(found) + serializeCheckpoint(checkpoint);
    };
    setComputeBackend('js');
    const reference = await hash(1);
    setComputeBackend('wasm');
    expect(await hash(1)).toBe(reference);
    expect(await hash(3)).toBe(reference);
  });

  it('resume with the same bits', async () => {
    const whole = await fit(network, data, options({}, 5));
    const part = await fit(network, data, options({}, 3));
    const resume = parseCheckpoint(serializeCheckpoint(part.checkpoint));
    const rest = await fit(network, data, { ...options({}, 5), resume });
    expect(hashNetwork(rest.network)).toBe(hashNetwork(whole.network));
    expect(serializeCheckpoint(rest.checkpoint)).toBe(serializeCheckpoint(whole.checkpoint));
  });

  it('cost less the more the cost weighs', async () => {
    const adders = async (beta: number): Promise<number> => {
      const own = widths({ beta });
      const { checkpoint } = await fit(network, data, { ...options({}, 12), transforms: [eraseState(own)] });
      const companions = participantValues(checkpoint.companions, bitWidthsName);
      const { codes } = own.view(checkpoint.network, companions);
      return codes.reduce((sum: number, layer: LayerCodes) => sum + layerAdderBits()(layer), 0);
    };
    const [free, cheap] = [await adders(0), await adders(1e-3)];
    expect(cheap).toBeLessThan(0.5 * free);
  });

  it.each([
    [{ beta: -1 }, 'Option "beta"'],
    [{ rate: 0 }, 'Option "rate"'],
    [{ calibrationSteps: 1.5 }, 'Option "calibrationSteps"'],
    [{ weightBits: [9, 8] }, 'Option "weightBits"'],
    [{ inputFormats: { x: [format] } }, 'it must have 6, one per element'],
    [{ precision: { z: { result: format } } }, 'The precision plan names "z"'],
  ] as const)('refuse %o', (changes, message) => {
    expect(() => widths(changes)).toThrow(ValueError);
    expect(() => widths(changes)).toThrow(message);
  });
});

describe('behind convolutions', () => {
  it('are those of the dense layers; the circuit of all computes the bits of the float shadow', async () => {
    const image = [3, 4, 1];
    const images = tensor(
      Float32Array.from({ length: 256 * 12 }, () => random.integer(-60, 60) / 32),
      [256, ...image],
    );
    const sums = new Float32Array(256);
    toFloats(images).forEach((value, i) => {
      sums[Math.floor(i / 12)]! += Math.abs(value) / 12;
    });
    const start = buildNetwork(
      'images',
      [{ name: 'x', shape: image }],
      [
        { kind: 'conv2d', name: 'c', attributes: { filters: 2, size: [2, 2] } },
        { kind: 'relu', name: 'r' },
        { kind: 'flatten', name: 'f' },
        { kind: 'dense', name: 'a', attributes: { units: 4 } },
        { kind: 'relu', name: 's' },
        { kind: 'dense', name: 'b', attributes: { units: 1 } },
      ],
      stream('bit widths', 'images'),
    );
    const given = { c: { weight: 'ap_fixed<6,1,AP_RND_CONV,AP_SAT>', bias: 'ap_fixed<6,1,AP_RND_CONV,AP_SAT>' } };
    const participant = trainableBitWidths(start, {
      beta: 1e-5,
      calibration: images,
      inputFormats: {},
      precision: { ...given, x: { result: format } },
      weightBits: [4, 8],
      resultBits: [4, 8],
      calibrationSteps: 10,
    });
    const { network: found } = await fit(
      start,
      { inputs: images, targets: tensor(sums, [256, 1]) },
      { ...options({}, 4), transforms: [eraseState(participant)] },
    );
    expect(found.precision!['c']).toEqual(given.c);
    expect(found.precision!['f']!['result']).toHaveLength(12);
    expect((found.precision!['f']!['result'] as string[]).every((text) => text.startsWith('ap_ufixed'))).toBe(true);

    const shadow = toFlat(predict(found, images, { transform: quantizationTransform(found.precision!) }));
    const graph = compileNetwork(found);
    const codes = Int32Array.from(toFloats(images), (value) => value * 32);
    const { outputs } = emulate(graph, 256, [codes]);
    const fraction = fractionBits(graph.layers.at(-1)!.circuit.outputs[0]!.formats[0]!);
    expect(Array.from(outputs[0]!, Number).map((code) => code * 2 ** -fraction)).toEqual(Array.from(shadow));
  });
});

describe('walkCostFront', () => {
  it('looks at finished networks after every cycle, and keeps those that nothing beats', async () => {
    const { transforms: _own, ...rest } = options({}, 6);
    const seen: Network[] = [];
    const told: number[] = [];
    const walk = await walkCostFront(network, data, {
      ...rest,
      bitWidths: widths({ beta: 3e-4 }),
      every: 2,
      onPoint: ({ epoch }) => void told.push(epoch),
      measure: (found) => {
        seen.push(found);
        return { quality: seen.length === 2 ? 0 : 1, cost: 10 - seen.length };
      },
    });
    expect(walk.points.map(({ epoch }) => epoch)).toEqual([2, 4, 6]);
    expect(told).toEqual([2, 4, 6]);
    expect(walk.points.map((point) => point.network)).toEqual(seen);
    expect(walk.front.map(({ epoch }) => epoch)).toEqual([6]);
    expect(walk.calibrations.length).toBeGreaterThan(0);
    expect(seen.every((found) => found.precision !== undefined)).toBe(true);
  });
});
