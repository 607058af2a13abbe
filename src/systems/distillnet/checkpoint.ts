/**
 * Checkpoints of a whole learning run: what is finished and the state of the training that is under way.
 *
 * Generated events are not stored: they come again from the seed, faster than from a file. As text a checkpoint is JSON
 * with decimal numbers, which give back the same floats.
 */
import { FormatError } from '../../errors.ts';
import { type Network, parseNetwork, serializeNetwork } from '../../network/index.ts';
import { type Tensor, tensor, toFlat } from '../../tensor/index.ts';
import { type Checkpoint, type EpochRecord, parseCheckpoint, serializeCheckpoint } from '../../training/index.ts';
import { type DistillNetConfig, parseConfig } from './config.ts';
import type { Teacher } from './teacher.ts';
import type { TeacherCheckpoint } from './teacher-training.ts';

/** A trained network with its history. */
export interface TrainedNetwork {
  readonly network: Network;
  readonly history: readonly EpochRecord[];
}

/** Names of the trainings of students, in their order. */
export type StudentStage = 'student' | 'quantizedFloat' | 'quantized';

/** Trainings that are finished. */
export interface FinishedTrainings {
  readonly teacher?: { readonly teacher: Teacher; readonly history: readonly EpochRecord[] };
  readonly student?: TrainedNetwork;
  readonly quantizedFloat?: TrainedNetwork;
}

/** State of a run between two epochs. */
export interface LearningCheckpoint {
  readonly config: DistillNetConfig;
  readonly finished: FinishedTrainings;
  /** The training under way. */
  readonly current:
    | { readonly stage: 'teacher'; readonly state: TeacherCheckpoint }
    | { readonly stage: StudentStage; readonly state: Checkpoint };
}

/** First field of the text of a checkpoint. */
export const learningCheckpointFormat = 'distill-rtl/distillnet-checkpoint/1';

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
      : serializeCheckpoint(current.state);
  return `${JSON.stringify({
    format: learningCheckpointFormat,
    config,
    finished: {
      teacher: finished.teacher && { ...finished.teacher, teacher: plainTeacher(finished.teacher.teacher) },
      student: plainTrained(finished.student),
      quantizedFloat: plainTrained(finished.quantizedFloat),
    },
    current: { stage: current.stage, state },
  })}\n`;
}

/** The text of a checkpoint as JSON gives it back; parts are checked by their own parsers. */
interface PlainCheckpoint {
  readonly format?: unknown;
  readonly config: unknown;
  readonly finished: {
    readonly teacher?: { readonly teacher: PlainTeacher; readonly history: EpochRecord[] };
    readonly student?: { readonly network: string; readonly history: EpochRecord[] };
    readonly quantizedFloat?: { readonly network: string; readonly history: EpochRecord[] };
  };
  readonly current:
    | { readonly stage: StudentStage; readonly state: string }
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
  const trained = (plain: { readonly network: string; readonly history: EpochRecord[] }): TrainedNetwork => ({
    network: parseNetwork(plain.network),
    history: plain.history,
  });
  return {
    config: parseConfig(raw.config),
    finished: {
      ...(finished.teacher && { teacher: { ...finished.teacher, teacher: teacherOf(finished.teacher.teacher) } }),
      ...(finished.student && { student: trained(finished.student) }),
      ...(finished.quantizedFloat && { quantizedFloat: trained(finished.quantizedFloat) }),
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
        : { stage: current.stage, state: parseCheckpoint(current.state) },
  };
}
