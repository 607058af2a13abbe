/**
 * How long a run still takes, for a line of progress.
 *
 * The work of every part follows from the configuration, in seconds of one slow core and two threads; the pace of what
 * has been done so far scales the rest. Parts that a resumed run skips count neither as done nor as left. The figures are
 * guides for people, never results.
 */
import { type DistillNetConfig } from './config.ts';
import { type LearningStage, learningStages } from './progress.ts';
import { teacherOperations } from './teacher/teacher.ts';

/** Parts of a run in their order: the stages of learning, the circuits, and the evaluation. */
export type RunPart = LearningStage | 'circuits' | 'evaluation';

const runParts: readonly RunPart[] = [...learningStages, 'circuits', 'evaluation'];

/** Multiplications and additions per second in training and scoring, all threads together. */
const pace = { teacher: 6e9, students: 8e9, quantized: 3e9 } as const;

/** Seconds per particle: generating, and Puppi; per teacher's neighbourhood; per evaluated set of weights. */
const perParticle = { events: 12e-6, neighbours: 12e-6, evaluation: 25e-6 } as const;

/** Seconds of circuits, simulators and proofs, whatever the events. */
const circuitSeconds = 60;

/** Estimate the seconds of every part of a run. */
export function expectedSeconds(config: DistillNetConfig): Readonly<Record<RunPart, number>> {
  const { events, generator, teacher, student, quantized } = config;
  const particles = 90 + 0.585 * generator.meanPileup * generator.particlesPerCollision;
  const all = (events.training + events.validation + events.test) * particles;
  const training = events.training * particles;
  // A training step costs about three times what a forward pass costs.
  const distil = (operations: number, epochs: number, rate: number): number =>
    (3 * operations * epochs * training) / rate;
  const dense = (...widths: number[]): number =>
    widths.slice(1).reduce((sum, width, layer) => sum + 2 * widths[layer]! * width, 0);
  const [large, small] = [dense(16, 128, 64, 1), dense(16, 64, 32, 1)];
  const operations = teacherOperations(teacher);
  const seen = Math.min(events.teacher, events.training) * particles;
  const neighbours = teacher.neighbours * 0.05 * perParticle.neighbours;
  return {
    events: perParticle.events * all,
    teacher: (operations * teacher.epochs * (3 * seen + events.validation * particles)) / pace.teacher,
    scores: all * (operations / pace.teacher + neighbours),
    student: distil(large, student.epochs, pace.students),
    withoutPuppi: distil(large, student.epochs, pace.students),
    quantizedFloat: distil(small, quantized.floatEpochs, pace.students),
    quantized: distil(small, quantized.epochs, pace.quantized),
    compact: config.compact === null ? 0 : distil(small, quantized.floatEpochs + config.compact.epochs, pace.quantized),
    weights: (events.test * particles * 3 * large) / pace.students,
    circuits: circuitSeconds,
    evaluation: 7 * events.test * particles * perParticle.evaluation,
  };
}

/** Tells the seconds left when so much of a part is done; null while there is too little to tell from. */
export type TimeLeft = (part: RunPart, fraction: number) => number | null;

/**
 * Start to tell how long a run takes.
 *
 * @param now - seconds of a clock that runs on
 */
export function timeLeft(expected: Readonly<Record<RunPart, number>>, now: () => number): TimeLeft {
  const start = now();
  const reached = new Map<RunPart, number>();
  return (part, fraction) => {
    for (const earlier of reached.keys()) reached.set(earlier, 1);
    reached.set(part, fraction);
    let done = 0;
    for (const [name, share] of reached) done += share * expected[name];
    const later = runParts.slice(runParts.indexOf(part) + 1).reduce((sum, name) => sum + expected[name], 0);
    const left = (1 - fraction) * expected[part] + later;
    return done < leastDone * (done + left) ? null : (left * (now() - start)) / done;
  };
}

/** Share of the run that has to be done before its pace is believed. */
const leastDone = 0.01;
