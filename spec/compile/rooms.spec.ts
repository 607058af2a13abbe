/** What single layer kinds owe beyond the cases that the registry enumerates: wide inputs, several axes, refusals. */
import { describe, expect, it } from 'vitest';
import { type CompileOptions, compileNetwork } from '../../src/compile/index.ts';
import { interpretGraph } from '../../src/emulation/index.ts';
import { UnsupportedError } from '../../src/errors.ts';
import { fractionBits, toDouble } from '../../src/fixed/index.ts';
import { buildNetwork, type LayerSpec, type Network, predict, withParameters } from '../../src/network/index.ts';
import { stream } from '../../src/random/index.ts';
import { tensor, toFlat } from '../../src/tensor/index.ts';

const oneLayer = (spec: LayerSpec, shape: readonly number[], inputs = 1): Network => {
  const sources = Array.from({ length: inputs }, (_, k) => ({ name: `x${k}`, shape }));
  const layer = { ...spec, name: 'it', inputs: sources.map(({ name }) => name) } as LayerSpec;
  return buildNetwork('n', sources, [layer], stream('rooms', spec.kind));
};

/** Values of the last layer for one sample, given by its raw codes. */
const run = (network: Network, options: CompileOptions, ...codes: readonly (readonly number[])[]): number[] => {
  const graph = compileNetwork(network, options);
  const found = interpretGraph(
    graph,
    codes.map((row) => row.map(BigInt)),
  );
  const { formats } = graph.layers.at(-1)!.circuit.outputs[0]!;
  return found.get(graph.outputs[0]!)!.map((raw, k) => toDouble(raw, fractionBits(formats[k]!)));
};

const hls4ml = (precision: string, layers: CompileOptions['layerPrecision'] = {}): CompileOptions => ({
  profile: 'hls4ml',
  precision,
  layerPrecision: layers,
});

describe('inputs with too many codes for one table', () => {
  // 20 bits with 10 fraction bits reach from −512 to 512.
  const points = [
    -512, -100.25, -16, -8.001, -7.5, -1.5, -0.25, -0.001, 0, 0.001, 0.3, 2.75, 7.999, 8, 15.9, 90, 511.5,
  ];

  it.each<[LayerSpec, number]>([
    [{ kind: 'sigmoid' }, 0.003],
    [{ kind: 'tanh' }, 0.003],
    [{ kind: 'softplus' }, 0.004],
    [{ kind: 'softsign' }, 0.004],
    [{ kind: 'elu', attributes: { alpha: 0.75 } }, 0.004],
    [{ kind: 'selu' }, 0.008],
  ])('%o stays near the function', (spec, tolerance) => {
    const codes = points.map((x) => Math.round(x * 1024));
    const network = oneLayer(spec, [points.length]);
    const found = run(
      network,
      { precision: 'ap_fixed<30,14,AP_RND,AP_SAT>', layerPrecision: { x0: { result: 'ap_fixed<20,10>' } } },
      codes,
    );
    const exact = toFlat(
      predict(
        network,
        tensor(
          codes.map((code) => code / 1024),
          [1, codes.length],
        ),
      ),
    );
    found.forEach((value, k) => expect(Math.abs(value - exact[k]!)).toBeLessThan(tolerance));
  });
});

describe('inputs with several axes', () => {
  it.each<LayerSpec>([{ kind: 'dense', attributes: { units: 2 } }, { kind: 'softmax' }])(
    '%o works along the last one',
    (spec) => {
      const matrix = oneLayer(spec, [2, 3]);
      const [{ parameters }] = matrix.layers as [Network['layers'][number]];
      const row = withParameters(oneLayer(spec, [3]), { it: parameters });
      const options: CompileOptions = { precision: 'ap_fixed<18,8,AP_RND,AP_SAT>' };
      const codes = [300, -900, 70, -2000, 1500, 1024];
      for (const profile of ['exact', 'hls4ml'] as const) {
        const together = run(matrix, { ...options, profile }, codes);
        const apart = [codes.slice(0, 3), codes.slice(3)].flatMap((part) => run(row, { ...options, profile }, part));
        expect(together).toEqual(apart);
      }
    },
  );

  it('joins along any of them', () => {
    const integers: CompileOptions = { precision: 'ap_int<8>' };
    const joined = (axis: number): number[] =>
      run(oneLayer({ kind: 'concatenate', attributes: { axis } }, [2, 2], 2), integers, [1, 2, 3, 4], [5, 6, 7, 8]);
    expect(joined(0)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(joined(1)).toEqual([1, 2, 5, 6, 3, 4, 7, 8]);
    expect(joined(-1)).toEqual(joined(1));
  });
});

describe('a depthwise convolution', () => {
  const shape = [4, 3];
  const multiplier = 2;
  const draw = stream('rooms', 'depthwise');
  const codes = Array.from({ length: 12 }, () => draw.integer(-128, 128));

  it.each(['exact', 'hls4ml'] as const)('is a convolution of every channel by itself (%s)', (profile) => {
    for (const padding of ['valid', 'same', 'causal'] as const) {
      for (const accum of ['ap_fixed<20,9>', 'ap_fixed<12,5>', 'ap_fixed<14,6,AP_RND,AP_SAT>']) {
        const geometry = { size: [2], strides: [2], padding };
        const options: CompileOptions = {
          profile,
          precision: 'ap_fixed<8,3>',
          layerPrecision: { it: { accum, result: 'ap_fixed<12,5>' } },
        };
        const attributes = { ...geometry, depthMultiplier: multiplier };
        const whole = oneLayer({ kind: 'depthwiseConv1d', attributes }, shape);
        const bias = tensor([0.5, -0.25, 1, 0, -1.5, 2], [6]);
        const found = run(withParameters(whole, { it: { bias } }), options, codes);
        const kernel = toFlat(whole.layers[0]!.parameters['kernel']!);
        const channels = [0, 1, 2].map((c) => {
          const alone = oneLayer({ kind: 'conv1d', attributes: { ...geometry, filters: multiplier } }, [4, 1]);
          const own = [0, 1].flatMap((cell) => [0, 1].map((k) => kernel[(cell * 3 + c) * multiplier + k]!));
          const parameters = {
            kernel: tensor(own, [2, 1, multiplier]),
            bias: tensor(Array.from(toFlat(bias)).slice(2 * c, 2 * c + 2)),
          };
          const values = codes.filter((_, i) => i % 3 === c);
          return run(withParameters(alone, { it: parameters }), options, values);
        });
        const positions = found.length / 6;
        const expected = Array.from({ length: positions }, (_, p) =>
          channels.flatMap((values) => values.slice(multiplier * p, multiplier * (p + 1))),
        ).flat();
        expect(found).toEqual(expected);
      }
    }
  });
});

describe('tables of hls4ml', () => {
  it('are addressed in whole steps of an input without a binary point', () => {
    // Steps of 16: x = 16 is 1,024 entries of 1/64 right of the centre, which is the last one.
    const asked = hls4ml('ap_fixed<16,6>', { x0: { result: 'ap_fixed<4,8>' } });
    expect(run(oneLayer({ kind: 'sigmoid' }, [3]), asked, [-1, 0, 1])).toEqual([0, 0.5, 1 - 2 ** -10]);
  });
});

describe('binary activations and weights', () => {
  const specs: LayerSpec[] = [
    { kind: 'binaryTanh', name: 'sign' },
    { kind: 'flatten', name: 'flat' },
    { kind: 'dense', name: 'sum', attributes: { units: 1, useBias: false } },
  ];
  const network = withParameters(buildNetwork('binary', [{ name: 'x0', shape: [3, 1] }], specs, stream('binary')), {
    sum: { kernel: tensor([1, -2, 0.5], [3, 1]) },
  });

  it('are codes 0 and 1 for −1 and 1 in the hls4ml profile', () => {
    const asked = hls4ml('ap_fixed<16,6>', { sign: { result: 'ap_uint<1>' } });
    expect(run(network, asked, [5, -5, 0])).toEqual([1 + 2 + 0.5]);
    expect(run(network, asked, [-5, 5, 0])).toEqual([-1 - 2 + 0.5]);
  });

  it('count equal bits where both are binary', () => {
    const signs = withParameters(network, { sum: { kernel: tensor([1, -1, 1], [3, 1]) } });
    const asked = hls4ml('ap_fixed<16,8>', {
      sign: { result: 'ap_uint<1>' },
      sum: { weight: 'ap_uint<1>', result: 'ap_int<8>' },
    });
    // Weights 1, −1, 1 times 1, −1, −1.
    expect(run(signs, asked, [5, -5, -5])).toEqual([1]);
  });

  it('are refused as a single bit in the exact profile', () => {
    expect(() => compileNetwork(network, { layerPrecision: { sign: { result: 'ap_uint<1>' } } })).toThrow(
      'Layer "sign" has a result of one unsigned bit, which holds no −1 in the exact profile; ask for ap_int<2>.',
    );
  });
});

describe('softmax', () => {
  it.each(['exact', 'hls4ml'] as const)('marks the first maximum as argmax (%s)', (profile) => {
    const options: CompileOptions = { profile, softmax: { implementation: 'argmax' }, precision: 'ap_fixed<16,6>' };
    expect(run(oneLayer({ kind: 'softmax' }, [4]), options, [3, 9, 9, -4])).toEqual([0, 1, 0, 0]);
  });

  it('differs between implementations in the hls4ml profile only', () => {
    const network = oneLayer({ kind: 'softmax' }, [3]);
    const codes = [2500, 1000, -700];
    const results = (profile: 'exact' | 'hls4ml'): string[] =>
      (['stable', 'latency', 'legacy'] as const).map((implementation) =>
        run(network, { profile, softmax: { implementation } }, codes).join(),
      );
    expect(new Set(results('hls4ml')).size).toBe(3);
    expect(new Set(results('exact')).size).toBe(1);
  });
});

describe('pooling', () => {
  it('pads unsigned maxima with half the range in the hls4ml profile only', () => {
    const network = oneLayer(
      { kind: 'pooling1d', attributes: { operation: 'maximum', size: [2], padding: 'same' } },
      [3, 1],
    );
    const options: CompileOptions = { precision: 'ap_uint<8>' };
    expect(run(network, { ...options, profile: 'exact' }, [3, 5, 7])).toEqual([5, 7]);
    expect(run(network, { ...options, profile: 'hls4ml' }, [3, 5, 7])).toEqual([5, 128]);
  });

  it('truncates averages toward zero in the hls4ml profile and rounds as asked in the exact one', () => {
    const network = oneLayer({ kind: 'globalPooling', attributes: { operation: 'average' } }, [3, 1]);
    const exact: CompileOptions = {
      precision: 'ap_int<8>',
      layerPrecision: { it: { result: 'ap_fixed<8,8,AP_RND>' } },
    };
    expect(run(network, hls4ml('ap_fixed<8,8>'), [-1, -2, -2])).toEqual([-1]);
    expect(run(network, exact, [-1, -2, -2])).toEqual([-2]);
  });
});

describe('what hls4ml does not have', () => {
  it('is refused in its profile', () => {
    const compile = (network: Network) => () => compileNetwork(network, { profile: 'hls4ml' });
    const three = compile(oneLayer({ kind: 'merge', attributes: { operation: 'add' } }, [2], 3));
    const fractional = compile(oneLayer({ kind: 'clippedRelu', attributes: { limit: 0.5 } }, [2]));
    expect(three).toThrow(UnsupportedError);
    expect(three).toThrow('Layer "it" merges 3 inputs; hls4ml merges 2, so use several layers or the exact profile.');
    expect(fractional).toThrow('Layer "it" has limit 0.5; in the hls4ml profile a limit must be an integer.');
  });
});

describe('formats on auto in the hls4ml profile', () => {
  const formatOf = (spec: LayerSpec, shape: readonly number[], inputs = 1): string => {
    const graph = compileNetwork(
      oneLayer(spec, shape, inputs),
      hls4ml('ap_fixed<8,3>', { it: { accum: 'auto', result: 'auto' } }),
    );
    const { width, integer } = graph.layers[0]!.circuit.outputs[0]!.formats[0]!;
    return `${width},${integer}`;
  };

  it.each<[LayerSpec, readonly number[], number, string]>([
    [{ kind: 'dense', attributes: { units: 1 } }, [4], 1, '19,9'],
    [{ kind: 'conv1d', attributes: { filters: 1, size: [2] } }, [4, 2], 1, '19,9'],
    // Two terms per sum, whatever the channels.
    [{ kind: 'depthwiseConv1d', attributes: { size: [2] } }, [4, 2], 1, '18,8'],
    [{ kind: 'affine' }, [4], 1, '17,7'],
    [{ kind: 'pooling1d', attributes: { operation: 'average', size: [2] } }, [4, 1], 1, '8,3'],
    [{ kind: 'merge', attributes: { operation: 'add' } }, [4], 2, '9,4'],
    [{ kind: 'concatenate' }, [4], 2, '8,3'],
    [{ kind: 'relu' }, [4], 1, '8,3'],
  ])('%o', (spec, shape, inputs, expected) => {
    expect(formatOf(spec, shape, inputs)).toBe(expected);
  });
});
