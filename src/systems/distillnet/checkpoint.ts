/**
 * Checkpoints of a whole learning run: what is finished and the state of the training that is under way.
 *
 * Generated events are not stored: they come again from the seed, faster than from a file. As text a checkpoint is JSON
 * with decimal numbers, which give back the same floats.
 */
import { FormatError } from '../../errors.ts';
import { decodeFloats, encodeFloats, type Network, parseNetwork, serializeNetwork } from '../../network/index.ts';
import { type Tensor, tensor, toFlat } from '../../tensor/index.ts';
import { type Checkpoint, type EpochRecord, parseCheckpoint, serializeCheckpoint } from '../../training/index.ts';
import {
  type CompactCheckpoint,
  parseCompactCheckpoint,
  serializeCompactCheckpoint,
} from './student/compact-checkpoint.ts';
import { type DistillNetConfig, parseConfig } from './config.ts';
import type { Split } from './data/data.ts';
import type { Taught } from './labels.ts';
import type { Teacher } from './teacher/teacher.ts';
import type { TeacherCheckpoint } from './teacher/teacher-training.ts';

/** A trained network with its history. */
export interface TrainedNetwork {
  readonly network: Network;
  readonly history: readonly EpochRecord[];
}

/** Names of the trainings of students, in their order; `withoutPuppi` is the ablation. */
export type StudentStage = 'student' | 'withoutPuppi' | 'quantizedFloat' | 'quantized';

/** Trainings that are finished. */
export interface FinishedTrainings {
  /** The teacher and its scores, which take longer to compute than to store. */
  readonly taught?: Taught;
  readonly student?: TrainedNetwork;
  readonly withoutPuppi?: TrainedNetwork;
  readonly quantizedFloat?: TrainedNetwork;
  readonly quantized?: TrainedNetwork;
}

/** State of a run between two epochs. */
export interface LearningCheckpoint {
  readonly config: DistillNetConfig;
  readonly finished: FinishedTrainings;
  /** The training under way. */
  readonly current:
    | { readonly stage: 'teacher'; readonly state: TeacherCheckpoint }
    | { readonly stage: StudentStage; readonly state: Checkpoint }
    | { readonly stage: 'compact'; readonly state: CompactCheckpoint };
}

/** First field of the text of a checkpoint. */
export const learningCheckpointFormat = 'distill-rtl/distillnet-checkpoint/2';

type PlainTensor = { readonly shape: readonly number[]; readonly values: readonly number[] };
type PlainTeacher = Omit<Teacher, 'parameters'> & { readonly parameters: Record<string, PlainTensor> };

const plainTensors = (tensors: Readonly<Record<string, Tensor>>): Record<string, PlainTensor> =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, t]) => [name, { shape: t.shape, values: Array.from(toFlat(t)) }]),
  );

const tensorsOf = (plain: Readonly<Record<string, PlainTensor>>): Record<string, Tensor> =>
  Object.fromEntries(Object.entries(plain).map(([name, t]) => [name, tensor(Float32Array.from(t.values), t.shape)]));

/** Give a teacher as plain JSON data. */
export const plainTeacher = (teacher: Teacher): PlainTeacher => ({
  ...teacher,
  parameters: plainTensors(teacher.parameters),
});

/** Undo `plainTeacher`. */
export const teacherOf = (plain: PlainTeacher): Teacher => ({ ...plain, parameters: tensorsOf(plain.parameters) });

/** Floats in one piece of text. */
const pieceLength = 49_152;

/** Floats as base64 in pieces that stay far below what a string can hold. */
const plainFloats = (values: Float32Array): string[] =>
  Array.from({ length: Math.ceil(values.length / pieceLength) }, (_, piece) =>
    encodeFloats(values.subarray(piece * pieceLength, (piece + 1) * pieceLength)),
  );

const floatsOf = (pieces: readonly string[]): Float32Array => {
  const parts = pieces.map((text) => {
    const values = decodeFloats(text);
    if (values === null) throw new FormatError('Scores in the DistillNet checkpoint are not base64 of floats.');
    return values;
  });
  const values = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    values.set(part, at);
    at += part.length;
  }
  return values;
};

const mapSplit = <A, B>({ training, validation, test }: Split<A>, map: (value: A) => B): Split<B> => ({
  training: map(training),
  validation: map(validation),
  test: map(test),
});

const plainTrained = (trained: TrainedNetwork | undefined): unknown =>
  trained && { network: serializeNetwork(trained.network), history: trained.history };

/** Write a checkpoint as JSON text. */
export function serializeLearningCheckpoint({ config, finished, current }: LearningCheckpoint): string {
  const state =
    current.stage === 'teacher'
      ? {
          ...current.state,
          teacher: plainTeacher(current.state.teacher),
          optimizer: {
            step: current.state.optimizer.step,
            slots: current.state.optimizer.slots.map((slots) =>
              Object.fromEntries(Object.entries(slots).map(([name, values]) => [name, Array.from(values)])),
            ),
          },
          best: current.state.best && {
            ...current.state.best,
            parameters: plainTensors(current.state.best.parameters),
          },
        }
      : current.stage === 'compact'
        ? serializeCompactCheckpoint(current.state)
        : serializeCheckpoint(current.state);
  return `${JSON.stringify({
    format: learningCheckpointFormat,
    config,
    finished: {
      taught: finished.taught && {
        ...finished.taught,
        teacher: finished.taught.teacher && plainTeacher(finished.taught.teacher),
        scores: mapSplit(finished.taught.scores, plainFloats),
      },
      student: plainTrained(finished.student),
      withoutPuppi: plainTrained(finished.withoutPuppi),
      quantizedFloat: plainTrained(finished.quantizedFloat),
      quantized: plainTrained(finished.quantized),
    },
    current: { stage: current.stage, state },
  })}\n`;
}

type PlainTrained = { readonly network: string; readonly history: EpochRecord[] };

/** The text of a checkpoint as JSON gives it back; parts are checked by their own parsers. */
interface PlainCheckpoint {
  readonly format?: unknown;
  readonly config: unknown;
  readonly finished: {
    readonly taught?: {
      readonly teacher: PlainTeacher | null;
      readonly history: EpochRecord[];
      readonly scores: Split<readonly string[]>;
    };
    readonly student?: PlainTrained;
    readonly withoutPuppi?: PlainTrained;
    readonly quantizedFloat?: PlainTrained;
    readonly quantized?: PlainTrained;
  };
  readonly current:
    | { readonly stage: StudentStage | 'compact'; readonly state: string }
    | {
        readonly stage: 'teacher';
        readonly state: Omit<TeacherCheckpoint, 'teacher' | 'optimizer' | 'best'> & {
          readonly teacher: PlainTeacher;
          readonly optimizer: { readonly step: number; readonly slots: readonly Record<string, number[]>[] };
          readonly best: { readonly loss: number; readonly parameters: Record<string, PlainTensor> } | null;
        };
      };
}

/**
 * Read a checkpoint from its JSON text.
 *
 * @throws FormatError if the text is not such a checkpoint, ValueError if its configuration is not usable
 */
export function parseLearningCheckpoint(text: string): LearningCheckpoint {
  let raw: PlainCheckpoint;
  try {
    raw = JSON.parse(text) as PlainCheckpoint;
  } catch (error) {
    throw new FormatError(`The DistillNet checkpoint is not valid JSON: ${(error as Error).message}.`);
  }
  if (raw?.format !== learningCheckpointFormat) {
    throw new FormatError(
      `The DistillNet checkpoint has format ${JSON.stringify(raw?.format) ?? 'none'}; this version reads "${learningCheckpointFormat}".`,
    );
  }
  const { finished, current } = raw;
  if (finished === undefined || current?.state === undefined) {
    throw new FormatError('The DistillNet checkpoint lacks "finished" or "current"; it must have both.');
  }
  const trained = (plain: PlainTrained): TrainedNetwork => ({
    network: parseNetwork(plain.network),
    history: plain.history,
  });
  return {
    config: parseConfig(raw.config),
    finished: {
      ...(finished.taught && {
        taught: {
          teacher: finished.taught.teacher && teacherOf(finished.taught.teacher),
          history: finished.taught.history,
          scores: mapSplit(finished.taught.scores, floatsOf),
        },
      }),
      ...(finished.student && { student: trained(finished.student) }),
      ...(finished.withoutPuppi && { withoutPuppi: trained(finished.withoutPuppi) }),
      ...(finished.quantizedFloat && { quantizedFloat: trained(finished.quantizedFloat) }),
      ...(finished.quantized && { quantized: trained(finished.quantized) }),
    },
    current:
      current.stage === 'teacher'
        ? {
            stage: 'teacher',
            state: {
              ...current.state,
              teacher: teacherOf(current.state.teacher),
              optimizer: {
                step: current.state.optimizer.step,
                slots: current.state.optimizer.slots.map((slots) =>
                  Object.fromEntries(Object.entries(slots).map(([name, values]) => [name, Float32Array.from(values)])),
                ),
              },
              best: current.state.best && {
                loss: current.state.best.loss,
                parameters: tensorsOf(current.state.best.parameters),
              },
            },
          }
        : current.stage === 'compact'
          ? { stage: 'compact', state: parseCompactCheckpoint(current.state) }
          : { stage: current.stage, state: parseCheckpoint(current.state) },
  };
}
