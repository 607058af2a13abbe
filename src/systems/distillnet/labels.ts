/**
 * What the students learn from: events, and the teacher's score of every particle in them.
 *
 * The teacher is trained on the first events of the training sample, and scores all of them. Its neighbourhoods take far
 * more memory than the events themselves, so scoring makes them for a few events at a time.
 */
import { ValueError } from '../../errors.ts';
import { type RandomStream, stream } from '../../random/index.ts';
import type { EpochRecord } from '../../training/index.ts';
import type { DistillNetConfig } from './config.ts';
import { type DistillNetData, featureCount, sliceEvents, type Split } from './data/data.ts';
import { type LearningCallbacks, type StageClock, trainingOptions, turn } from './progress.ts';
import { runSamples, type Sample } from './data/samples.ts';
import { fitScaler, hardwareScaler, type Scaler } from './data/scaler.ts';
import { sampleScoresOnGpu } from './teacher/teacher-on-gpu.ts';
import { openScorer } from './teacher/teacher-scoring.ts';
import { trainTeacher } from './teacher/teacher-training.ts';
import { buildTeacher, type Teacher, teacherSamples } from './teacher/teacher.ts';

/** A trained teacher and what it says of every particle. */
export interface Taught {
  /** Null where the labels come with the events. */
  readonly teacher: Teacher | null;
  readonly history: readonly EpochRecord[];
  readonly scores: Split<Float32Array>;
}

/** Events with the teacher's scores of every particle. */
export interface LabelledEvents extends Taught {
  readonly data: Split<DistillNetData>;
  /** How all networks take their features. */
  readonly scaler: Scaler;
}

/** What all stages of a run share. */
export interface Course {
  readonly config: DistillNetConfig;
  readonly callbacks: LearningCallbacks;
  readonly clock: StageClock;
}

/**
 * Make or read the events of a run, train the teacher, and score every particle with it.
 *
 * Files that bring a teacher's weights along, as the published ones do, need no teacher of ours.
 *
 * @returns null if the signal of the callbacks stopped it
 * @throws ValueError if only some of the samples have labels, or a teacher is to be trained without knowing the truth
 */
export async function labelEvents(course: Course): Promise<LabelledEvents | null> {
  const { config, callbacks, clock } = course;
  clock.start('events');
  const samples = await runSamples(config, clock, callbacks.signal);
  if (samples === null) return null;
  const data = { training: samples.training.data, validation: samples.validation.data, test: samples.test.data };
  const scaler = hardwareScaler(fitScaler(data.training.features, featureCount), config.clipImpact);
  const taught =
    callbacks.resume?.finished.taught ??
    givenLabels(samples) ??
    (await teach(data, scaler, course, stream(config.seed, 'distillnet')));
  return taught === null ? null : { data, scaler, ...taught };
}

/** The labels that come with the events; null if none of the samples has any. */
function givenLabels({ training, validation, test }: Split<Sample>): Taught | null {
  const [own, others] = [training.teacherWeights, test.teacherWeights];
  if (own !== null && others !== null)
    return {
      teacher: null,
      history: [],
      scores: { training: own, validation: validation.teacherWeights!, test: others },
    };
  if (training.data.truth === null) {
    const without = own === null ? 'training' : 'test';
    throw new ValueError(
      `The training events have no true weights for a teacher to learn, and the ${without} events have no teacher's weights (data_abc); a run needs true weights in the training events, or a teacher's weights in both.`,
    );
  }
  return null;
}

/** Train the teacher, and score every particle with it; null if the signal stopped it. */
async function teach(
  data: Split<DistillNetData>,
  scaler: Scaler,
  { config, callbacks, clock }: Course,
  root: RandomStream,
): Promise<Taught | null> {
  const { resume } = callbacks;
  clock.start('teacher');
  const start = buildTeacher(config.teacher, scaler, root.split('teacher'));
  const seen = Math.min(config.events.teacher, data.training.events.length);
  const trained = await trainTeacher(start, {
    training: teacherSamples(start, sliceEvents(data.training, 0, seen), config.teacher.mode),
    validation: teacherSamples(start, data.validation, config.teacher.mode),
    config: config.teacher,
    stream: root.split('teacher training'),
    onProgress: clock.progress,
    onCheckpoint: (state) => callbacks.onCheckpoint?.({ config, finished: {}, current: { stage: 'teacher', state } }),
    ...trainingOptions(callbacks),
    ...(resume?.current.stage === 'teacher' && { resume: resume.current.state }),
  });
  if (trained === null) return null;

  clock.start('scores');
  const scores = await scoreAll(trained.teacher, data, { config, callbacks, clock });
  return scores && { ...trained, scores };
}

/** Score every particle of all samples; null if the signal stopped it. */
async function scoreAll(
  teacher: Teacher,
  data: Split<DistillNetData>,
  { callbacks, clock }: Course,
): Promise<Split<Float32Array> | null> {
  const counts = Object.values(data).flatMap(({ events }) => events.map(({ particles }) => particles.count));
  const scorer = callbacks.inference === 'gpu' ? null : await openScorer(teacher, counts, trainingOptions(callbacks));
  let done = 0;
  const score = async (sample: DistillNetData): Promise<Float32Array | null> => {
    const scores = new Float32Array(sample.starts.at(-1)!);
    for (let first = 0; first < sample.events.length; first += eventsAtOnce) {
      await turn();
      if (callbacks.signal?.aborted === true) return null;
      const end = Math.min(first + eventsAtOnce, sample.events.length);
      const some = teacherSamples(teacher, sliceEvents(sample, first, end));
      scores.set(scorer === null ? await sampleScoresOnGpu(teacher, some) : scorer.score(some), sample.starts[first]!);
      done += end - first;
      clock.progress(done / counts.length, `${done} of ${counts.length} events`);
    }
    return scores;
  };
  try {
    const training = await score(data.training);
    const validation = training && (await score(data.validation));
    const test = validation && (await score(data.test));
    return test && { training: training!, validation: validation!, test };
  } finally {
    await scorer?.close();
  }
}

/** Events whose neighbourhoods are in memory at once while they are scored. */
const eventsAtOnce = 16;
