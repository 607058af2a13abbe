import { describe, expect, it } from 'vitest';
import type { HardwareResult } from '../../../../src/systems/hardware.ts';
import { generateEvents } from '../../../../src/physics/index.ts';
import { stream } from '../../../../src/random/index.ts';
import { distillNetData, type DistillNetSummary, evaluateWeights } from '../../../../src/systems/distillnet/index.ts';
import type { EvaluatedData } from '../../../../src/systems/distillnet/index.ts';
import { comparisonReasons, publishedComparison } from '../../../../src/systems/distillnet/report/comparison.ts';
import { distillNetFigures, type FigureData } from '../../../../src/systems/distillnet/report/figures.ts';
import { referenceRows } from '../../../../src/systems/distillnet/report/reference.ts';
import { distillNetReport } from '../../../../src/systems/distillnet/report/report.ts';
import type { WeightSets } from '../../../../src/systems/distillnet/evaluation/weight-sources.ts';
import { checkXml } from '../../../report/xml.ts';
import { tinyConfig } from '../tiny.ts';

const data = distillNetData(generateEvents(tinyConfig.generator, 'report', 12), tinyConfig);
const { truth, puppiWeights } = data;
const mixed = truth.map((value, row) => (value + puppiWeights[row]!) / 2);

/** The least hardware that a report shows: one particle after another, one cycle later. */
const hardware = {
  batch: { presentedAt: [0, 1], validAt: [1, 2], outputs: [[3n], [5n]] },
  graph: {
    layers: [{ name: 'weight', circuit: { outputs: [{ formats: [{ width: 8 }] }] } }],
    outputs: ['weight'],
  },
  schedule: { delayModel: 'a model', periodNs: 4, paths: [{ stage: 0, delayNs: 1, steps: [] }] },
  resources: { perModule: [{ module: 'weight', lut: 1, ff: 2, dsp: 0, bram: 0 }] },
  tools: { icarus: '12.0' },
} as unknown as HardwareResult;

const comparison = { vectors: 2, mismatches: 0 };
const checks = {
  interpreterVsEmulation: comparison,
  simulationVsEmulation: comparison,
  verilatorVsSimulation: null,
  icarusVsSimulation: null,
};

async function figureData(
  events: EvaluatedData,
  weights: WeightSets,
  inference: DistillNetSummary['inference'],
): Promise<FigureData> {
  const evaluated = (await evaluateWeights(events, weights, stream('report'), { replicas: 10 }))!;
  const cost = { name: 'a network', parameters: 10_625, nonZeroWeights: 10_304, operations: 20_736 };
  const summary: DistillNetSummary = {
    system: 'distillnet',
    seed: 'report',
    mode: 'custom',
    sparsity: 0.75,
    shadowMismatches: 0,
    evaluation: evaluated.summary,
    costs: { teacher: weights.teacher === undefined ? null : cost, student: cost, quantized: cost },
    inference,
    hardware: {
      part: 'a part',
      clockMHz: 240,
      latencyCycles: 1,
      latencyNs: 4.2,
      initiationInterval: 1,
      resources: { lut: 1, ff: 2, dsp: 0, bram: 0, source: 'estimate' },
      verification: { synthesis: null, audit: null, skipped: [] },
      copies: { count: 10, kind: 'lut', percent: 1.5, checks },
    },
    compact: null,
    checks,
    skipped: ['icarus was not asked for.'],
    seconds: { total: 1 },
  };
  const record = { epoch: 0, loss: 0.1, validationLoss: 0.2, learningRate: 1e-3 };
  return { summary, distributions: evaluated.distributions, histories: { student: [record] }, hardware };
}

const point = (particles: number) => ({ particles, repeats: 3, median: 1e-3, low: 9e-4, high: 2e-3 });
const times = {
  particlesPerEvent: 100,
  curves: [
    { source: 'student', points: [point(1), point(2)] },
    { source: 'teacher', points: [point(100)] },
  ],
} as const;

const everything: WeightSets = {
  puppi: puppiWeights,
  teacher: mixed,
  student: mixed,
  quantizedFloat: mixed,
  fixed: mixed,
  compact: puppiWeights,
  withoutPuppi: new Float32Array(truth.length).fill(1),
  truth,
};
const runs = {
  everything: await figureData(data, everything, times),
  'the usual': await figureData(data, { puppi: puppiWeights, teacher: mixed, student: mixed, fixed: mixed }, null),
  'published events without teacher': await figureData(
    { ...data, truth: null },
    { puppi: puppiWeights, student: mixed, fixed: mixed },
    null,
  ),
  'weights that leave nothing': await figureData(
    data,
    { puppi: new Float32Array(truth.length), teacher: new Float32Array(truth.length), fixed: mixed },
    null,
  ),
} as const;

describe.each(Object.entries(runs))('the report of %s', (_, run) => {
  const figures = distillNetFigures(run);

  it('has figures that are well-formed and free of NaN', () => {
    for (const { svg, caption } of Object.values(figures)) {
      checkXml(svg);
      expect(`${svg}${caption}`).not.toMatch(/NaN|Infinity|undefined|null/);
    }
  });

  it('is a page without holes', () => {
    const html = distillNetReport(run.summary, run.hardware, figures);

    expect(html).not.toMatch(/NaN|Infinity|undefined|null/);
    expect(html.match(/<figure>/g)).toHaveLength(Object.keys(figures).length);
  });
});

describe('optional parts', () => {
  it('are there when their sources are', () => {
    const all = distillNetFigures(runs.everything);
    const usual = distillNetFigures(runs['the usual']);

    expect(all).toHaveProperty('ablation');
    expect(all).toHaveProperty('inference');
    expect(usual).not.toHaveProperty('ablation');
    expect(usual).not.toHaveProperty('inference');
    expect(distillNetFigures(runs['published events without teacher'])).not.toHaveProperty('mapPuppi');
    expect(distillNetReport(runs.everything.summary, hardware, all)).toContain('What the Puppi weight is worth');
    expect(distillNetReport(runs['the usual'].summary, hardware, usual)).not.toContain(
      'What the Puppi weight is worth',
    );
  });
});

describe('publishedComparison', () => {
  it('has a number for every row, and a reason for each', () => {
    const { rows } = publishedComparison(runs.everything.summary, true);
    const empty = rows.filter((row) => row[1] === null).map(([name]) => name);

    expect(rows).toHaveLength(referenceRows.length);
    expect(empty).toEqual([]);
    expect(new Set(rows.map((row) => row[5]))).toEqual(new Set(comparisonReasons().rows.map(([number]) => number)));
  });

  it('counts the operations of DistillNet as the paper does', () => {
    const { rows } = publishedComparison(runs.everything.summary, false);
    const [, ours, published] = rows.find(([name]) => name === 'DistillNet operations')!;

    expect(Math.abs(Number(ours) - Number(published))).toBeLessThan(2);
  });
});
