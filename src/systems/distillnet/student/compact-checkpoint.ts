/**
 * Checkpoints of the training of a compact QDistillNet: what is finished, the networks that the walk has looked at, and
 * the training under way. Events, the teacher's scores and labels are made again, which takes no training.
 */
import { FormatError } from '../../../errors.ts';
import type { FrontPoint } from '../../../compression/index.ts';
import { type Network, parseNetwork, serializeNetwork } from '../../../network/index.ts';
import { type Checkpoint, type FitOptions, parseCheckpoint, serializeCheckpoint } from '../../../training/index.ts';

/**
 * Trainings in their order: the float student whose mapped scores are the labels, the float network where compression
 * starts, and the walk.
 */
export type CompactStage = 'assistant' | 'start' | 'walk';

/** State between two epochs. */
export interface CompactCheckpoint {
  /** Networks of trainings that are finished; that of `start` before its batch normalisation is folded. */
  readonly finished: Readonly<Partial<Record<Exclude<CompactStage, 'walk'>, Network>>>;
  /** Networks that the walk has looked at. */
  readonly points: readonly FrontPoint[];
  readonly current: { readonly stage: CompactStage; readonly state: Checkpoint };
}

/** Who hears of a training, and where it goes on. */
export interface CompactWatch {
  /** Receives the share that is done, in [0, 1], and a few words. */
  readonly onProgress?: (fraction: number, message: string) => void;
  /** Receives the state after every epoch. */
  readonly onCheckpoint?: (checkpoint: CompactCheckpoint) => void | Promise<void>;
  /** Go on from here; configuration and options must be those that the checkpoint was made with. */
  readonly resume?: CompactCheckpoint;
}

/** Share of the time at which each training begins, on one core. */
const BEGINS: Readonly<Record<CompactStage, readonly [from: number, to: number]>> = {
  assistant: [0, 0.15],
  start: [0.15, 0.25],
  walk: [0.25, 1],
};

/** What the `fit` of a training takes of the watch. */
export function watchTraining(
  stage: CompactStage,
  { onProgress, onCheckpoint, resume }: CompactWatch,
  epochs: number,
  now: () => Omit<CompactCheckpoint, 'current'>,
): Pick<FitOptions, 'onBatch' | 'onCheckpoint' | 'resume'> {
  const [from, to] = BEGINS[stage];
  return {
    ...(onProgress && {
      onBatch: ({ epoch, batch, batches, loss }) =>
        onProgress(
          from + ((to - from) * (epoch * batches + batch + 1)) / (epochs * batches),
          `${stage}, loss ${loss.toFixed(4)}`,
        ),
    }),
    ...(onCheckpoint && { onCheckpoint: (state) => onCheckpoint({ ...now(), current: { stage, state } }) }),
    ...(resume?.current.stage === stage && { resume: resume.current.state }),
  };
}

/** First field of the text of a checkpoint. */
const FORMAT = 'distill-rtl/compact-checkpoint/1';

/** Write a checkpoint as JSON text. */
export function serializeCompactCheckpoint({ finished, points, current }: CompactCheckpoint): string {
  const { assistant, start } = finished;
  return JSON.stringify({
    format: FORMAT,
    finished: {
      ...(assistant && { assistant: serializeNetwork(assistant) }),
      ...(start && { start: serializeNetwork(start) }),
    },
    points: points.map((point) => ({ ...point, network: serializeNetwork(point.network) })),
    current: { stage: current.stage, state: serializeCheckpoint(current.state) },
  });
}

interface PlainCheckpoint {
  readonly format?: unknown;
  readonly finished: { readonly assistant?: string; readonly start?: string };
  readonly points: readonly (Omit<FrontPoint, 'network'> & { readonly network: string })[];
  readonly current: { readonly stage: CompactStage; readonly state: string };
}

/**
 * Read a checkpoint from its JSON text.
 *
 * @throws FormatError if the text is none
 */
export function parseCompactCheckpoint(text: string): CompactCheckpoint {
  let raw: PlainCheckpoint;
  try {
    raw = JSON.parse(text) as PlainCheckpoint;
  } catch (error) {
    throw new FormatError(`The checkpoint of a compact network is not valid JSON: ${(error as Error).message}.`);
  }
  if (raw?.format !== FORMAT) {
    throw new FormatError(
      `The checkpoint of a compact network has format ${JSON.stringify(raw?.format) ?? 'none'}; this version reads "${FORMAT}".`,
    );
  }
  const { finished, points, current } = raw;
  if (finished === undefined || points === undefined || !Object.hasOwn(BEGINS, current?.stage)) {
    throw new FormatError('The checkpoint of a compact network lacks "finished", "points" or "current".');
  }
  return {
    finished: {
      ...(finished.assistant !== undefined && { assistant: parseNetwork(finished.assistant) }),
      ...(finished.start !== undefined && { start: parseNetwork(finished.start) }),
    },
    points: points.map((point) => ({ ...point, network: parseNetwork(point.network) })),
    current: { stage: current.stage, state: parseCheckpoint(current.state) },
  };
}
