/** Every kind of layer in every layout with every reuse factor: a kind that streams do not know fails here by its name. */
import { describe, expect, it } from 'vitest';
import type { LayerGraph } from '../../../src/circuit/index.ts';
import {
  type BeatLayout,
  compileNetwork,
  type CompileOptions,
  compileStreams,
  type NumericsProfile,
  scheduleChoices,
} from '../../../src/compile/index.ts';
import { UnsupportedError } from '../../../src/errors.ts';
import { buildNetwork, layerKinds, layerRegistry, type LayerSpec, type Network } from '../../../src/network/index.ts';
import { stream } from '../../../src/random/index.ts';
import { expectSameValues, randomSamples, validateAll } from './same-values.ts';
import { withRandomParameters } from './stream-cases.ts';

/** One layer behind inputs with positions, where its kind takes such; activations get an image. */
function networkOf(spec: LayerSpec, shapes: readonly (readonly number[])[]): Network {
  const inputs = shapes.map((shape, k) => ({ name: `in${k}`, shape }));
  const layer = { ...spec, name: 'layer', inputs: inputs.map(({ name }) => name) } as LayerSpec;
  return randomNetwork(inputs, [layer, { kind: 'linear', name: 'end' }]);
}

function randomNetwork(inputs: Network['inputs'], specs: readonly LayerSpec[]): Network {
  return withRandomParameters(buildNetwork('one', inputs, specs, stream('kinds')), 5);
}

/** A layer over a vector that comes in the beats of an image. */
const behindImage = (spec: LayerSpec, shape: readonly number[]): Network =>
  randomNetwork(
    [{ name: 'in0', shape }],
    [
      { kind: 'relu', name: 'first' },
      { kind: 'flatten', name: 'flat' },
      { ...spec, name: 'layer' } as LayerSpec,
      { kind: 'linear', name: 'end' },
    ],
  );

function optionsOf(
  profile: NumericsProfile,
  network: Network,
  layer: Readonly<Record<string, string>>,
): CompileOptions {
  const inputs = network.inputs.map(({ name }) => [name, { result: 'ap_fixed<7,3>' }] as const);
  return {
    profile,
    adderEffort: 0,
    precision: 'ap_fixed<10,5>',
    tableSize: 64,
    layerPrecision: { ...Object.fromEntries(inputs), layer, end: { result: 'ap_fixed<12,6>' } },
  };
}

/** Compare all schedules of the layer; returns how many there were. */
function compareSchedules(network: Network, options: CompileOptions, unrolled: LayerGraph): number {
  const samples = randomSamples(unrolled, 4, 3);
  let count = 0;
  for (const layout of scheduleChoices(network, options).find(({ name }) => name === 'layer')!.layouts) {
    const choices = scheduleChoices(network, options, { layers: { layer: { layout } } });
    for (const reuse of choices.find(({ name }) => name === 'layer')!.reuse) {
      const streams = compileStreams(network, options, { layers: { layer: { layout, reuse } } });
      validateAll(streams);
      expectSameValues(unrolled, streams, samples);
      count++;
    }
  }
  return count;
}

const cases = layerKinds.flatMap((kind) =>
  layerRegistry[kind].examples.map((attributes, index) => ({ kind, index, attributes })),
);

describe.each(cases)('$kind, example $index', ({ kind, attributes }) => {
  const shapes = layerRegistry[kind].exampleInputs ?? [[2, 2, 2]];
  const network = networkOf({ kind, attributes } as LayerSpec, shapes);

  it.each(['exact', 'hls4ml'] as const)('gives the same values in every schedule (%s)', (profile) => {
    const options = optionsOf(profile, network, { result: 'ap_fixed<9,4>' });
    let unrolled: LayerGraph;
    try {
      unrolled = compileNetwork(network, options);
    } catch (error) {
      if (profile === 'hls4ml' && error instanceof UnsupportedError) return;
      throw error;
    }
    // A layer without gates has none to schedule.
    if (!unrolled.layers.some(({ name }) => name === 'layer')) return;
    expect(compareSchedules(network, options, unrolled)).toBeGreaterThan(2);
  });
});

describe('sums', () => {
  const weighted: readonly [string, Network][] = [
    ['of a vector', networkOf({ kind: 'dense', attributes: { units: 4 } }, [[6]])],
    ['over beats', behindImage({ kind: 'dense', attributes: { units: 4 } }, [2, 2, 2])],
    ['of positions', networkOf({ kind: 'dense', attributes: { units: 2 } }, [[2, 2, 3]])],
    [
      'of windows',
      networkOf({ kind: 'conv2d', attributes: { filters: 2, size: [2, 2], padding: 'same' } }, [[2, 3, 2]]),
    ],
    [
      'of windows by channel',
      networkOf({ kind: 'depthwiseConv2d', attributes: { size: [2, 2], depthMultiplier: 2, padding: 'same' } }, [
        [2, 2, 3],
      ]),
    ],
    ['of means', networkOf({ kind: 'globalPooling', attributes: { operation: 'average' } }, [[3, 2, 2]])],
  ];
  const accumulators = ['ap_fixed<6,3>', 'ap_fixed<7,4,AP_RND_CONV,AP_SAT>', 'auto'];

  it.each(weighted)('%s accumulate as hls4ml does, whatever the accumulator', (_what, network) => {
    for (const accum of accumulators) {
      const options = optionsOf('hls4ml', network, { accum, weight: 'ap_fixed<5,2>', result: 'ap_fixed<8,4>' });
      expect(compareSchedules(network, options, compileNetwork(network, options))).toBeGreaterThan(5);
    }
  });

  it.each(weighted.slice(0, -1))('%s need no format in the exact profile', (_what, network) => {
    const options = optionsOf('exact', network, { weight: 'ap_fixed<5,2>', bias: 'ap_fixed<12,2>' });
    expect(compareSchedules(network, options, compileNetwork(network, options))).toBeGreaterThan(5);
  });

  it('of binary operands count equal bits', () => {
    const specs: LayerSpec[] = [
      { kind: 'binaryTanh', name: 'sign' },
      { kind: 'conv1d', name: 'layer', attributes: { filters: 2, size: [3], padding: 'same' } },
      { kind: 'linear', name: 'end' },
    ];
    const network = withRandomParameters(
      buildNetwork('binary', [{ name: 'in0', shape: [5, 2] }], specs, stream('b')),
      5,
    );
    for (const weight of ['ap_uint<1>', 'ap_int<2>', 'ap_fixed<5,2>']) {
      const options = optionsOf('hls4ml', network, { weight, result: 'ap_fixed<8,6>' });
      const binary = { ...options, layerPrecision: { ...options.layerPrecision, sign: { result: 'ap_uint<1>' } } };
      expect(compareSchedules(network, binary, compileNetwork(network, binary))).toBeGreaterThan(5);
    }
  });

  it('over beats that do not come in order wait for all of them where order matters', () => {
    const specs: LayerSpec[] = [
      { kind: 'relu', name: 'first' },
      { kind: 'flatten', name: 'flat' },
      { kind: 'dense', name: 'layer', attributes: { units: 2 } },
    ];
    const network = withRandomParameters(
      buildNetwork('order', [{ name: 'in0', shape: [2, 3, 1] }], specs, stream('o')),
      7,
    );
    const stages = (accum: string, layout: BeatLayout): string[] => {
      const options: CompileOptions = { profile: 'hls4ml', layerPrecision: { layer: { accum } } };
      const graph = compileStreams(network, options, { default: { layout } });
      const unrolled = compileNetwork(network, options);
      expectSameValues(unrolled, graph, randomSamples(unrolled, 4, 3));
      return graph.stages.map(({ name }) => name);
    };
    expect(stages('ap_fixed<9,4>', 'columns')).toEqual(['first', 'layer']);
    expect(stages('ap_fixed<9,4,AP_TRN,AP_SAT>', 'pixels')).toEqual(['first', 'layer']);
    expect(stages('ap_fixed<9,4,AP_TRN,AP_SAT>', 'columns')).toEqual(['first', 'first_gather', 'layer']);
  });
});
