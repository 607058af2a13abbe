import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileNetwork, type CompileOptions } from '../../../src/compile/index.ts';
import { emulate } from '../../../src/emulation/index.ts';
import { fractionBits, fromDouble, parseFormat, toDouble } from '../../../src/fixed/index.ts';
import { buildNetwork, forwardLayers, type Network, withParameters } from '../../../src/network/index.ts';
import { stream } from '../../../src/random/index.ts';
import { flagsOf, traceNetwork, type Trace } from '../../../src/systems/trace/index.ts';
import { compileFor } from '../../../src/systems/index.ts';
import { tensor, toFlat } from '../../../src/tensor/index.ts';

const target = { part: 'xcvu13p', clockMHz: 200 };

/** Two dense layers whose second has weights of about 1: its sums leave ±32 for large inputs. */
function hungryNetwork(): Network {
  const made = buildNetwork(
    'hungry',
    [{ name: 'in', shape: [4] }],
    [
      { kind: 'dense', name: 'fc1', attributes: { units: 8 } },
      { kind: 'relu', name: 'relu1' },
      { kind: 'dense', name: 'fc2', attributes: { units: 3 } },
    ],
    stream('trace spec'),
  );
  return withParameters(made, {
    fc1: {
      kernel: tensor(
        Float32Array.from({ length: 32 }, (_, k) => (k % 5 === 0 ? 1 : 0.25)),
        [4, 8],
      ),
    },
    // Neuron 2 stays small.
    fc2: {
      kernel: tensor(
        Float32Array.from({ length: 24 }, (_, k) => (k % 3 === 2 ? 0.0625 : 1)),
        [8, 3],
      ),
    },
  });
}

function randomSamples(seed: string, samples: number, elements: number, size: number): Float64Array {
  const random = stream(seed);
  return Float64Array.from({ length: samples * elements }, () => random.normal(0, size));
}

function traceOf(network: Network, samples: Float64Array, options: CompileOptions): Trace {
  const graph = compileNetwork(network, options);
  return traceNetwork(network, graph, { in: samples }, { profile: options.profile! });
}

const layerOf = (trace: Trace, name: string) => trace.layers.find((layer) => layer.name === name)!;

describe('traceNetwork', () => {
  it("makes the silent accumulator overflow of hls4ml's numerics visible, which the exact profile does not have", () => {
    const network = hungryNetwork();
    // Sample 0 is harmless, samples 1 and 2 give sums of about 71 in neurons 0 and 1.
    const samples = Float64Array.from([0.5, 0.5, 0.5, 0.5, 8, 5, 4, 5, 8, 5, 5, 5]);

    const wrapped = traceOf(network, samples, { profile: 'hls4ml', precision: 'ap_fixed<16,6>' });
    const exact = traceOf(network, samples, { profile: 'exact', precision: 'ap_fixed<16,6>' });

    const floatSums = toFlat(forwardLayers(network, tensor(Float32Array.from(samples), [3, 4])).get('fc2')!.value);
    const largest = Math.max(...floatSums);
    const group = layerOf(wrapped, 'fc2').casts.find((cast) => cast.role === 'accumulator')!;
    expect(group.overflow).toMatchObject({ occurrences: 4, elements: 2, samples: 2 });
    expect(group.high).toBeCloseTo(largest, 2);
    expect(group.range[0]).toBe(-32);
    expect(group.overflow.worst!.became).toBeCloseTo(largest - 64, 2);
    const overflows = flagsOf(wrapped).filter((flag) => flag.kind === 'overflow');
    expect(overflows.map((flag) => flag.text)).toEqual([
      `fc2: 2 of 3 neurons overflow ap_fixed<16,6> in 2 of 3 samples (largest |value| ${largest.toFixed(1)}, range ±32)`,
    ]);
    expect(flagsOf(wrapped).map((flag) => flag.text)).toContain(
      'fc2: ap_fixed<16,6> would have to be ap_fixed<18,8> to hold every value of these samples',
    );
    expect(flagsOf(exact).filter((flag) => flag.kind === 'overflow')).toEqual([]);
    expect(layerOf(exact, 'fc2').difference.max).toBeLessThan(0.1);
    expect(layerOf(wrapped, 'fc2').difference.max).toBeGreaterThan(60);
  });

  it('does not flag products and partial sums that wrap where the sum itself fits', () => {
    const one = buildNetwork(
      'one',
      [{ name: 'in', shape: [4] }],
      [{ kind: 'dense', name: 'fc', attributes: { units: 1 } }],
      stream(1),
    );
    const network = withParameters(one, { fc: { kernel: tensor(Float32Array.from([4, 4, -4, -4]), [4, 1]) } });

    // Shared sums wrap once, at the end: only sums made one by one have casts inside.
    const trace = traceOf(network, Float64Array.from([7, 7, 7, 6]), {
      profile: 'hls4ml',
      precision: 'ap_fixed<12,5>',
      strategy: 'shift-add',
    });

    const layer = layerOf(trace, 'fc');
    expect(layer.values.fixed[0]).toBe(4);
    expect(
      layer.casts.filter((cast) => cast.modular).reduce((sum, cast) => sum + cast.overflow.events, 0),
    ).toBeGreaterThan(3);
    expect(flagsOf(trace).filter((flag) => flag.kind === 'overflow')).toEqual([]);
  });

  it('counts clipping where the format saturates, but not the zero of a rectifier', () => {
    const network = hungryNetwork();
    const format = 'ap_fixed<10,4,AP_RND,AP_SAT>';
    const samples = Float64Array.from([20, -3, 1, 1, -5, -5, -5, -5]);

    const trace = traceOf(network, samples, { profile: 'hls4ml', precision: format });

    const input = layerOf(trace, 'in').casts[0]!;
    expect(input.saturation).toMatchObject({ events: 1, elements: 1, samples: 1 });
    expect(input.saturation.worst).toEqual({ sample: 0, element: 0, value: 20, became: 7.984375 });
    expect(layerOf(trace, 'fc1').casts.some((cast) => cast.saturation.events > 0)).toBe(true);
    expect(layerOf(trace, 'relu1').casts.every((cast) => cast.saturation.events === 0)).toBe(true);
    expect(flagsOf(trace)[0]!.text).toBe(
      'in: 1 of 4 elements is clipped by ap_fixed<10,4,AP_RND,AP_SAT> in 1 of 2 samples (largest |value| 20, range ±8)',
    );
  });

  it('states the rounding error of each role in units of the last bit', () => {
    const samples = randomSamples('rounding', 200, 4, 1);
    const network = hungryNetwork();

    const truncated = traceOf(network, samples, { profile: 'hls4ml', precision: 'ap_fixed<10,6>' });
    const rounded = traceOf(network, samples, { profile: 'hls4ml', precision: 'ap_fixed<10,6,AP_RND_CONV>' });

    const input = layerOf(truncated, 'in').casts[0]!.rounding!;
    expect(input.count).toBe(800);
    expect(input.mean).toBeGreaterThan(0.45);
    expect(input.max).toBeLessThan(1);
    expect(input.histogram.slice(0, 8)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    const even = layerOf(rounded, 'in').casts[0]!.rounding!;
    expect(Math.abs(even.mean)).toBeLessThan(0.05);
    expect(even.max).toBeLessThanOrEqual(0.5);
    expect(layerOf(rounded, 'fc1').casts.find((cast) => cast.role === 'product')!.rounding!.max).toBeLessThanOrEqual(
      0.5,
    );
  });

  it('gives the codes of the emulation and the values of the float model in every layer', () => {
    const kinds = ['sigmoid', 'tanh', 'softmax', 'relu', 'leakyRelu', 'hardSigmoid'] as const;
    fc.assert(
      fc.property(
        fc.constantFrom(...kinds),
        fc.constantFrom('hls4ml' as const, 'exact' as const),
        fc.constantFrom('ap_fixed<10,4>', 'ap_fixed<9,3,AP_RND,AP_SAT>', 'ap_fixed<12,5,AP_RND_CONV,AP_SAT_SYM>'),
        fc.integer({ min: 0, max: 1000 }),
        (kind, profile, precision, seed) => {
          const network = buildNetwork(
            'any',
            [{ name: 'in', shape: [3] }],
            [
              { kind: 'dense', name: 'fc1', attributes: { units: 5 } },
              { kind, name: 'activation', attributes: kind === 'leakyRelu' ? { slope: 0.25 } : {} } as never,
              { kind: 'dropout', name: 'drop', attributes: { rate: 0.5 } },
              { kind: 'dense', name: 'fc2', attributes: { units: 2 } },
            ],
            stream(seed),
          );
          const graph = compileNetwork(network, { profile, precision });
          const samples = randomSamples(`any ${seed}`, 9, 3, 6);

          const trace = traceNetwork(network, graph, { in: samples });

          const { formats } = graph.inputs[0]!;
          const codes = BigInt64Array.from(samples, (value) => fromDouble(value, formats[0]!));
          const emulated = emulate(graph, 9, [codes], { observe: 'all' }).layers;
          const floats = forwardLayers(network, tensor(Float32Array.from(samples), [9, 3]));
          for (const layer of trace.layers.slice(1)) {
            expect(Array.from(layer.values.codes, BigInt)).toEqual(Array.from(emulated.get(layer.name)!, BigInt));
            expect([...layer.values.float]).toEqual([...toFlat(floats.get(layer.standsFor)!.value)]);
          }
          expect(layerOf(trace, 'activation').standsFor).toBe('drop');
        },
      ),
      { numRuns: 24 },
    );
  });

  it('shows the value of a folded batch normalization under the name of its dense layer', () => {
    const network = buildNetwork(
      'folded',
      [{ name: 'in', shape: [3] }],
      [
        { kind: 'dense', name: 'fc', attributes: { units: 4 } },
        { kind: 'batchNormalization', name: 'norm' },
        { kind: 'relu', name: 'relu' },
      ],
      stream(3),
    );
    const samples = randomSamples('folded', 5, 3, 1);

    const exact = traceOf(network, samples, { profile: 'exact', precision: 'ap_fixed<18,6>' });
    const apart = traceOf(network, samples, { profile: 'hls4ml', precision: 'ap_fixed<18,6>' });

    expect(exact.layers.map(({ name, standsFor }) => [name, standsFor])).toEqual([
      ['in', 'in'],
      ['fc', 'norm'],
      ['relu', 'relu'],
    ]);
    expect(layerOf(exact, 'fc').difference.max).toBeLessThan(0.01);
    expect(apart.layers.map(({ name }) => name)).toEqual(['in', 'fc', 'norm', 'relu']);
  });

  it('names constant outputs and those that only fixed point made constant', () => {
    const one = buildNetwork(
      'flat',
      [{ name: 'in', shape: [2] }],
      [{ kind: 'dense', name: 'fc', attributes: { units: 3 } }],
      stream(1),
    );
    const kernel = Float32Array.from([1, 0, 0.0001, 1, 0, 0.0001]);
    const network = withParameters(one, { fc: { kernel: tensor(kernel, [2, 3]) } });

    const trace = traceOf(network, randomSamples('flat', 20, 2, 1), { profile: 'hls4ml', precision: 'ap_fixed<12,4>' });

    expect(layerOf(trace, 'fc').constant).toEqual([1, 2]);
    expect(flagsOf(trace).find((flag) => flag.kind === 'constant')!.text).toBe(
      'fc: 2 of 3 neurons are constant over 20 samples, 1 only in fixed point (element 2)',
    );
  });

  it('suggests a format that indeed holds every value of the samples', () => {
    const network = hungryNetwork();
    const samples = randomSamples('suggestion', 50, 4, 3);
    const first = traceOf(network, samples, { profile: 'hls4ml', precision: 'ap_fixed<20,10>' });
    const suggested = layerOf(first, 'fc2').couldBe!;

    const again = traceNetwork(
      network,
      compileNetwork(network, {
        profile: 'hls4ml',
        precision: 'ap_fixed<20,10>',
        layerPrecision: { fc2: { accum: suggested, result: suggested } },
      }),
      { in: samples },
    );

    const format = parseFormat(suggested);
    expect(format.integer).toBeLessThan(10);
    expect(fractionBits(format)).toBe(10);
    expect(layerOf(again, 'fc2').format).toBe(suggested);
    expect([...layerOf(again, 'fc2').values.fixed]).toEqual([...layerOf(first, 'fc2').values.fixed]);
    expect(layerOf(again, 'fc2').couldBe).toBeNull();
    expect(flagsOf(first).map((flag) => flag.text)).toContainEqual(
      expect.stringContaining(`fc2: ap_fixed<20,10> could be ${suggested} on these samples`),
    );
  });

  it('suggests no narrower format behind a layer that lost values', () => {
    const samples = Float64Array.from([8, 5, 4, 5, 0.5, 0.5, 0.5, 0.5]);
    const options = { profile: 'hls4ml', precision: 'ap_fixed<20,10>' } as const;
    const narrow = { fc1: { accum: 'ap_fixed<12,2>', result: 'ap_fixed<12,2>' } };

    const trace = traceOf(hungryNetwork(), samples, { ...options, layerPrecision: narrow });

    expect(layerOf(trace, 'fc2').couldBe).not.toBeNull();
    const suggestions = flagsOf(trace).filter((flag) => flag.kind === 'range' && flag.text.includes('could be'));
    expect(suggestions.map((flag) => flag.layer)).toEqual(['in']);
  });

  it('refuses samples that do not fit, in one sentence', () => {
    const network = hungryNetwork();
    const graph = compileNetwork(network);

    expect(() => traceNetwork(network, graph, { in: new Float64Array(7) })).toThrow(
      'Input "in" of the trace has 7 numbers; it takes 4 per sample and at least one sample.',
    );
    expect(() => traceNetwork(network, graph, { in: Float64Array.from([1, NaN, 1, 1]) })).toThrow(
      'Input "in" of the trace has NaN in sample 0, element 1; samples must be finite numbers.',
    );
  });
});

describe('the simulated RTL in a trace', () => {
  const network = hungryNetwork();
  const options = { profile: 'hls4ml', precision: 'ap_fixed<12,6>' } as const;
  const { graph, built, schedule, netlist } = compileFor(network, { ...target, clockMHz: 400 }, options);
  const samples = randomSamples('rtl', 40, 4, 4);

  it('equals the circuit at every layer in the right cycle', () => {
    const trace = traceNetwork(network, graph, { in: samples }, { rtl: { built, schedule, netlist } });

    expect(trace.rtl).toMatchObject({ latencyCycles: schedule.latencyCycles, compared: 40 * (8 + 8 + 3 + 3) });
    expect(trace.layers.flatMap((layer) => layer.rtlDifferences)).toEqual([]);
    expect(schedule.latencyCycles).toBeGreaterThan(1);
  });

  it('names layer, element and cycle where a gate is wrong', () => {
    // All adders of fc2 subtract; the layers before it stay right.
    const modules = netlist.modules.map((module) =>
      module.name.endsWith('fc2')
        ? {
            ...module,
            cells: module.cells.map((cell) => (cell.kind === 'add' ? { ...cell, kind: 'subtract' as const } : cell)),
          }
        : module,
    );
    const wrong = { ...netlist, modules };

    const trace = traceNetwork(network, graph, { in: samples }, { rtl: { built, schedule, netlist: wrong } });

    expect(layerOf(trace, 'relu1').rtlDifferences).toEqual([]);
    const [first] = layerOf(trace, 'fc2').rtlDifferences!;
    expect(first!.cycle).toBe(first!.sample + layerOf(trace, 'fc2').stage!);
    const codes = layerOf(trace, 'fc2').values.codes;
    expect(first!.expected).toBe(BigInt(codes[first!.sample * 3 + first!.element]!));
    expect(first!.found).not.toBe(first!.expected);
    expect(flagsOf(trace)[0]!.text).toMatch(
      /^fc2: the simulated RTL differs from the circuit in \d+ values, first in element \d of sample \d+ at cycle \d+/,
    );
    expect(toDouble(first!.expected, 6)).toBe(layerOf(trace, 'fc2').values.fixed[first!.sample * 3 + first!.element]);
  });
});
