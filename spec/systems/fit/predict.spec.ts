/** Predictions of whole designs, stage by stage, against the built design, in random schedules. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LayerSchedule, type StreamCompiler, streamCompiler } from '../../../src/compile/index.ts';
import { buildNetwork, type Network } from '../../../src/network/index.ts';
import { stream } from '../../../src/random/index.ts';
import { measureDesign } from '../../../src/systems/fit/measure.ts';
import { predictDesign } from '../../../src/systems/fit/predict.ts';
import { isSlow, wholeDesign } from '../../../src/systems/fit/progress.ts';
import { searchSteps, stepSchedules } from '../../../src/systems/fit/search-steps.ts';
import { costBook } from '../../../src/systems/fit/stage-cost.ts';
import { withRandomCodes } from '../../../bench/designs/random-codes.ts';

const target = { part: 'xcvu13p', clockMHz: 250 };
const drawn = (network: Network): Network =>
  withRandomCodes(network, stream('predict', network.name), { weightBits: 5, density: 1 });
const networks = [
  drawn(
    buildNetwork(
      'chain',
      [{ name: 'x', shape: [3, 4, 2] }],
      [
        { kind: 'conv2d', name: 'conv', attributes: { filters: 2, size: [2, 3], padding: 'same' } },
        { kind: 'relu', name: 'act' },
        { kind: 'pooling2d', name: 'pool', attributes: { operation: 'maximum', size: [1, 2], strides: [1, 2] } },
        { kind: 'flatten', name: 'flat' },
        { kind: 'dense', name: 'fc', attributes: { units: 2 } },
      ],
      stream('predict-chain'),
    ),
  ),
  drawn(
    buildNetwork(
      'branches',
      [{ name: 'x', shape: [5, 2] }],
      [
        { kind: 'conv1d', name: 'left', inputs: ['x'], attributes: { filters: 2, size: [3], padding: 'same' } },
        { kind: 'relu', name: 'act', inputs: ['left'] },
        { kind: 'conv1d', name: 'right', inputs: ['x'], attributes: { filters: 2, size: [1] } },
        { kind: 'merge', name: 'sum', inputs: ['act', 'right'], attributes: { operation: 'add' } },
        { kind: 'globalPooling', name: 'most', attributes: { operation: 'maximum' } },
      ],
      stream('predict-branches'),
    ),
  ),
];
const compilers = networks.map((network) =>
  streamCompiler(network, { precision: 'ap_fixed<8,4>', profile: 'hls4ml', adderEffort: 0 }),
);
const costs = costBook(target);

/** A schedule for every layer, by numbers that are taken modulo what there is. */
function schedulesBy(compiler: StreamCompiler, numbers: readonly number[]): Record<string, LayerSchedule> {
  const next = numbers.values();
  const pick = <T>(list: readonly T[]): T => list[(next.next().value ?? 0) % list.length]!;
  return searchSteps(compiler).reduce<Record<string, LayerSchedule>>((before, step) => {
    const { name } = step.layer;
    const layout = pick(step.layouts);
    const choices = compiler.choices({ layers: { ...before, [name]: { layout } } }, [name]);
    const reuse = step.canReuse ? pick(choices.find((choice) => choice.name === name)!.reuse) : 1;
    return { ...before, ...stepSchedules(step, { layout, reuse }, before) };
  }, {});
}

describe('predictDesign', () => {
  it('tells latency and initiation interval to the cycle, flip-flops within 3 % and tables within 20 %', () => {
    fc.assert(
      fc.property(fc.nat(1), fc.array(fc.nat(99), { minLength: 10, maxLength: 10 }), (which, numbers) => {
        const compiler = compilers[which]!;
        const graph = compiler.compile({ layers: schedulesBy(compiler, numbers) });
        const predicted = predictDesign(graph, costs);
        const measured = measureDesign(graph, predicted.stages, predicted.fifos, target);
        expect(predicted.latencyCycles).toBe(measured.latencyCycles);
        expect(predicted.initiationInterval).toBe(measured.initiationInterval);
        const whole = wholeDesign(graph, costs);
        expect(isSlow(whole) || whole.latency).toBe(predicted.latencyCycles);
        const ratio = (kind: 'lut' | 'ff'): number => predicted.resources[kind] / measured.resources[kind];
        expect(ratio('lut')).toBeGreaterThan(0.97);
        expect(ratio('lut')).toBeLessThan(1.2);
        expect(Math.abs(ratio('ff') - 1)).toBeLessThan(0.03);
        expect(predicted.resources.dsp).toBe(measured.resources.dsp);
        expect(predicted.resources.bram).toBe(measured.resources.bram);
      }),
      { numRuns: Number(process.env['FIT_RUNS'] ?? 8) },
    );
  });
});
