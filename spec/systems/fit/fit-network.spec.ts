/** A whole fit of a small network: what is predicted is what is built. */
import { describe, expect, it } from 'vitest';
import type { CompileOptions } from '../../../src/compile/index.ts';
import { TargetError } from '../../../src/errors.ts';
import { buildNetwork } from '../../../src/network/index.ts';
import { stream } from '../../../src/random/index.ts';
import { type FitGoal, fitNetwork, fitReport, type FitResult } from '../../../src/systems/index.ts';
import { withRandomCodes } from '../../../bench/designs/random-codes.ts';

const random = stream('fit-network');
const network = withRandomCodes(
  buildNetwork(
    'small',
    [{ name: 'x', shape: [3, 6, 1] }],
    [
      { kind: 'conv2d', name: 'conv', attributes: { filters: 2, size: [2, 2] } },
      { kind: 'relu', name: 'act' },
      { kind: 'pooling2d', name: 'pool', attributes: { operation: 'maximum', size: [2, 2], strides: [2, 2] } },
      { kind: 'flatten', name: 'flat' },
      { kind: 'dense', name: 'fc', attributes: { units: 2 } },
    ],
    random.split('network'),
  ),
  random,
  { weightBits: 5, density: 1 },
);
const weights = { weight: 'ap_fixed<5,2>', bias: 'ap_fixed<5,2>' };
const compile: CompileOptions = {
  adderEffort: 0,
  layerPrecision: {
    x: { result: 'ap_fixed<5,2>' },
    conv: weights,
    act: { result: 'ap_ufixed<5,3,AP_RND,AP_SAT>' },
    fc: { ...weights, result: 'ap_fixed<8,5,AP_RND,AP_SAT>' },
  },
};
const target = { part: 'xcvu13p', clockMHz: 250 };
const fit = (goal: FitGoal): Promise<FitResult> => fitNetwork(network, { target, goal, compile, mostFactors: 4 });

describe('fitNetwork', () => {
  it.each<[string, FitGoal]>([
    ['an initiation interval', { initiationInterval: { cycles: 30 } }],
    ['a latency', { latency: { ns: 60 } }],
    ['the part alone', {}],
  ])(
    'predicts latency and initiation interval as they are measured, and resources within a tenth, for %s',
    async (_, goal) => {
      const { predicted, measured, chosen, front, ...result } = await fit(goal);
      expect(measured.initiationInterval).toBe(predicted.initiationInterval);
      expect(measured.latencyCycles).toBe(predicted.latencyCycles);
      expect([chosen.initiationInterval, chosen.latencyCycles]).toEqual([
        predicted.initiationInterval,
        predicted.latencyCycles,
      ]);
      expect(measured.initiationInterval).toBeLessThanOrEqual(result.goal.initiationInterval);
      expect(measured.latencyCycles).toBeLessThanOrEqual(result.goal.latency);
      for (const kind of ['lut', 'ff'] as const) {
        expect(Math.abs(predicted.resources[kind] / measured.resources[kind] - 1), kind).toBeLessThan(0.1);
      }
      expect([predicted.resources.dsp, predicted.resources.bram]).toEqual([
        measured.resources.dsp,
        measured.resources.bram,
      ]);
      expect(result.meetsClock).toBe(measured.criticalNs <= 4);
      const better = front.filter(
        (point) =>
          point.share < chosen.share &&
          point.initiationInterval <= result.goal.initiationInterval &&
          point.latencyCycles <= result.goal.latency,
      );
      if (Object.keys(goal).length > 0) expect(better).toEqual([]);
    },
    60_000,
  );

  it('says why, layer by layer, and prints all of it', async () => {
    const result = await fit({ initiationInterval: { cycles: 30 } });
    expect(result.reasons.map((reason) => reason.split(' takes ')[0])).toEqual(['conv', 'pool', 'fc']);
    for (const reason of result.reasons) expect(reason).toMatch(/^\w+ takes [^:]+(: .+)?\.$/);
    expect(result.reasons.join(' ')).toMatch(/would need [\d,]+ LUT instead of [\d,]+ \([\d.]+ % of xcvu13p\)/);
    const text = fitReport(result);
    for (const { name } of result.graph.stages) expect(text).toContain(name);
    expect(text).toContain('initiation interval');
    expect(text.split('\n').filter((line) => line.startsWith('*'))).toHaveLength(1);
    for (const reason of result.reasons) expect(text).toContain(reason);
  }, 60_000);

  it('lists what was too large to be built', async () => {
    const goal = { initiationInterval: { cycles: 60 } };
    const result = await fitNetwork(network, { target, goal, compile, mostFactors: 2, mostWork: 60 });
    expect(result.chosen.schedules.layers!['conv']!.layout).not.toBe('whole');
    expect(fitReport(result)).toMatch(
      /Too large to be built in a search: conv whole with reuse factors from 1 to \d+, /,
    );
    expect(result.reasons[0]).toMatch(
      /with whole images it would need about [\d,]+ LUT .* times those of one position/,
    );
  }, 60_000);

  it('names the nearest where a goal cannot be reached', async () => {
    const failed = fit({ latency: { cycles: 1 } });
    await expect(failed).rejects.toThrow(TargetError);
    await expect(failed).rejects.toThrow(
      /^No schedule of network "small" reaches a latency of 1 cycle \(4\.0 ns\) on xcvu13p at 250 MHz; the shortest of those that fit is \d+ cycles \([\d.]+ ns\)\.$/,
    );
  }, 60_000);
});
