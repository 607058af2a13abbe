import { describe, expect, it } from 'vitest';
import * as ag from '../../../../src/autograd/index.ts';
import { ValueError } from '../../../../src/errors.ts';
import { parameterCount } from '../../../../src/network/index.ts';
import { generateEvents, type Particles, type PileupEvent } from '../../../../src/physics/index.ts';
import { stream } from '../../../../src/random/index.ts';
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
  teacherOperations,
  teacherParameterCount,
  teacherScores,
} from '../../../../src/systems/distillnet/index.ts';
import {
  groupSamples,
  joinSamples,
  paddedRows,
  rowsOf,
  type TeacherBatch,
} from '../../../../src/systems/distillnet/teacher/teacher-batch.ts';
import { teacherInputs, teacherLogits } from '../../../../src/systems/distillnet/teacher/teacher-formula.ts';
import {
  type TeacherSample,
  teacherSamples,
  type TeacherShape,
} from '../../../../src/systems/distillnet/teacher/teacher.ts';
import { sizeOfShape, symbolicInput, toFlat } from '../../../../src/tensor/index.ts';
import { tinyConfig } from '../tiny.ts';

const data = distillNetData(generateEvents(tinyConfig.generator, 'networks', 3), tinyConfig);
const scaler = hardwareScaler(fitScaler(data.features, featureCount), 1);
const teacher = buildTeacher(tinyConfig.teacher, scaler, stream('teacher'));

/** The first particles of an event as an event of its own. */
function eventOf(count: number): PileupEvent {
  const event = data.events[1]!;
  const particles = Object.fromEntries(
    Object.entries(event.particles).map(([name, value]) => [
      name,
      typeof value === 'number' ? count : (value as Float64Array).slice(0, count),
    ]),
  ) as unknown as Particles;
  return { ...event, particles, truth: event.truth.slice(0, count) };
}

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
  const logits = (batch: TeacherBatch): readonly number[] => [
    ...toFlat(teacherLogits(teacher, constants, teacherInputs(batch)).value),
  ];
  const alone = (sample: TeacherSample): readonly number[] => logits(joinSamples([sample]));

  it('scores every particle in (0, 1)', async () => {
    const scores = await teacherScores(teacher, data);

    expect(scores).toHaveLength(data.truth.length);
    expect(scores.every((s) => s > 0 && s < 1)).toBe(true);
  });

  it('has the size of the published one in full', () => {
    const full = defaultConfig.teacher;

    expect(teacherParameterCount(buildTeacher(full, scaler, stream('full')))).toBe(258_497);
    expect(teacherOperations(full)).toBe(524_544);
  });

  it.each<TeacherShape>([
    { neighbours: 20, width: 64, blocks: 2, residuals: 4 },
    { neighbours: 3, width: 5, blocks: 1, residuals: 0 },
    { neighbours: 7, width: 6, blocks: 3, residuals: 2 },
  ])('counts its operations as they are: $neighbours $width $blocks $residuals', (shape) => {
    // What is counted here is every product that the formula takes, by the shapes of its operands.
    const counted = (particles: number): number => {
      let products = 0;
      const whole = Object.entries(buildTeacher(shape, scaler, stream('count')).parameters);
      const parameters = Object.fromEntries(
        whole.map(([name, { shape: dimensions }]) => [name, ag.variable(symbolicInput(name, dimensions))]),
      );
      const inputs = {
        features: symbolicInput('features', [particles, featureCount]),
        indices: symbolicInput('indices', [particles, shape.neighbours], 'i32'),
        edges: symbolicInput('edges', [particles, shape.neighbours, 4]),
        shares: symbolicInput('shares', [particles, 1]),
      };
      const seen = new Set<ag.Variable>();
      const visit = (node: ag.Variable): void => {
        if (seen.has(node)) return;
        seen.add(node);
        const [a, b] = node.record?.inputs ?? [];
        const { primitive } = node.record ?? {};
        if (primitive === 'dense' || primitive === 'matmul') {
          products += sizeOfShape(a!.value.shape) * b!.value.shape.at(-1)!;
        }
        // The sum of messages, each times its attention.
        if (primitive === 'sum') products += sizeOfShape(a!.value.shape);
        node.record?.inputs.forEach(visit);
      };
      visit(teacherLogits(shape, parameters, inputs));
      return 2 * products;
    };

    // The mean of the event is taken to the head once, and spread to particles by a product with one column.
    const perParticle = counted(11) - counted(10);
    expect(perParticle - 2 * 2 * shape.width).toBe(teacherOperations(shape));
  });

  it('scores an event to the same bits with padding, and among others as alone up to rounding', () => {
    const samples = teacherSamples(teacher, data);
    const [first] = samples;

    const padded = logits(joinSamples([first!], first!.truth.length + 137));
    const joined = logits(joinSamples(samples, rowsOf(samples) + 37, samples.length + 1));

    expect(padded.slice(0, first!.truth.length)).toEqual(alone(first!));
    samples.flatMap(alone).forEach((logit, i) => expect(joined[i]).toBeCloseTo(logit, 5));
  });

  it.each([0, 1, 2, tinyConfig.teacher.neighbours])('scores an event of %i particles', async (count) => {
    const few = distillNetData([eventOf(count), ...data.events.slice(0, 1)], tinyConfig);

    const scores = await teacherScores(teacher, few);

    expect(scores.every((s) => s > 0 && s < 1)).toBe(true);
    expect(scores.slice(count)).toEqual((await teacherScores(teacher, data)).slice(0, scores.length - count));
  });

  it('sees its neighbours: moving all but one particle away changes that one', () => {
    const [sample] = teacherSamples(teacher, data);
    const lonely = { ...sample!, indices: sample!.indices.map((_, n) => Math.floor(n / teacher.neighbours)) };

    expect(alone(sample!)[0]).not.toBe(alone(lonely)[0]);
  });

  it('sees its event: the features of a particle far away change it', () => {
    const [sample] = teacherSamples(teacher, data);
    const last = sample!.truth.length - 1;
    const still = { ...sample!, indices: sample!.indices.map((_, n) => Math.floor(n / teacher.neighbours)) };
    const other = { ...still, features: still.features.map((x, n) => (n >= last * featureCount ? x + 1 : x)) };

    expect(alone(still)[0]).not.toBe(alone(other)[0]);
  });

  it('has gradients for every parameter', () => {
    const [sample] = teacherSamples(teacher, data);
    const variables = Object.fromEntries(
      Object.entries(teacher.parameters).map(([name, value]) => [name, ag.variable(value)]),
    );

    const sum = ag.sum(teacherLogits(teacher, variables, teacherInputs(joinSamples([sample!]))));
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
    [{ ...quickConfig, teacher: { ...quickConfig.teacher, mode: 'labels' } }, '"teacher.mode"'],
    [{ ...quickConfig, extra: 1 }, 'extra'],
    [null, 'the configuration'],
  ])('names what is wrong', (config, place) => {
    expect(() => parseConfig(config)).toThrow(ValueError);
    expect(() => parseConfig(config)).toThrow(place);
  });
});
