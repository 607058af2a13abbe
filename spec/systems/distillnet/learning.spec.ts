import { beforeAll, describe, expect, it } from 'vitest';
import { parseFormat, fromDouble, toDouble, fractionBits } from '../../../src/fixed/index.ts';
import { sparsityOf } from '../../../src/compression/index.ts';
import { rocCurve } from '../../../src/physics/index.ts';
import { hashNetwork } from '../../../src/network/index.ts';
import {
  type DistillNetLearning,
  type LearnedSource,
  type LearningCheckpoint,
  learningStages,
  parseLearningCheckpoint,
  runLearning,
  serializeLearningCheckpoint,
  weightAgreement,
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
    // The compact network is trained where a configuration asks for it.
    expect(progress).toEqual(learningStages.filter((stage) => stage !== 'compact'));
    expect(Object.keys(learning.seconds)).toEqual(progress);
  });

  const distance = (source: LearnedSource): number => {
    const { meanAbsoluteError } = weightAgreement(learning.weights[source], learning.weights.teacher);
    return Number(meanAbsoluteError.toFixed(2));
  };
  const area = (source: LearnedSource): number =>
    Number(rocCurve(learning.weights[source], learning.test.truth!.map(Math.round)).area.toFixed(2));

  it('freezes its weights', () => {
    expect(learning.test.truth!.length).toMatchInlineSnapshot(`2174`);
    expect([distance('student'), distance('shadow')]).toMatchInlineSnapshot(`
      [
        0.15,
        0.11,
      ]
    `);
    expect([area('teacher'), area('shadow')]).toMatchInlineSnapshot(`
      [
        0.9,
        0.91,
      ]
    `);
  });

  it('learns something: students agree with the teacher better than PUPPI does', () => {
    expect(distance('student')).toBeLessThan(distance('puppi'));
    expect(distance('shadow')).toBeLessThan(distance('puppi'));
    expect(area('teacher')).toBeGreaterThan(0.8);
  });

  it('learns less without the Puppi weight, which that student never sees', () => {
    expect(distance('withoutPuppi')).toBeGreaterThan(distance('student'));
    expect(learning.withoutPuppi.layers).not.toEqual(learning.student.layers);
  });

  it('puts all parameters on their grids and three quarters of the weights to zero', () => {
    const { quantized } = learning;
    const { formats } = tinyConfig.quantized;

    expect(sparsityOf(quantized)).toBeGreaterThanOrEqual(0.75);
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

  it('weighs every test particle, with the shadow on the output grid', () => {
    const { test, testInputs, weights } = learning;
    const output = parseFormat(tinyConfig.quantized.formats.output);

    const rows = test.starts.at(-1)!;
    expect(testInputs.shape).toEqual([rows, 16]);
    for (const [source, own] of Object.entries(weights)) expect([source, own.length]).toEqual([source, rows]);
    for (const x of weights.shadow) expect(toDouble(fromDouble(x, output), fractionBits(output))).toBe(x);
  });

  it('goes on from any checkpoint to the same bits', async () => {
    const stages = checkpoints.map((text) => parseLearningCheckpoint(text));
    const pick = (stage: LearningCheckpoint['current']['stage']): LearningCheckpoint =>
      stages.find((c) => c.current.stage === stage)!;

    for (const stage of ['teacher', 'withoutPuppi', 'quantized'] as const) {
      const resumed = await runLearning(tinyConfig, { resume: pick(stage) });

      expect(hashNetwork(resumed!.quantized)).toBe(hashNetwork(learning.quantized));
      expect(resumed!.weights).toEqual(learning.weights);
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
