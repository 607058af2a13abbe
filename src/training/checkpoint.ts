/**
 * Checkpoints: everything that training needs to go on with the same bits, as plain data and as JSON text.
 *
 * Random numbers need no state of their own: each epoch and batch draws from a split of the stream named by its number,
 * so the state of the root stream is enough.
 */
import { FormatError } from '../errors.ts';
import { decodeFloats, encodeFloats, parseNetwork, serializeNetwork } from '../network/index.ts';
import type { Network } from '../network/index.ts';
import { sizeOfShape, tensor, toFloats } from '../tensor/index.ts';
import type { OptimizerState } from './optimizers/index.ts';
import type { PlateauState } from './schedules/index.ts';
import type { CompanionValues } from './training-transform.ts';

/** One finished epoch. */
export interface EpochRecord {
  /** Counts from 0. */
  readonly epoch: number;
  /** Mean loss over the batches of the epoch, as seen while training. */
  readonly loss: number;
  /** Loss over the validation data after the epoch, or null without such data. */
  readonly validationLoss: number | null;
  /** Learning rate of the last batch. */
  readonly learningRate: number;
}

/** The best epoch so far and its parameters, as stored before `finish` of the transforms. */
export interface BestRecord {
  readonly epoch: number;
  readonly loss: number;
  readonly network: Network;
  readonly companions: CompanionValues;
  /** States of the transforms at that epoch by name. */
  readonly transforms: Readonly<Record<string, unknown>>;
}

/** State of a training between two batches. */
export interface Checkpoint {
  /** The network with its current parameters. */
  readonly network: Network;
  /** Values trained beside the network, by `transform/name`. */
  readonly companions: CompanionValues;
  /** Its buffers are those of the trained parameters, then those of the companions. */
  readonly optimizer: OptimizerState;
  /** Epoch of the next batch, from 0. */
  readonly epoch: number;
  /** Number of the next batch within its epoch, from 0. */
  readonly batch: number;
  /** Samples in the training data, to notice other data. */
  readonly samples: number;
  /** Identity of the source of the training data, if it has one. */
  readonly source?: string;
  readonly batchSize: number;
  /** State of the stream that training was given. */
  readonly stream: unknown;
  /** States of the transforms by name. */
  readonly transforms: Readonly<Record<string, unknown>>;
  readonly plateau: PlateauState | null;
  readonly best: BestRecord | null;
  /** Epochs since the best one that count against patience. */
  readonly badEpochs: number;
  /** Sum of loss times samples over the batches of the unfinished epoch. */
  readonly lossSum: number;
  readonly history: readonly EpochRecord[];
}

/** First field of the text of a checkpoint. */
export const checkpointFormat = 'distill-rtl/checkpoint/1';

const fields: readonly string[] =
  'network optimizer epoch batch samples batchSize stream transforms plateau best badEpochs lossSum history'.split(' ');

/** Write a checkpoint as JSON text; floats keep their bits. */
export const serializeCheckpoint = (checkpoint: Checkpoint): string => {
  const { network, companions, optimizer, best, ...plain } = checkpoint;
  return `${JSON.stringify({
    format: checkpointFormat,
    ...plain,
    network: JSON.parse(serializeNetwork(network)),
    companions: plainCompanions(companions),
    optimizer: {
      step: optimizer.step,
      slots: optimizer.slots.map((slots) =>
        Object.fromEntries(Object.entries(slots).map(([name, values]) => [name, encodeFloats(values)])),
      ),
    },
    best:
      best === null
        ? null
        : {
            ...best,
            network: JSON.parse(serializeNetwork(best.network)),
            companions: plainCompanions(best.companions),
          },
  })}\n`;
};

/**
 * Read a checkpoint from its JSON text.
 *
 * @throws FormatError when the text is no JSON, has another tag or lacks a field
 */
export const parseCheckpoint = (text: string): Checkpoint => {
  let raw: Record<string, unknown>;
  try {
    raw = JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    throw new FormatError(`The checkpoint is not valid JSON: ${(error as Error).message}.`);
  }
  if (raw?.['format'] !== checkpointFormat) {
    throw new FormatError(
      `The checkpoint has format ${JSON.stringify(raw?.['format']) ?? 'none'}; this version reads "${checkpointFormat}".`,
    );
  }
  const missing = fields.find((field) => raw[field] === undefined);
  if (missing !== undefined)
    throw new FormatError(`The checkpoint has no field "${missing}"; it needs ${fields.join(', ')}.`);
  const { format: _format, ...rest } = raw as unknown as Checkpoint & { readonly format: string };
  return {
    ...rest,
    network: parseNetwork(JSON.stringify(raw['network'])),
    companions: parseCompanions(raw['companions']),
    optimizer: parseOptimizerState(raw['optimizer']),
    best:
      rest.best === null
        ? null
        : {
            ...rest.best,
            network: parseNetwork(JSON.stringify(rest.best.network)),
            companions: parseCompanions(rest.best.companions),
          },
  };
};

const plainCompanions = (companions: CompanionValues): unknown =>
  Object.fromEntries(
    Object.entries(companions).map(([name, value]) => [
      name,
      { shape: value.shape, data: encodeFloats(toFloats(value)) },
    ]),
  );

/** A checkpoint from before there were companions has none. */
const parseCompanions = (raw: unknown): CompanionValues =>
  Object.fromEntries(
    Object.entries((raw ?? {}) as Readonly<Record<string, unknown>>).map(([name, value]) => {
      const { shape, data } = value as { readonly shape?: unknown; readonly data?: unknown };
      const values = typeof data === 'string' ? decodeFloats(data) : null;
      if (values !== null && Array.isArray(shape) && sizeOfShape(shape as number[]) === values.length)
        return [name, tensor(values, shape as number[])];
      throw new FormatError(
        `Companion "${name}" of the checkpoint is damaged; it must be a shape and base64 of 32-bit floats.`,
      );
    }),
  );

const parseOptimizerState = (raw: unknown): OptimizerState => {
  const state = raw as { readonly step?: unknown; readonly slots?: unknown } | null;
  if (typeof state?.step !== 'number' || !Array.isArray(state.slots)) {
    throw new FormatError(
      'Field "optimizer" of the checkpoint lacks "step" or "slots"; it must have a number and a list.',
    );
  }
  const decode = (text: unknown, name: string): Float32Array => {
    const values = typeof text === 'string' ? decodeFloats(text) : null;
    if (values !== null) return values;
    throw new FormatError(
      `Buffer "${name}" of the optimizer in the checkpoint is damaged; it must be base64 of 32-bit floats.`,
    );
  };
  return {
    step: state.step,
    slots: (state.slots as readonly Readonly<Record<string, unknown>>[]).map((slots) =>
      Object.fromEntries(Object.entries(slots).map(([name, text]) => [name, decode(text, name)])),
    ),
  };
};
