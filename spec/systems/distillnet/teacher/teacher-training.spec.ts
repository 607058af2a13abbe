/** The teacher learns the same bits on every backend and any number of workers, in one go or resumed. */
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { generateEvents } from '../../../../src/physics/index.ts';
import { sha256 } from '../../../../src/network/index.ts';
import { stream } from '../../../../src/random/index.ts';
import {
  buildTeacher,
  distillNetData,
  featureCount,
  fitScaler,
  hardwareScaler,
  type Teacher,
  teacherScores,
} from '../../../../src/systems/distillnet/index.ts';
import { paddedRows } from '../../../../src/systems/distillnet/teacher/teacher-batch.ts';
import { teacherSamples, type TeacherSample } from '../../../../src/systems/distillnet/teacher/teacher.ts';
import {
  type TeacherCheckpoint,
  type TeacherTrainingOptions,
  trainTeacher,
} from '../../../../src/systems/distillnet/teacher/teacher-training.ts';
import { setComputeBackend, toFlat } from '../../../../src/tensor/index.ts';
import { tinyConfig } from '../tiny.ts';

const generator = { ...tinyConfig.generator, meanPileup: 14 };
const data = distillNetData(generateEvents(generator, 'teacher training', 9), tinyConfig);
const scaler = hardwareScaler(fitScaler(data.features, featureCount), 1);
const teacher = buildTeacher(tinyConfig.teacher, scaler, stream('teacher training'));
let samples: readonly TeacherSample[];
beforeAll(() => {
  samples = teacherSamples(teacher, data);
});
afterEach(() => {
  setComputeBackend('wasm');
});

const options = (): TeacherTrainingOptions => ({
  training: samples.slice(0, 7),
  validation: samples.slice(7),
  config: tinyConfig.teacher,
  stream: stream('teacher training', 'order'),
  onEager: (reason) => {
    throw new Error(`A step was not planned: ${reason}`);
  },
});

const hashOf = (trained: Teacher): string =>
  sha256(JSON.stringify(Object.entries(trained.parameters).map(([name, p]) => [name, ...toFlat(p)])));

async function trained(backend: 'js' | 'wasm', workers = 1): Promise<readonly [string, unknown]> {
  setComputeBackend(backend);
  const result = await trainTeacher(teacher, { ...options(), workers });
  return [hashOf(result!.teacher), result!.history];
}

describe('training the teacher', () => {
  it('gives the same bits on js and on wasm with 1, 2 and 3 workers', async () => {
    const sizes = new Set(samples.map(({ truth }) => paddedRows(truth.length)));
    expect(sizes.size).toBeGreaterThan(1);
    const reference = await trained('js');

    expect(reference[0]).not.toBe(hashOf(teacher));
    for (const workers of [1, 2, 3]) expect(await trained('wasm', workers)).toEqual(reference);
  });

  it('goes on from a checkpoint to the same bits', async () => {
    const checkpoints: TeacherCheckpoint[] = [];
    const whole = await trainTeacher(teacher, {
      ...options(),
      onCheckpoint: (checkpoint) => void checkpoints.push(checkpoint),
    });

    const resumed = await trainTeacher(teacher, { ...options(), resume: checkpoints[0]!, workers: 2 });

    expect(hashOf(resumed!.teacher)).toBe(hashOf(whole!.teacher));
    expect(resumed!.history).toEqual(whole!.history);
  });

  it.each(['js', 'wasm'] as const)('says what to change when the loss is no number on %s', async (backend) => {
    setComputeBackend(backend);
    const bad = samples.map((sample) => ({ ...sample, features: sample.features.map(() => Number.NaN) }));

    await expect(trainTeacher(teacher, { ...options(), training: bad })).rejects.toThrow(
      'The loss of the teacher is NaN in epoch 0; lower its learning rate 0.01.',
    );
  });

  it('stops at a signal', async () => {
    const stop = new AbortController();
    const stopped = await trainTeacher(teacher, {
      ...options(),
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });

    expect(stopped).toBeNull();
  });
});

describe('training without labels', () => {
  const twins = (changes: Partial<TeacherTrainingOptions['config']> = {}): TeacherTrainingOptions => {
    const prepared = teacherSamples(teacher, data, 'selfSupervised').map((sample) => ({
      ...sample,
      truth: sample.truth.map(() => Number.NaN),
    }));
    return {
      ...options(),
      training: prepared.slice(0, 7),
      validation: prepared.slice(7),
      config: { ...tinyConfig.teacher, mode: 'selfSupervised', ...changes },
    };
  };

  it('gives the same bits on js and on wasm with 1 and 2 workers, in one go or resumed', async () => {
    setComputeBackend('js');
    const reference = await trainTeacher(teacher, twins());
    setComputeBackend('wasm');
    const checkpoints: TeacherCheckpoint[] = [];
    const whole = await trainTeacher(teacher, { ...twins(), onCheckpoint: (state) => void checkpoints.push(state) });
    const resumed = await trainTeacher(teacher, { ...twins(), workers: 2, resume: checkpoints[0]! });

    expect(hashOf(reference!.teacher)).not.toBe(hashOf(teacher));
    for (const found of [whole, resumed]) {
      expect(hashOf(found!.teacher)).toBe(hashOf(reference!.teacher));
      expect(found!.history).toEqual(reference!.history);
    }
  });

  it('brings events nearer to their twins', async () => {
    const { history } = (await trainTeacher(teacher, twins({ epochs: 6, batchEvents: 1 })))!;

    expect(history.at(-1)!.validationLoss!).toBeLessThan(0.7 * history[0]!.validationLoss!);
  });

  it('says what samples without twins lack', async () => {
    await expect(trainTeacher(teacher, { ...twins(), training: samples })).rejects.toThrow('has no twin');
  });
});

describe('scoring with the teacher', () => {
  it('gives the same bits on js and on wasm with 1 and 2 workers', async () => {
    setComputeBackend('js');
    const reference = await teacherScores(teacher, data);

    setComputeBackend('wasm');
    for (const workers of [1, 2]) expect(await teacherScores(teacher, data, { workers })).toEqual(reference);
  });
});
