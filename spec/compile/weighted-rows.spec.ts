/** Sums of dense layers and convolutions: every strategy computes the same, rounding and wrapping as the profile says. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LayerGraph } from '../../src/circuit/index.ts';
import { compileNetwork, type CompileOptions, type NumericsProfile } from '../../src/compile/index.ts';
import { interpretGraph } from '../../src/emulation/index.ts';
import { UnsupportedError } from '../../src/errors.ts';
import { buildNetwork, type LayerSpec, type Network } from '../../src/network/index.ts';
import { stream } from '../../src/random/index.ts';
import { networkCases, samples } from '../../src/verification/arbitraries/index.ts';

const strategies = ['adder-graph', 'shift-add', 'multiplier'] as const;
type Strategy = (typeof strategies)[number];

const additions = ({ layers }: LayerGraph): number =>
  layers.flatMap(({ circuit }) => circuit.ops).filter(({ kind }) => kind === 'add').length;

function expectSame(
  network: Network,
  options: CompileOptions,
  draw: (graph: LayerGraph) => readonly bigint[][][],
): void {
  const [graph, ...others] = strategies.map((strategy) => compileNetwork(network, { ...options, strategy }));
  for (const sample of draw(graph!)) {
    const expected = interpretGraph(graph!, sample);
    for (const other of others) expect(interpretGraph(other, sample)).toEqual(expected);
  }
}

/** Tell whether a profile takes a network. */
function isSupported(network: Network, profile: NumericsProfile): boolean {
  try {
    compileNetwork(network, { profile, strategy: 'multiplier' });
    return true;
  } catch (error) {
    if (error instanceof UnsupportedError) return false;
    throw error;
  }
}

describe('strategies', () => {
  it.each(['exact', 'hls4ml'] as const)('compute the same in the %s profile, whatever the network', (profile) => {
    let ran = 0;
    fc.assert(
      fc.property(
        networkCases({ maxFeatures: 8, maxImageLayers: 2 }, { maxSamples: 3 }),
        ({ network, samples: batch }) => {
          if (!isSupported(network, profile)) return;
          expectSame(network, { profile, adderEffort: 0 }, () =>
            batch.map((sample) => sample.map((port) => [...port])),
          );
          ran++;
        },
      ),
      { numRuns: 60 },
    );
    expect(ran).toBeGreaterThan(30);
  });

  const dense = (units: number, name: string): Network =>
    buildNetwork(
      'dense',
      [{ name: 'x', shape: [6] }],
      [{ kind: 'dense', name: 'fc', attributes: { units } }],
      stream(name),
    );
  const modes = fc.constantFrom(
    '',
    ',AP_RND',
    ',AP_TRN_ZERO',
    ',AP_TRN,AP_SAT',
    ',AP_RND,AP_SAT_SYM',
    ',AP_TRN,AP_WRAP,2',
  );
  const format = (least: number, most: number): fc.Arbitrary<string> =>
    fc
      .tuple(fc.integer({ min: least, max: most }), fc.integer({ min: 1, max: 7 }), modes)
      .map(([width, integer, mode]) => `ap_fixed<${width},${integer}${mode}>`);
  const accumulators = fc.record({
    accum: format(4, 26),
    weight: format(2, 9),
    bias: format(2, 14),
    result: format(4, 20),
    input: format(2, 9),
    seed: fc.nat({ max: 99 }),
  });

  it('compute the same with every accumulator, of many bits or few', () => {
    let shared = 0;
    fc.assert(
      fc.property(accumulators, fc.nat(), ({ input, seed, ...fields }, pick) => {
        const network = dense(5, `seed ${seed}`);
        const options: CompileOptions = {
          profile: 'hls4ml',
          adderEffort: 0,
          layerPrecision: { x: { result: input }, fc: fields },
        };
        const [drawn] = [fc.sample(samples(compileNetwork(network, options).inputs), { numRuns: 4, seed: pick })];
        expectSame(network, options, () => drawn!.map((sample) => sample.map((port) => [...port])));
        const count = (strategy: Strategy): number => additions(compileNetwork(network, { ...options, strategy }));
        if (count('adder-graph') < count('shift-add')) shared++;
      }),
      { numRuns: 150 },
    );
    expect(shared).toBeGreaterThan(10);
  });

  it('compute the same for images, with and without groups of channels', () => {
    const specs: readonly LayerSpec[] = [
      { kind: 'conv2d', name: 'it', attributes: { filters: 3, size: [2, 2], padding: 'same' } },
      { kind: 'depthwiseConv2d', name: 'it', attributes: { size: [2, 2], depthMultiplier: 3, padding: 'same' } },
    ];
    for (const spec of specs) {
      const network = buildNetwork('images', [{ name: 'x', shape: [2, 3, 2] }], [spec], stream('strategies'));
      for (const accum of ['ap_fixed<20,9>', 'ap_fixed<9,4>', 'ap_fixed<9,4,AP_RND,AP_SAT>']) {
        for (const profile of ['exact', 'hls4ml'] as const) {
          const options: CompileOptions = {
            profile,
            adderEffort: 0,
            precision: 'ap_fixed<7,3>',
            layerPrecision: { it: { accum, result: 'ap_fixed<12,6>' } },
          };
          expectSame(network, options, ({ inputs }) =>
            fc.sample(samples(inputs), { numRuns: 5, seed: 1 }).map((sample) => sample.map((port) => [...port])),
          );
        }
      }
    }
  });

  const fields = { weight: 'ap_fixed<8,2>', bias: 'ap_fixed<12,2>', result: 'ap_fixed<10,4>' };
  const compiled = (strategy: Strategy, accum: string): LayerGraph =>
    compileNetwork(dense(8, 'fixed'), {
      profile: 'hls4ml',
      strategy,
      layerPrecision: { x: { result: 'ap_fixed<8,3>' }, fc: { ...fields, accum } },
    });

  it('share sums between outputs where a wrapping accumulator keeps every fraction bit', () => {
    // Products have 5 + 6 fraction bits.
    for (const accum of ['ap_fixed<20,9>', 'ap_fixed<14,3>', 'auto']) {
      expect(additions(compiled('adder-graph', accum))).toBeLessThan(0.7 * additions(compiled('shift-add', accum)));
    }
  });

  it('keep hls4ml’s sums where the accumulator rounds products or saturates', () => {
    for (const accum of ['ap_fixed<18,8>', 'ap_fixed<20,9,AP_TRN,AP_SAT>', 'ap_fixed<20,9,AP_TRN,AP_WRAP,1>']) {
      expect(compiled('adder-graph', accum)).toEqual(compiled('shift-add', accum));
    }
  });
});
