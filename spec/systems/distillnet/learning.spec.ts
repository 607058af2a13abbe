import { beforeAll, describe, expect, it } from 'vitest';
import { parseFormat, fromDouble, toDouble, fractionBits } from '../../../src/fixed/index.ts';
import { hashNetwork } from '../../../src/network/index.ts';
import {
  type DistillNetLearning,
  type LearningCheckpoint,
  parseLearningCheckpoint,
  runLearning,
  serializeLearningCheckpoint,
} from '../../../src/systems/distillnet/index.ts';
import { toFlat } from '../../../src/tensor/index.ts';
import { tinyConfig } from './tiny.ts';

describe('runLearning', () => {
  let learning: DistillNetLearning;
  const checkpoints: string[] = [];
  const progress: string[] = [];

  beforeAll(async () => {
    const result = await runLearning(tinyConfig, {
      onCheckpoint: (checkpoint) => void checkpoints.push(serializeLearningCheckpoint(checkpoint)),
      onProgress: ({ stage, fraction }) => {
        expect(fraction).toBeGreaterThanOrEqual(0);
        expect(fraction).toBeLessThanOrEqual(1);
        if (progress.at(-1) !== stage) progress.push(stage);
      },
    });
    learning = result!;
  });

  it('reports its stages in order, with seconds for each', () => {
    expect(progress).toEqual(['events', 'teacher', 'scores', 'student', 'quantizedFloat', 'quantized', 'evaluation']);
    expect(Object.keys(learning.seconds)).toEqual(progress);
  });

  it('freezes its metrics', () => {
    const { agreement, quality, particles } = learning.metrics;

    expect(particles).toMatchInlineSnapshot(`1884`);
    expect(Number(agreement.student.meanAbsoluteError.toFixed(2))).toMatchInlineSnapshot(`0.13`);
    expect(Number(agreement.fixed.meanAbsoluteError.toFixed(2))).toMatchInlineSnapshot(`0.1`);
    expect(Number(quality.teacher.areaAll!.toFixed(2))).toMatchInlineSnapshot(`0.86`);
    expect(Number(quality.fixed.areaAll!.toFixed(2))).toMatchInlineSnapshot(`0.94`);
  });

  it('learns something: students agree with the teacher better than PUPPI does', () => {
    const { agreement, quality } = learning.metrics;

    expect(agreement.student.meanAbsoluteError).toBeLessThan(agreement.puppi.meanAbsoluteError);
    expect(agreement.fixed.meanAbsoluteError).toBeLessThan(agreement.puppi.meanAbsoluteError);
    expect(quality.teacher.areaAll).toBeGreaterThan(0.8);
  });

  it('puts all parameters on their grids and three quarters of the weights to zero', () => {
    const { quantized, metrics } = learning;
    const { formats } = tinyConfig.quantized;

    expect(metrics.sparsity).toBeGreaterThanOrEqual(0.75);
    expect(quantized.layers.map((l) => l.kind)).toEqual(['dense', 'relu', 'dense', 'relu', 'dense', 'sigmoid']);
    for (const layer of quantized.layers) {
      for (const [role, text] of [
        ['kernel', formats.weight],
        ['bias', formats.bias],
      ] as const) {
        const format = parseFormat(text);
        const values = layer.parameters[role] === undefined ? [] : toFlat(layer.parameters[role]);
        for (const x of values) expect(toDouble(fromDouble(x, format), fractionBits(format))).toBe(x);
      }
    }
    expect(quantized.precision).toMatchObject({
      features: { result: formats.input },
      relu1: { result: formats.activation },
      dense3: { weight: formats.weight, bias: formats.bias, result: formats.logit },
      weight: { result: formats.output },
    });
  });

  it('gives test arrays of one length, with scores on the output grid', () => {
    const { test } = learning;
    const output = parseFormat(tinyConfig.quantized.formats.output);

    const rows = test.truth.length;
    expect(test.inputs.shape).toEqual([rows, 16]);
    expect([test.puppiWeights, test.teacherScores, test.studentScores, test.fixedScores].map((a) => a.length)).toEqual([
      rows,
      rows,
      rows,
      rows,
    ]);
    expect(test.starts.at(-1)).toBe(rows);
    for (const x of test.fixedScores) expect(toDouble(fromDouble(x, output), fractionBits(output))).toBe(x);
  });

  it('goes on from any checkpoint to the same bits', async () => {
    const stages = checkpoints.map((text) => parseLearningCheckpoint(text));
    const pick = (stage: LearningCheckpoint['current']['stage']): LearningCheckpoint =>
      stages.find((c) => c.current.stage === stage)!;

    for (const stage of ['teacher', 'quantizedFloat', 'quantized'] as const) {
      const resumed = await runLearning(tinyConfig, { resume: pick(stage) });

      expect(hashNetwork(resumed!.quantized)).toBe(hashNetwork(learning.quantized));
      expect(resumed!.metrics).toEqual(learning.metrics);
    }
  });

  it('stops at a signal, and rejects a checkpoint of another run', async () => {
    const stop = new AbortController();
    const stopped = await runLearning(tinyConfig, {
      signal: stop.signal,
      onProgress: ({ stage, fraction }) => {
        if (stage === 'student' && fraction > 0.3) stop.abort();
      },
    });

    expect(stopped).toBeNull();
    const resume = parseLearningCheckpoint(checkpoints[0]!);
    await expect(runLearning({ ...tinyConfig, seed: 'other' }, { resume })).rejects.toThrow(
      'The checkpoint to resume from was made with another configuration; they must be equal.',
    );
    expect(() => parseLearningCheckpoint('{')).toThrow('The DistillNet checkpoint is not valid JSON');
    expect(() => parseLearningCheckpoint('{"format":"x"}')).toThrow('has format "x"; this version reads');
  });
});
