/** Times of inference of a run: Puppi and teacher event by event, float student and emulated circuit by batch. */
import { puppi } from '../../../physics/index.ts';
import { toFloats } from '../../../tensor/index.ts';
import type { DistillNetCircuits } from '../hardware/circuits.ts';
import { type DistillNetData, featureCount, sliceEvents } from '../data/data.ts';
import {
  type InferenceTimes,
  measureInference,
  timedCircuit,
  type TimedSource,
  timedEvents,
  timedNetwork,
} from './inference-time.ts';
import type { DistillNetLearning } from '../learning.ts';
import { scaledInputs } from '../data/scaler.ts';
import { openScorer } from '../teacher/teacher-scoring.ts';
import { type Teacher, teacherSamples } from '../teacher/teacher.ts';

/** Rows that are scaled for timing; larger batches repeat them. */
const timedRows = 2 ** 14;

/** Events that take turns in timing the teacher, whose plans have to be made before. */
const teacherEvents = 4;

/** Measure on one thread for about so many seconds; null if the signal stopped it. */
export async function timeInference(
  { config, teacher, test, student, scaler }: DistillNetLearning,
  { quantized }: DistillNetCircuits,
  seconds: number,
  signal?: AbortSignal,
): Promise<InferenceTimes | null> {
  const { events, starts, features } = test;
  const rows = starts.at(-1)!;
  const scaled = toFloats(scaledInputs(features.subarray(0, featureCount * Math.min(rows, timedRows)), scaler));
  return measureInference(
    [
      timedEvents('puppi', events, (e) =>
        puppi(events[e]!.particles, knownVertices(events[e]!.pileupVertices), { radius: config.puppi.radius }),
      ),
      ...(teacher === null ? [] : [await timedTeacher(teacher, test)]),
      await timedNetwork('student', student, scaled),
      timedCircuit('fixed', quantized.hardware.graph, quantized.codes),
    ],
    rows / events.length,
    { seconds, ...(signal && { signal }) },
  );
}

/** The teacher on whole events: the search for neighbours, and a planned pass. */
async function timedTeacher(teacher: Teacher, test: DistillNetData): Promise<TimedSource> {
  const some = test.events.slice(0, teacherEvents);
  const scorer = await openScorer(
    teacher,
    some.map(({ particles }) => particles.count),
  );
  return {
    ...timedEvents('teacher', some, (e) => scorer.score(teacherSamples(teacher, sliceEvents(test, e, e + 1)))),
    close: scorer.close,
  };
}

/** Published files do not say how many pileup collisions there were; the time does not depend on it. */
function knownVertices(count: number): number {
  return Number.isNaN(count) ? 0 : count;
}
