/** Parameters beyond their formats, and sums that wrap. */
import { describe, expect, it } from 'vitest';
import { compileNetwork } from '../../src/compile/index.ts';
import { buildNetwork, type Network } from '../../src/network/index.ts';
import { stream } from '../../src/random/index.ts';
import { layersThatCanWrap, parameterFits, wrappedLayers } from '../../src/systems/index.ts';
import { fromArray, tensor } from '../../src/tensor/index.ts';

const base = buildNetwork(
  'sum',
  [{ name: 'x', shape: [3] }],
  [{ kind: 'dense', name: 'fc', attributes: { units: 1 } }],
  stream('precision fit'),
);

/** y = Σ w·x, no bias. */
function dense(weights: readonly number[]): Network {
  const [layer] = base.layers;
  const parameters = { kernel: fromArray(weights.map((w) => [w])), bias: fromArray([0]) };
  return { ...base, layers: [{ ...layer!, parameters } as Network['layers'][number]] };
}

describe('parameterFits', () => {
  it('counts values beyond the format, and small ones that become zero', () => {
    const fits = parameterFits(dense([1.5, -2.25, 0.01]), { precision: 'ap_fixed<6,2>' });

    expect(
      fits.map(({ layer, role, beyond, largest, nonzero, vanished }) => ({
        layer,
        role,
        beyond,
        largest,
        nonzero,
        vanished,
      })),
    ).toEqual([
      { layer: 'fc', role: 'weight', beyond: 1, largest: -2.25, nonzero: 3, vanished: 1 },
      { layer: 'fc', role: 'bias', beyond: 0, largest: 0, nonzero: 0, vanished: 0 },
    ]);
  });

  it('looks at the kernels of convolutions as at those of dense layers', () => {
    const images = buildNetwork(
      'images',
      [{ name: 'x', shape: [3, 3, 1] }],
      [
        { kind: 'conv2d', name: 'c', attributes: { filters: 2, size: [2, 2] } },
        { kind: 'depthwiseConv2d', name: 'd', attributes: { size: [2, 2], useBias: false } },
      ],
      stream('precision fit'),
    );
    const own = images.layers.map((layer) => {
      const { kernel } = layer.parameters;
      return {
        ...layer,
        parameters: { ...layer.parameters, kernel: tensor([1, 2, -9, 2, 0.25, 2, 0.001, 2], kernel!.shape) },
      };
    }) as Network['layers'];
    const fits = parameterFits({ ...images, layers: own }, { precision: 'ap_fixed<6,3>' });

    expect(fits.map(({ layer, role, beyond, vanished }) => [layer, role, beyond, vanished])).toEqual([
      ['c', 'weight', 1, 1],
      ['c', 'bias', 0, 0],
      ['d', 'weight', 1, 1],
    ]);
  });

  it('reads the format that the layer itself asks for', () => {
    const layerPrecision = { fc: { weight: 'ap_fixed<8,4>' } };

    const [weights] = parameterFits(dense([1.5, -2.25, 3]), { precision: 'ap_fixed<6,2>', layerPrecision });

    expect(weights).toMatchObject({ beyond: 0, format: { width: 8, integer: 4 } });
  });
});

describe('wrapping results', () => {
  const options = { profile: 'hls4ml', precision: 'ap_fixed<8,4>' } as const; // −8 … 7.9375
  const codes = (...values: number[]): bigint[][] => [values.map((value) => BigInt(value * 16))];

  it('are counted on the samples where the sum leaves the format, not where it only passes outside', () => {
    const graph = compileNetwork(dense([1, 1, 1]), options);
    const samples = [codes(1, 2, 3), codes(5, 5, 5), codes(7, 7, -7), codes(-7, -7, 0)];

    expect(layersThatCanWrap(graph)).toEqual(['fc']);
    expect(wrappedLayers(graph, samples)).toEqual([{ layer: 'fc', samples: 2 }]);
  });

  it('do not occur where the accumulator holds every sum', () => {
    const layerPrecision = { fc: { accum: 'ap_fixed<16,8>', result: 'ap_fixed<16,8>' } };
    const graph = compileNetwork(dense([1, 1, 1]), { ...options, layerPrecision });

    expect(layersThatCanWrap(graph)).toEqual([]);
    expect(wrappedLayers(graph, [codes(7, 7, 7)])).toEqual([]);
  });
});
