/** The teacher on the gpu backend, and a whole learning run with it, in a mode that runs anywhere. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateEvents } from '../../../../src/physics/index.ts';
import { stream } from '../../../../src/random/index.ts';
import {
  buildTeacher,
  distillNetData,
  type DistillNetLearning,
  fitScaler,
  featureCount,
  runLearning,
  teacherScores,
  teacherScoresOnGpu,
  weightAgreement,
} from '../../../../src/systems/distillnet/index.ts';
import { closeGpu, describeGpu, openGpu } from '../../../../src/tensor/index.ts';
import { tinyConfig } from '../tiny.ts';

const installed = await import('gpu.js').then(
  () => true,
  () => false,
);

/** The largest difference of two lists. */
const distance = (a: Float32Array, b: Float32Array): number =>
  Array.from(a, (value, i) => Math.abs(value - b[i]!)).reduce((x, y) => (y <= x ? x : y), 0);

describe.skipIf(!installed)('the teacher on the gpu backend (skipped without gpu.js)', () => {
  beforeAll(async () => {
    await openGpu({ mode: 'webasm' });
  });
  afterAll(closeGpu);

  it.each([
    [1, 12, 3],
    [2, 8, 4],
    [3, 5, 20],
  ])('scores as teacherScores does, to rounding, with %i blocks of width %i', async (blocks, width, neighbours) => {
    const data = distillNetData(generateEvents(tinyConfig.generator, `teacher on gpu ${width}`, 9), tinyConfig);
    const scaler = fitScaler(data.features, featureCount);
    const teacher = buildTeacher({ blocks, width, neighbours, residuals: 2 }, scaler, stream('teacher on gpu'));

    const found = await teacherScoresOnGpu(teacher, data);

    expect(found).toHaveLength(data.truth.length);
    expect(distance(found, await teacherScores(teacher, data))).toBeLessThan(2e-6);
  });

  it('cuts many events into passes of bounded memory', async () => {
    const data = distillNetData(generateEvents(tinyConfig.generator, 'many events', 30), tinyConfig);
    const scaler = fitScaler(data.features, featureCount);
    const teacher = buildTeacher(
      { blocks: 1, width: 4, neighbours: 64, residuals: 0 },
      scaler,
      stream('teacher on gpu'),
    );
    expect(data.truth.length * 64).toBeGreaterThan(2 ** 17);

    const found = await teacherScoresOnGpu(teacher, data);

    expect(distance(found, await teacherScores(teacher, data))).toBeLessThan(2e-6);
  });

  it('teaches students in a run whose figures are those of a run without it, to rounding', async () => {
    const [plain, gpu] = [await runLearning(tinyConfig), await runLearning(tinyConfig, { inference: 'gpu' })];

    expect(describeGpu()).toEqual({ mode: 'webasm', fallbackReason: null });
    expect(gpu!.teacher).toEqual(plain!.teacher);
    expect(distance(gpu!.weights.teacher, plain!.weights.teacher)).toBeLessThan(2e-6);
    const toTeacher = ({ weights }: DistillNetLearning): number =>
      weightAgreement(weights.student, weights.teacher).meanAbsoluteError;
    expect(toTeacher(gpu!)).toBeCloseTo(toTeacher(plain!), 2);
  });
});
