import { describe, expect, it } from 'vitest';
import { ShapeError } from '../../../../src/errors.ts';
import { generateEvents, rocCurve } from '../../../../src/physics/index.ts';
import { stream } from '../../../../src/random/index.ts';
import { distillNetData, evaluateWeights } from '../../../../src/systems/distillnet/index.ts';
import { separationAreas } from '../../../../src/systems/distillnet/evaluation/separation.ts';
import { tinyConfig } from '../tiny.ts';

const data = distillNetData(generateEvents({ ...tinyConfig.generator, meanPileup: 20 }, 'evaluate', 30), tinyConfig);
const rows = data.puppiWeights.length;
const all = { puppi: data.puppiWeights, teacher: data.truth, student: data.puppiWeights, truth: data.truth };
const options = { replicas: 20 };
const evaluation = (await evaluateWeights(data, all, stream('evaluate'), options))!;

describe('evaluateWeights', () => {
  it('finds that true weights beat Puppi', () => {
    const { truth, puppi } = evaluation.summary.sources;

    expect(truth!.missing!.gain!.value).toBeGreaterThan(3 * truth!.missing!.gain!.error);
    expect(truth!.missing!.componentError!.value).toBeLessThan(puppi!.missing!.componentError!.value);
    expect(truth!.jets!.corrected.gain!.value).toBeGreaterThan(3 * truth!.jets!.corrected.gain!.error);
    expect(truth!.jets!.fakeRate!.value).toBeLessThanOrEqual(puppi!.jets!.fakeRate!.value);
    expect(truth!.areas).toEqual({ all: 1, neutral: 1 });
  });

  it('measures equal weights equally', () => {
    const { puppi, student, truth, teacher } = evaluation.summary.sources;

    expect(student).toEqual(puppi);
    expect(student!.missing!.gain).toEqual({ value: 0, error: 0 });
    expect(student!.jets!.corrected.gain).toEqual({ value: 0, error: 0 });
    expect(teacher).toEqual(truth);
    expect(teacher!.agreement).toEqual({ accuracy: 100, accuracyAsPrinted: 100, distance: 0 });
    expect(teacher!.jets!.uncorrected.ratioToTeacher).toEqual({ value: 1, error: 0 });
  });

  it('does not depend on which other sources there are, nor on where it runs', async () => {
    const again = await evaluateWeights(data, { puppi: all.puppi, teacher: all.teacher }, stream('evaluate'), options);

    expect(again!.summary.sources.puppi).toEqual(evaluation.summary.sources.puppi);
    expect(again!.summary.sources).not.toHaveProperty('student');
  });

  it('leaves out gains without Puppi, agreement without a teacher and areas without a truth', async () => {
    const { summary, distributions } = (await evaluateWeights(
      { ...data, truth: null },
      { fixed: data.puppiWeights },
      stream('evaluate'),
      options,
    ))!;

    const { fixed } = summary.sources;
    expect(fixed).toMatchObject({ agreement: null, areas: null });
    expect(fixed!.missing!.gain).toBeNull();
    expect(fixed!.missing!.resolution).toEqual(evaluation.summary.sources.puppi!.missing!.resolution);
    expect(distributions.maps.ratios).toEqual({});
  });

  it('copes with weights that leave nothing', async () => {
    const nothing = (await evaluateWeights(data, { puppi: new Float32Array(rows) }, stream('none'), options))!;

    const { missing, jets } = nothing.summary.sources.puppi!;
    expect(jets).toBeNull();
    expect(missing!.median).toEqual({ value: -1, error: 0 });
    expect(missing!.gain).toBeNull();
    expect(JSON.stringify(nothing)).not.toMatch(/NaN|Infinity/);
  });

  it('is data that JSON holds', () => {
    expect(JSON.parse(JSON.stringify(evaluation))).toEqual(evaluation);
  });

  it('fills distributions with every event, jet and particle', () => {
    const { distributions, summary } = evaluation;
    const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);

    expect(sum(distributions.weights.counts.puppi!)).toBe(rows);
    expect(sum(distributions.missing.counts.puppi!)).toBe(30);
    expect(sum(distributions.missing.generated)).toBe(30);
    expect(sum(distributions.missingResponse.counts.truth!)).toBe(30);
    expect(sum(distributions.jetResponse.counts.truth!)).toBe(summary.sources.truth!.jets!.matched);
    expect(summary.generatedJets).toBeGreaterThanOrEqual(summary.sources.truth!.jets!.matched);
  });

  it('maps a set that equals the teacher to 1, and twice the teacher to 2', async () => {
    const teacher = data.truth.map((value) => value / 2);
    const { distributions } = (await evaluateWeights(
      data,
      { teacher, fixed: teacher, truth: data.truth },
      stream('maps'),
      options,
    ))!;

    const { ratios } = distributions.maps;
    expect(new Set(ratios.fixed!.flat().filter((ratio) => ratio !== null))).toEqual(new Set([1]));
    for (const ratio of ratios.truth!.flat()) if (ratio !== null) expect(ratio).toBeCloseTo(2, 5);
  });

  it('reports progress and stops when told', async () => {
    const fractions: number[] = [];
    const controller = new AbortController();
    const onProgress = (fraction: number): void => {
      fractions.push(fraction);
      controller.abort();
    };
    const many = { teacher: data.truth, student: data.truth, fixed: data.truth, puppi: data.truth };

    const stopped = await evaluateWeights(data, many, stream('stop'), { onProgress, signal: controller.signal });

    // Fast machines may finish within the first stretch; then there is a result, and the last report says 1.
    if (stopped === null) expect(fractions.every((fraction) => fraction < 1)).toBe(true);
    else expect(fractions.at(-1)).toBe(1);
  });

  it('refuses weights of other particles', async () => {
    await expect(evaluateWeights(data, { puppi: [1, 2] }, stream('x'))).rejects.toThrow(ShapeError);
    await expect(evaluateWeights(data, { puppi: [1, 2] }, stream('x'))).rejects.toThrow(
      `Source "puppi" has 2 weights for ${rows} particles; they must be equal.`,
    );
  });
});

describe('separationAreas', () => {
  it('are those of the ROC curves, ties included', () => {
    const positives = data.truth.map((value) => Number(value >= 0.5));
    const neutral = [...positives.keys()].filter((row) => data.features[row * 16 + 7] === 0);

    const areas = separationAreas(data, data.puppiWeights)!;

    expect(areas.all).toBe(rocCurve(data.puppiWeights, positives).area);
    expect(areas.neutral).toBe(
      rocCurve(
        neutral.map((row) => data.puppiWeights[row]!),
        neutral.map((row) => positives[row]!),
      ).area,
    );
    expect(separationAreas({ ...data, truth: new Float32Array(rows) }, data.puppiWeights)).toEqual({
      all: null,
      neutral: null,
    });
  });
});
