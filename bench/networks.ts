/**
 * The networks whose hls4ml rates are published, with seeded weights, as layer graphs in both profiles.
 *
 * The `hls4ml` profile casts every product and every partial sum to ap_fixed<16,6>. In the `exact` profile sums are
 * exact and the result of each weighted layer is rounded and saturated to 16 bits once. Softmax is hls4ml's default
 * (stable, tables of 1,024) in one and exact tables in the other.
 */
import type { LayerGraph } from '../src/circuit/index.ts';
import { compileNetwork } from '../src/compile/index.ts';
import type { NumericsProfile } from '../src/compile/index.ts';
import { buildNetwork } from '../src/network/index.ts';
import type { LayerSpec, Network } from '../src/network/index.ts';
import { stream } from '../src/random/index.ts';

export interface BenchNetwork {
  readonly name: string;
  /** Inferences per second of hls4ml's compiled C++ emulation (g++ -O3, one core of an AMD EPYC Zen 5). */
  readonly hls4mlRate: number;
  readonly network: Network;
}

function dense(sizes: readonly number[], last: LayerSpec[]): LayerSpec[] {
  return sizes.flatMap((units, k): LayerSpec[] =>
    k === sizes.length - 1
      ? [{ kind: 'dense', attributes: { units } }, ...last]
      : [{ kind: 'dense', attributes: { units } }, { kind: 'relu' }],
  );
}

const convolutions: LayerSpec[] = [1, 1, 6, 6].flatMap((filters): LayerSpec[] => [
  { kind: 'conv2d', attributes: { filters, size: [3, 3], strides: [1, 1], dilation: [1, 1], padding: 'valid' } },
  { kind: 'relu' },
]);

function network(name: string, shape: readonly number[], layers: LayerSpec[]): Network {
  return buildNetwork(name, [{ name: 'x', shape }], layers, stream('bench', name));
}

/** Make the networks of the table. */
export function benchNetworks(): BenchNetwork[] {
  return [
    {
      name: 'jet tagger 16-64-32-32-5, softmax',
      hls4mlRate: 20_200,
      network: network('jet', [16], dense([64, 32, 32, 5], [{ kind: 'softmax' }])),
    },
    {
      name: '57-64-16-16-16-64-8-1',
      hls4mlRate: 13_300,
      network: network('puppi', [57], dense([64, 16, 16, 16, 64, 8, 1], [])),
    },
    {
      name: 'CNN 9×16: conv 3×3 1,1,6,6, dense 10,10,2, softmax',
      hls4mlRate: 11_900,
      network: network(
        'cnn',
        [9, 16, 1],
        [...convolutions, { kind: 'flatten' }, ...dense([10, 10, 2], [{ kind: 'softmax' }])],
      ),
    },
  ];
}

/** Compile a network in a profile; constants stay multiplications, which emulation reads as sums of products. */
export function benchGraph({ network: trained }: BenchNetwork, profile: NumericsProfile): LayerGraph {
  const weighted = trained.layers.filter((layer) => layer.kind === 'dense' || layer.kind === 'conv2d');
  const rounded = Object.fromEntries(weighted.map((layer) => [layer.name, { result: 'ap_fixed<16,6,AP_RND,AP_SAT>' }]));
  return compileNetwork(trained, {
    profile,
    strategy: 'multiplier',
    precision: 'ap_fixed<16,6>',
    ...(profile === 'exact' ? { layerPrecision: rounded } : {}),
  });
}
