import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as ag from '../../src/autograd/index.ts';
import { FormatError, UnsupportedError } from '../../src/errors.ts';
import {
  calibratePrecision,
  fakeQuantize,
  fakeQuantizer,
  quantizationTransform,
  quantizeNetwork,
  quantizeTensor,
  smallestFormat,
} from '../../src/compression/index.ts';
import {
  fixed,
  fractionBits,
  fromDouble,
  parseFormat,
  QUANTIZATIONS,
  toDouble,
  ufixed,
} from '../../src/fixed/index.ts';
import type { FixedFormat, Overflow } from '../../src/fixed/index.ts';
import { buildNetwork, forward, forwardLayers, hashNetwork, predict } from '../../src/network/index.ts';
import type { LayerSpec, Network } from '../../src/network/index.ts';
import { stream } from '../../src/random/index.ts';
import { tensor, toFlat } from '../../src/tensor/index.ts';
import type { Tensor } from '../../src/tensor/index.ts';

const overflows: readonly Overflow[] = ['AP_SAT', 'AP_SAT_ZERO', 'AP_SAT_SYM', 'AP_WRAP'];

const format: fc.Arbitrary<FixedFormat> = fc
  .record({
    signed: fc.boolean(),
    width: fc.integer({ min: 1, max: 24 }),
    integer: fc.integer({ min: -12, max: 30 }),
    quantization: fc.constantFrom(...QUANTIZATIONS),
    overflow: fc.constantFrom(...overflows),
  })
  .map(({ signed, width, integer, ...modes }) => (signed ? fixed : ufixed)(width, integer, modes));

/** Values of a format's own size: anywhere, on the grid, half way between, and just beside these. */
const valuesNear = (f: FixedFormat): fc.Arbitrary<Float32Array> => {
  const step = 2 ** -fractionBits(f);
  const whole = fc.integer({ min: -(2 ** (f.width + 1)), max: 2 ** (f.width + 1) });
  const near = fc.tuple(whole, fc.constantFrom(0, 0.5, 0.25, -0.5), fc.constantFrom(1, 1 + 2 ** -23, 1 - 2 ** -23));
  const value = fc.oneof(
    near.map(([n, part, factor]) => (n + part) * step * factor),
    fc.float({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(0, -0, 1e-45, -1e-45, 3.4e38, -3.4e38),
  );
  return fc.array(value, { minLength: 1, maxLength: 40 }).map((values) => Float32Array.from(values));
};

const column = (...values: number[]): Tensor => tensor(values, [values.length, 1]);

describe('fakeQuantizer', () => {
  it('equals fromDouble to the bit, for all modes and formats of up to 24 bits', () => {
    const cases = format.chain((f) => valuesNear(f).map((values) => [f, values] as const));
    fc.assert(
      fc.property(cases, ([f, values]) => {
        const found = fakeQuantizer(f).quantize(values);
        const expected = Array.from(values, (value) => toDouble(fromDouble(value, f), fractionBits(f)));
        // Object.is tells −0 from 0.
        expect(Array.from(found)).toEqual(expected);
      }),
      { numRuns: 3000 },
    );
  });

  it('works alike in any position of a long array', () => {
    const quantizer = fakeQuantizer(fixed(6, 2, { quantization: 'AP_RND_CONV', overflow: 'AP_SAT' }));
    const random = stream('long');
    const values = Float32Array.from({ length: 5000 }, () => random.normal());
    const inside = new Uint8Array(5000);
    const whole = quantizer.quantize(values, inside);
    values.forEach((value, i) => {
      expect(whole[i]).toBe(quantizer.quantize(Float32Array.of(value))[0]);
      expect(inside[i]).toBe(value > quantizer.lowest - 1 / 32 && value < quantizer.highest + 1 / 32 ? 1 : 0);
    });
  });

  it('is idempotent and monotone for saturating formats', () => {
    const cases = format
      .filter((f) => f.overflow === 'AP_SAT' || f.overflow === 'AP_SAT_SYM')
      .chain((f) => valuesNear(f).map((v) => [f, v] as const));
    fc.assert(
      fc.property(cases, ([f, values]) => {
        const { quantize } = fakeQuantizer(f);
        const once = quantize(values.toSorted());
        expect(quantize(once)).toEqual(once);
        expect(once).toEqual(once.toSorted());
      }),
      { numRuns: 500 },
    );
  });

  it.each(overflows)('lets NaN through with %s, so that it is noticed', (overflow) => {
    expect(fakeQuantizer(fixed(8, 2, { overflow })).quantize(Float32Array.of(Number.NaN))[0]).toBeNaN();
  });

  it('refuses what it cannot imitate', () => {
    expect(() => fakeQuantizer(fixed(25, 2))).toThrow(UnsupportedError);
    expect(() => fakeQuantizer(fixed(8, 2, { overflow: 'AP_WRAP_SM' }))).toThrow(UnsupportedError);
    expect(() => fakeQuantizer(fixed(8, 2, { saturationBits: 1 }))).toThrow(/without saturation bits/);
  });
});

describe('straight-through gradients', () => {
  const slopes = (overflow: Overflow, estimator?: 'identity'): number[] => {
    const x = ag.variable(column(-5, -2, -0.3, 0.3, 1.9, 5));
    const y = fakeQuantize(x, fakeQuantizer(fixed(4, 2, { overflow, quantization: 'AP_RND' })), estimator);
    return Array.from(toFlat(ag.gradients(y, [x], column(1, 2, 3, 4, 5, 6))[0]!));
  };

  it('pass inside the range and stop outside where the format saturates', () => {
    // The range is −2 … 1.75; 1.9 rounds to 2, outside.
    expect(slopes('AP_SAT')).toEqual([0, 2, 3, 4, 0, 0]);
    expect(slopes('AP_SAT_ZERO')).toEqual([0, 2, 3, 4, 0, 0]);
    expect(slopes('AP_SAT_SYM')).toEqual([0, 0, 3, 4, 0, 0]);
  });

  it('pass everywhere where the format wraps, and for parameters', () => {
    expect(slopes('AP_WRAP')).toEqual([1, 2, 3, 4, 5, 6]);
    expect(slopes('AP_SAT', 'identity')).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

const build = (): Network =>
  buildNetwork(
    'net',
    [{ name: 'x', shape: [4] }],
    [
      { kind: 'dense', name: 'a', attributes: { units: 6 }, initializers: { bias: 'glorotUniform' } },
      { kind: 'relu', name: 'r' },
      { kind: 'dense', name: 'b', attributes: { units: 2 } },
      { kind: 'tanh', name: 't' },
    ],
    stream('quantization'),
  );

const inputs = (n: number): Tensor => {
  const random = stream('quantization', 'inputs');
  return tensor(
    Float32Array.from({ length: 4 * n }, () => random.normal()),
    [n, 4],
  );
};

const plan = {
  x: { result: 'ap_fixed<8,4,AP_RND,AP_SAT>' },
  a: { weight: 'ap_fixed<6,1,AP_RND,AP_SAT>', bias: 'ap_fixed<6,2,AP_RND,AP_SAT>', accum: 'ap_fixed<20,8>' },
  r: { result: 'ap_ufixed<6,2,AP_RND_CONV,AP_SAT>' },
  b: { weight: 'ap_fixed<4,1>', result: 'fixed<8,3>' },
};

describe('quantizationTransform', () => {
  it('puts every value of the plan on its grid and leaves the others', () => {
    const network = build();
    const seen = forwardLayers(network, inputs(20), { transform: quantizationTransform(plan) });
    for (const name of ['x', 'r', 'b'] as const) {
      const quantizer = fakeQuantizer(parseFormat(plan[name].result));
      const values = seen.get(name)!.value;
      expect(toFlat(quantizeTensor(values, quantizer))).toEqual(toFlat(values));
    }
    const free = toFlat(seen.get('a')!.value);
    expect(free.some((value) => (value * 256) % 1 !== 0)).toBe(true);
  });

  it('gives gradients to every parameter', () => {
    const network = build();
    const kernel = ag.variable(network.layers[0]!.parameters['kernel']!);
    const y = forward(network, inputs(20), { transform: quantizationTransform(plan), parameters: { a: { kernel } } });
    expect(toFlat(ag.gradients(ag.sum(y), [kernel])[0]!).every((value) => value !== 0)).toBe(true);
  });
});

describe('quantizeNetwork', () => {
  it('gives a network that predicts alone what training saw', () => {
    const network = build();
    const { x, ...others } = plan;
    const x0 = inputs(30);
    const trained = predict(network, x0, { transform: quantizationTransform({ x, ...others }) });
    const exported = quantizeNetwork(network, plan);
    const results = { x: plan.x, r: plan.r, b: { result: plan.b.result } };
    expect(toFlat(predict(exported, x0, { transform: quantizationTransform(results) }))).toEqual(toFlat(trained));
  });

  it('writes the plan, keeps what else was there, and changes nothing the second time', () => {
    const network: Network = {
      ...build(),
      precision: { a: { table: 'ap_fixed<18,8>' }, t: { result: 'ap_fixed<9,1>' } },
    };
    const once = quantizeNetwork(network, plan);
    expect(once.precision).toEqual({
      ...plan,
      a: { table: 'ap_fixed<18,8>', ...plan.a },
      t: { result: 'ap_fixed<9,1>' },
    });
    expect(hashNetwork(quantizeNetwork(once))).toBe(hashNetwork(once));
    const weights = toFlat(once.layers[0]!.parameters['kernel']!);
    expect(weights.every((weight) => Number.isInteger(weight * 32) && weight >= -1 && weight < 1)).toBe(true);
  });

  it('names a stranger and a malformed format', () => {
    expect(() => quantizeNetwork(build(), { z: { weight: 'ap_fixed<8,2>' } })).toThrow(
      'The precision plan names "z"; network "net" has x, a, r, b, t.',
    );
    expect(() => quantizeNetwork(build(), { a: { weight: 'ap_fixed<0,6>' } })).toThrow(FormatError);
  });
});

describe('smallestFormat', () => {
  it('holds the range up to half a step, and one integer bit less does not', () => {
    const range = fc.tuple(
      fc.float({ noNaN: true, min: Math.fround(-1000), max: 0 }),
      fc.float({ noNaN: true, min: Math.fround(0.001), max: 1000 }),
    );
    const width = fc.integer({ min: 2, max: 20 });
    fc.assert(
      fc.property(range, width, fc.boolean(), ([low, high], width, signed) => {
        const fits = (f: FixedFormat): boolean => {
          const { lowest, highest } = fakeQuantizer(f);
          const half = 2 ** -fractionBits(f) / 2;
          return high <= highest + half && (signed ? low >= lowest - half : true);
        };
        const found = smallestFormat(signed ? low : 0, high, width, { signed });
        expect(found.width).toBe(width);
        expect(fits(found)).toBe(true);
        expect(fits({ ...found, integer: found.integer - 1 })).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it('is known for simple ranges', () => {
    expect(smallestFormat(-1, 0.5, 8).integer).toBe(1);
    expect(smallestFormat(-1, 1, 8).integer).toBe(2);
    expect(smallestFormat(0, 1, 8, { signed: false }).integer).toBe(1);
    expect(smallestFormat(0, 0.998, 8, { signed: false }).integer).toBe(0);
    expect(smallestFormat(-0.06, 0.06, 8).integer).toBe(-3);
    expect(smallestFormat(0, 0, 8).integer).toBe(1);
  });
});

describe('calibratePrecision', () => {
  const options = { weightBits: 8, activationBits: 9, biasBits: 10, inputBits: 12 };

  it('gives each role its width and only results of activations and outputs a format', () => {
    const precision = calibratePrecision(build(), inputs(100), options);
    const widths = Object.fromEntries(
      Object.entries(precision).map(([name, roles]) => [
        name,
        Object.fromEntries(Object.entries(roles).map(([role, text]) => [role, parseFormat(text).width])),
      ]),
    );
    expect(widths).toEqual({
      x: { result: 12 },
      a: { weight: 8, bias: 10 },
      r: { result: 9 },
      b: { weight: 8, bias: 10 },
      t: { result: 9 },
    });
    expect(parseFormat(precision['r']!['result']!).signed).toBe(false);
    expect(parseFormat(precision['t']!['result']!).signed).toBe(true);
    const all = calibratePrecision(build(), inputs(100), { ...options, preActivationBits: 14 });
    expect(parseFormat(all['a']!['result']!)).toMatchObject({ width: 14, signed: true });
  });

  it('treats convolutions as dense layers, and leaves elements that are only handed on as they are', () => {
    const network = buildNetwork(
      'images',
      [{ name: 'x', shape: [6, 6, 1] }],
      [
        { kind: 'conv2d', name: 'c1', attributes: { filters: 2, size: [3, 3], padding: 'same' } },
        { kind: 'pooling2d', name: 'p1', attributes: { operation: 'maximum', size: [2, 2] } },
        { kind: 'relu', name: 'r1' },
        { kind: 'depthwiseConv2d', name: 'c2', attributes: { size: [2, 2] } },
        { kind: 'relu', name: 'r2' },
        { kind: 'pooling2d', name: 'p2', attributes: { operation: 'average', size: [1, 2], strides: [1, 1] } },
        { kind: 'pooling2d', name: 'p3', attributes: { operation: 'maximum', size: [2, 1] } },
        { kind: 'flatten', name: 'f' },
        { kind: 'dropout', name: 'd', attributes: { rate: 0.5 } },
        { kind: 'dense', name: 'out', attributes: { units: 2 } },
      ],
      stream('calibration'),
    );
    const random = stream('calibration', 'images');
    const x = tensor(
      Float32Array.from({ length: 36 * 50 }, () => random.normal()),
      [50, 6, 6, 1],
    );
    const precision = calibratePrecision(network, x, options);
    const shape = (text: string | undefined): string => {
      if (text === undefined) return 'none';
      const { signed, width } = parseFormat(text);
      return `${signed ? 'signed' : 'unsigned'} ${width}`;
    };
    const results = Object.entries(precision).map(([name, { result }]) => [name, shape(result)]);
    expect(Object.fromEntries(results)).toEqual({
      x: 'signed 12',
      c1: 'none',
      p1: 'none',
      r1: 'unsigned 9',
      c2: 'none',
      r2: 'unsigned 9',
      p2: 'unsigned 9',
      p3: 'unsigned 9',
      f: 'none',
      d: 'none',
      out: 'signed 9',
    });
    expect(precision['p3']!['result']).toBe(precision['p2']!['result']);
    for (const name of ['c1', 'c2']) {
      expect(shape(precision[name]!['weight'])).toBe('signed 8');
      expect(shape(precision[name]!['bias'])).toBe('signed 10');
    }
    // A flatten does not make sums wide that another layer multiplies, nor those of an output.
    const direct = (specs: readonly LayerSpec[]): string | undefined => {
      const given: LayerSpec[] = [{ kind: 'conv2d', name: 'c', attributes: { filters: 1, size: [2, 2] } }, ...specs];
      const bare = buildNetwork('bare', [{ name: 'x', shape: [6, 6, 1] }], given, stream('calibration'));
      return calibratePrecision(bare, x, options)['c']!['result'];
    };
    expect(shape(direct([{ kind: 'flatten' }, { kind: 'dense', attributes: { units: 1 } }]))).toBe('signed 9');
    expect(shape(direct([{ kind: 'flatten' }]))).toBe('signed 9');
    expect(shape(direct([{ kind: 'flatten' }, { kind: 'relu' }]))).toBe('none');
  });

  it('clips nothing that it has seen by more than half a step', () => {
    const network = build();
    const x = inputs(200);
    const precision = calibratePrecision(network, x, options);
    const values = forwardLayers(network, x);
    for (const name of ['x', 'r', 't']) {
      const f = parseFormat(precision[name]!['result']!);
      const flat = toFlat(values.get(name)!.value) as Float32Array;
      const snapped = fakeQuantizer(f).quantize(flat);
      const worst = Math.max(...snapped.map((value, i) => Math.abs(value - flat[i]!)));
      expect(worst).toBeLessThanOrEqual(2 ** -fractionBits(f) / 2);
    }
  });

  it('gives up rare large values for a finer step when asked', () => {
    const x = inputs(200);
    const data = Float32Array.from(toFlat(x));
    data[17] = 100;
    const wild = tensor(data, [200, 4]);
    const integer = (percentile: number): number =>
      parseFormat(calibratePrecision(build(), wild, { ...options, percentile })['x']!['result']!).integer;
    expect(integer(100)).toBe(8);
    expect(integer(99)).toBeLessThanOrEqual(3);
  });

  it.each([
    [{ weightBits: 0 }, 'Option "weightBits" of calibration is 0; it must be an integer from 1 to 24.'],
    [{ percentile: 101 }, 'Option "percentile" of calibration is 101; it must be in (0, 100].'],
  ])('refuses %o', (change, message) => {
    expect(() => calibratePrecision(build(), inputs(2), { ...options, ...change })).toThrow(message);
  });
});
