import { describe, expect, it } from 'vitest';
import * as ag from '../../../src/autograd/index.ts';
import { ValueError } from '../../../src/errors.ts';
import { parameterCount } from '../../../src/network/index.ts';
import { generateEvents } from '../../../src/physics/index.ts';
import { stream } from '../../../src/random/index.ts';
import {
  buildQuantizedStudent,
  buildStudent,
  buildTeacher,
  defaultConfig,
  distillNetData,
  featureCount,
  fitScaler,
  hardwareScaler,
  parseConfig,
  quickConfig,
  teacherParameterCount,
  teacherScores,
} from '../../../src/systems/distillnet/index.ts';
import {
  teacherInputs,
  teacherLogits,
  type TeacherSample,
  teacherSamples,
} from '../../../src/systems/distillnet/teacher.ts';
import { groupSamples, joinSamples, paddedRows, rowsOf } from '../../../src/systems/distillnet/teacher-batch.ts';
import { toFlat } from '../../../src/tensor/index.ts';
import { tinyConfig } from './tiny.ts';

const data = distillNetData(generateEvents(tinyConfig.generator, 'networks', 3), tinyConfig);
const teacher = buildTeacher(
  tinyConfig.teacher,
  hardwareScaler(fitScaler(data.features, featureCount)),
  stream('teacher'),
);

describe('students', () => {
  it('have the published numbers of parameters', () => {
    expect(parameterCount(buildStudent(stream(1)))).toBe(10625);
    expect(parameterCount(buildQuantizedStudent(stream(1)))).toBe(3265);
  });
});

describe('teacher', () => {
  const constants = Object.fromEntries(
    Object.entries(teacher.parameters).map(([name, value]) => [name, ag.constant(value)]),
  );
  const logits = (sample: TeacherSample): readonly number[] => [
    ...toFlat(teacherLogits(teacher, constants, teacherInputs(sample)).value),
  ];

  it('scores every particle in (0, 1) and counts its parameters', async () => {
    const scores = await teacherScores(teacher, data);

    expect(scores).toHaveLength(data.truth.length);
    expect(scores.every((s) => s > 0 && s < 1)).toBe(true);
    // Embedding, two blocks of 4 matrices, edge kernel, attention and 2 biases, head and logit, all of width 8.
    expect(teacherParameterCount(teacher)).toBe(16 * 8 + 8 + 2 * (4 * 64 + 4 * 8 + 8 + 16) + 64 + 8 + 8 + 1);
  });

  it('sees no further than the event: joined events score as alone, padded or not', () => {
    const samples = teacherSamples(teacher, data);

    const joined = logits(joinSamples(samples));
    const padded = logits(joinSamples(samples, rowsOf(samples) + 37));

    const alone = samples.flatMap(logits);
    expect(joined).toEqual(alone);
    expect(padded.slice(0, alone.length)).toEqual(alone);
  });

  it('sees its neighbours: moving all but one particle away changes that one', () => {
    const [sample] = teacherSamples(teacher, data);
    const alone = { ...sample!, indices: sample!.indices.map((_, n) => Math.floor(n / teacher.neighbours)) };

    expect(logits(sample!)[0]).not.toBe(logits(alone)[0]);
  });

  it('has gradients for every parameter', () => {
    const [sample] = teacherSamples(teacher, data);
    const variables = Object.fromEntries(
      Object.entries(teacher.parameters).map(([name, value]) => [name, ag.variable(value)]),
    );

    const sum = ag.sum(teacherLogits(teacher, variables, teacherInputs(sample!)));
    const slopes = ag.gradients(sum, Object.values(variables));

    Object.keys(variables).forEach((name, i) => {
      expect([name, toFlat(slopes[i]!).some((g) => g !== 0)]).toEqual([name, true]);
    });
  });
});

describe('batches of the teacher', () => {
  it('have few numbers of rows', () => {
    expect([1, 256, 257, 2048, 2049, 4097, 16385].map(paddedRows)).toEqual([256, 256, 512, 2048, 2304, 4608, 18432]);
    const between = new Set(Array.from({ length: 2 ** 13 }, (_, n) => paddedRows(2 ** 13 + 1 + n)));
    expect(between.size).toBe(8);
  });

  it('are groups of whole events that fit, or one that does not', () => {
    const event = (particles: number): TeacherSample => ({
      indices: new Int32Array(particles),
      edges: new Float32Array(4 * particles),
      features: new Float32Array(16 * particles),
      truth: new Float32Array(particles),
    });

    const groups = groupSamples([3, 0, 4, 4, 20, 1, 9].map(event), 10);

    expect(groups.map((group) => group.map(({ truth }) => truth.length))).toEqual([[3, 4], [4], [20], [1, 9]]);
  });
});

describe('parseConfig', () => {
  it('accepts the configurations of the package', () => {
    expect(parseConfig(quickConfig)).toEqual(quickConfig);
    expect(parseConfig(JSON.parse(JSON.stringify(defaultConfig)))).toEqual(defaultConfig);
  });

  it.each([
    [{ ...quickConfig, clipImpact: -1 }, '"clipImpact"'],
    [{ ...quickConfig, events: { ...quickConfig.events, test: 2.5 } }, '"events.test"'],
    [{ ...quickConfig, extra: 1 }, 'extra'],
    [null, 'the configuration'],
  ])('names what is wrong', (config, place) => {
    expect(() => parseConfig(config)).toThrow(ValueError);
    expect(() => parseConfig(config)).toThrow(place);
  });
});
