/** The search against trying everything: costs are drawn, so that thousands of designs cost nothing. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StreamGraph, StreamStage } from '../../../src/circuit/index.ts';
import { type LayerSchedule, type StreamCompiler, streamCompiler } from '../../../src/compile/index.ts';
import { device, type PartCount } from '../../../src/estimation/index.ts';
import { buildNetwork, type LayerSpec, type Network } from '../../../src/network/index.ts';
import { stream } from '../../../src/random/index.ts';
import { stageWork } from '../../../src/systems/fit/beat-times.ts';
import { front } from '../../../src/systems/fit/pareto.ts';
import { isSlow, wholeDesign } from '../../../src/systems/fit/progress.ts';
import { searchSchedules } from '../../../src/systems/fit/search.ts';
import { searchSteps, stepSchedules } from '../../../src/systems/fit/search-steps.ts';
import type { CostBook, StageCost } from '../../../src/systems/fit/stage-cost.ts';

const part = device('xcvu13p');

/** Costs that follow from what a stage is and a seed. */
function drawnCosts(seed: number, slowShare = 0): CostBook {
  const draw = (key: string): ReturnType<typeof stream> => stream('fit-costs', `${seed} ${key}`);
  const count = (key: string): PartCount => {
    const random = draw(key);
    return {
      lut: random.integer(1, 9),
      ff: random.integer(1, 9),
      dsp: random.integer(0, 2),
      bram: random.integer(0, 2),
    };
  };
  const keyOf = (graph: StreamGraph, stage: StreamStage): string => {
    const { beats, classes, interval } = { ...stageWork(graph, stage) };
    return [stage.name, ...stage.layers, beats, classes.length, interval, stage.steps.count].join();
  };
  return {
    stage: (graph, stage) => {
      const key = keyOf(graph, stage);
      const random = draw(`delay ${key}`);
      if (stage.layers.length > 0 && random.uniform() < slowShare) return 'too slow';
      return {
        work: stageWork(graph, stage),
        resources: count(key),
        latency: random.integer(0, 4),
        depth: random.integer(1, 3),
        width: stage.output.formats.length,
      } as unknown as StageCost;
    },
    buffer: (width, depth) => ({ ...count(`buffer ${width}x${depth}`), dsp: 0 }),
  };
}

/** Every design that the steps allow. */
function everyDesign(compiler: StreamCompiler, costs: CostBook) {
  const steps = searchSteps(compiler);
  const all: (readonly number[])[] = [];
  const visit = (k: number, before: Record<string, LayerSchedule>): void => {
    const step = steps[k];
    if (step === undefined) {
      const made = wholeDesign(compiler.compile({ layers: before }), costs);
      if (isSlow(made)) return;
      const { lut, ff, dsp, bram } = made.resources;
      all.push([made.interval, made.latency, lut, ff, dsp, bram]);
      return;
    }
    const { name } = step.layer;
    for (const layout of step.layouts) {
      const choices = compiler.choices({ layers: { ...before, [name]: { layout } } }, [name]);
      const factors = step.canReuse ? choices.find((choice) => choice.name === name)!.reuse : [1];
      for (const reuse of factors) visit(k + 1, { ...before, ...stepSchedules(step, { layout, reuse }, before) });
    }
  };
  visit(0, {});
  return all;
}

const isAsGood = (a: readonly number[], b: readonly number[]): boolean => a.every((value, k) => value <= b[k]!);
const sorted = (points: readonly (readonly number[])[]): string[] => points.map((point) => point.join()).toSorted();

const conv = (name: string, inputs: readonly string[], filters = 1): LayerSpec => ({
  kind: 'conv2d',
  name,
  inputs,
  attributes: { filters, size: [1, 2], padding: 'same' },
});
const networks: Readonly<Record<string, Network>> = {
  chain: buildNetwork(
    'chain',
    [{ name: 'x', shape: [2, 4, 1] }],
    [
      conv('conv', ['x'], 2),
      { kind: 'relu', name: 'act' },
      { kind: 'pooling2d', name: 'pool', attributes: { operation: 'maximum', size: [1, 2], strides: [1, 2] } },
      { kind: 'flatten', name: 'flat' },
      { kind: 'dense', name: 'fc', attributes: { units: 2 } },
      { kind: 'relu', name: 'last' },
    ],
    stream('fit-chain'),
  ),
  dense: buildNetwork(
    'dense',
    [{ name: 'x', shape: [4] }],
    [
      { kind: 'dense', name: 'fc1', attributes: { units: 4 } },
      { kind: 'relu', name: 'act' },
      { kind: 'dense', name: 'fc2', attributes: { units: 2 } },
    ],
    stream('fit-dense'),
  ),
  branches: buildNetwork(
    'branches',
    [{ name: 'x', shape: [2, 3, 1] }],
    [
      conv('left', ['x']),
      { kind: 'relu', name: 'act', inputs: ['left'] },
      conv('right', ['x']),
      { kind: 'merge', name: 'sum', inputs: ['act', 'right'], attributes: { operation: 'add' } },
      { kind: 'globalPooling', name: 'mean', attributes: { operation: 'average' } },
    ],
    stream('fit-branches'),
  ),
  residual: buildNetwork(
    'residual',
    [{ name: 'x', shape: [3, 1] }],
    [
      { kind: 'conv1d', name: 'first', attributes: { filters: 1, size: [2], padding: 'same' } },
      { kind: 'relu', name: 'act' },
      { kind: 'conv1d', name: 'second', attributes: { filters: 1, size: [2], padding: 'same' } },
      { kind: 'conv1d', name: 'third', attributes: { filters: 1, size: [1] } },
      { kind: 'merge', name: 'sum', inputs: ['act', 'third'], attributes: { operation: 'add' } },
      { kind: 'flatten', name: 'flat' },
      { kind: 'dense', name: 'fc', attributes: { units: 2 } },
    ],
    stream('fit-residual'),
  ),
};
const compilers = Object.fromEntries(
  Object.entries(networks).map(([name, network]) => [
    name,
    streamCompiler(network, { precision: 'ap_fixed<6,3>', profile: 'hls4ml', adderEffort: 0 }),
  ]),
);

describe.each(Object.keys(networks))('searchSchedules of %s', (name) => {
  const compiler = compilers[name]!;

  it('finds the designs that trying everything finds', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.constantFrom(0, 0.2), (seed, slowShare) => {
        const costs = drawnCosts(seed, slowShare);
        const { points, isExact } = searchSchedules(compiler, costs, part, { mostDesigns: Infinity });
        const found = points.map(({ initiationInterval, latencyCycles, resources: { lut, ff, dsp, bram } }) => [
          initiationInterval,
          latencyCycles,
          lut,
          ff,
          dsp,
          bram,
        ]);
        expect(isExact).toBe(true);
        expect(sorted(found)).toEqual(sorted(front(everyDesign(compiler, costs), isAsGood)));
      }),
      { numRuns: Number(process.env['FIT_RUNS'] ?? 3) },
    );
  });

  it('gives schedules that compile to what it says', () => {
    const costs = drawnCosts(7);
    for (const { schedules, initiationInterval, latencyCycles, resources } of searchSchedules(compiler, costs, part)
      .points) {
      expect(wholeDesign(compiler.compile(schedules), costs)).toMatchObject({
        interval: initiationInterval,
        latency: latencyCycles,
        resources,
      });
    }
  });

  it('leaves out what a limit excludes, and nothing else', () => {
    const costs = drawnCosts(3);
    const all = searchSchedules(compiler, costs, part, { mostDesigns: Infinity }).points;
    const limit = all[all.length >> 1]!.initiationInterval;
    const few = searchSchedules(compiler, costs, part, { longestInterval: limit, mostDesigns: Infinity }).points;
    const key = ({ initiationInterval, latencyCycles, resources }: (typeof all)[number]): string =>
      JSON.stringify([initiationInterval, latencyCycles, resources]);
    expect(few.map(key)).toEqual(all.filter((point) => point.initiationInterval <= limit).map(key));
  });
});

describe('searchSchedules', () => {
  it('says which schedules it did not build, and keeps to the others', () => {
    const { points, refusals } = searchSchedules(compilers['chain']!, drawnCosts(1), part, { mostWork: 8 });
    expect(refusals.some(({ layer, why }) => layer === 'conv' && why === 'work')).toBe(true);
    const chosen = points.map(({ schedules }) => schedules.layers!['conv']!);
    expect(chosen.length).toBeGreaterThan(0);
    expect(chosen.some(({ layout, reuse }) => layout === 'whole' && reuse === 1)).toBe(false);
    expect(refusals.find(({ why }) => why === 'work')!.sentence).toMatch(
      /^layer conv: work of \d+ per clock is more than the 8 that are built in a search$/,
    );
  });

  it('names the layer whose stage is too slow for the clock', () => {
    const slow: CostBook = {
      ...drawnCosts(1),
      stage: (graph, stage) => (stage.layers.includes('fc') ? 'too slow' : drawnCosts(1).stage(graph, stage)),
    };
    const { points, refusals } = searchSchedules(compilers['chain']!, slow, part);
    expect(points).toEqual([]);
    expect(refusals.every(({ why }) => why === 'clock')).toBe(true);
    expect(refusals.filter(({ layer }) => layer === 'fc').map(({ schedule }) => schedule.reuse)).toContain(2);
  });

  it('keeps the least shares where there are too many designs, and says so', () => {
    const costs = drawnCosts(11);
    const all = searchSchedules(compilers['chain']!, costs, part, { mostDesigns: Infinity });
    const few = searchSchedules(compilers['chain']!, costs, part, { mostDesigns: 2 });
    expect(few.isExact).toBe(false);
    expect(few.points.length).toBeLessThan(all.points.length);
    expect(few.points.length).toBeGreaterThan(0);
  });
});
