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
import { joinSamples, teacherLogits, teacherSamples } from '../../../src/systems/distillnet/teacher.ts';
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
  it('scores every particle in (0, 1) and counts its parameters', () => {
    const scores = teacherScores(teacher, data);

    expect(scores).toHaveLength(data.truth.length);
    expect(scores.every((s) => s > 0 && s < 1)).toBe(true);
    // Embedding, two blocks of 4 matrices, edge kernel, attention and 2 biases, head and logit, all of width 8.
    expect(teacherParameterCount(teacher)).toBe(16 * 8 + 8 + 2 * (4 * 64 + 4 * 8 + 8 + 16) + 64 + 8 + 8 + 1);
  });

  it('sees no further than the event: joined events score as alone', () => {
    const samples = teacherSamples(teacher, data);
    const constants = Object.fromEntries(
      Object.entries(teacher.parameters).map(([name, value]) => [name, ag.constant(value)]),
    );

    const joined = toFlat(teacherLogits(teacher, constants, joinSamples(samples)).value);

    const alone = samples.flatMap((s) => Array.from(toFlat(teacherLogits(teacher, constants, s).value)));
    expect([...joined]).toEqual(alone);
  });

  it('sees its neighbours: moving all but one particle away changes that one', () => {
    const [sample] = teacherSamples(teacher, data);
    const constants = Object.fromEntries(
      Object.entries(teacher.parameters).map(([name, value]) => [name, ag.constant(value)]),
    );
    const alone = { ...sample!, indices: sample!.indices.map((_, n) => Math.floor(n / teacher.neighbours)) };

    const seen = toFlat(teacherLogits(teacher, constants, sample!).value);
    const unseen = toFlat(teacherLogits(teacher, constants, alone).value);

    expect(seen[0]).not.toBe(unseen[0]);
  });

  it('has gradients for every parameter', () => {
    const [sample] = teacherSamples(teacher, data);
    const variables = Object.fromEntries(
      Object.entries(teacher.parameters).map(([name, value]) => [name, ag.variable(value)]),
    );

    const slopes = ag.gradients(ag.sum(teacherLogits(teacher, variables, sample!)), Object.values(variables));

    Object.keys(variables).forEach((name, i) => {
      expect([name, toFlat(slopes[i]!).some((g) => g !== 0)]).toEqual([name, true]);
    });
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
