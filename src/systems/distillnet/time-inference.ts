/** Times of inference of a run: Puppi and teacher event by event, float student and emulated circuit by batch. */
import { puppi } from '../../physics/index.ts';
import { toFloats } from '../../tensor/index.ts';
import type { DistillNetCircuits } from './circuits.ts';
import { sliceEvents } from './data.ts';
import { type InferenceTimes, measureInference, timedCircuit, timedEvents, timedNetwork } from './inference-time.ts';
import type { DistillNetLearning } from './learning.ts';
import { scaledInputs } from './scaler.ts';
import { teacherScores } from './teacher-scoring.ts';

/** Rows that are scaled for timing; larger batches repeat them. */
const timedRows = 2 ** 14;

/**
 * Measure on one thread for about so many seconds; null if the signal stopped it.
 *
 * The teacher's time holds the search for neighbours and everything else that it needs of an event.
 */
export async function timeInference(
  { config, teacher, test, student, scaler }: DistillNetLearning,
  { quantized }: DistillNetCircuits,
  seconds: number,
  signal?: AbortSignal,
): Promise<InferenceTimes | null> {
  const { events, starts, features } = test;
  const rows = starts.at(-1)!;
  const scaled = toFloats(scaledInputs(features.subarray(0, 16 * Math.min(rows, timedRows)), scaler));
  return measureInference(
    [
      timedEvents('puppi', events, (e) =>
        puppi(events[e]!.particles, knownVertices(events[e]!.pileupVertices), { radius: config.puppi.radius }),
      ),
      ...(teacher === null
        ? []
        : [timedEvents('teacher', events, (e) => teacherScores(teacher, sliceEvents(test, e, e + 1)))]),
      await timedNetwork('student', student, scaled),
      timedCircuit('fixed', quantized.hardware.graph, quantized.codes),
    ],
    rows / events.length,
    { seconds, ...(signal && { signal }) },
  );
}

/** Published files do not say how many pileup collisions there were; the time does not depend on it. */
function knownVertices(count: number): number {
  return Number.isNaN(count) ? 0 : count;
}
