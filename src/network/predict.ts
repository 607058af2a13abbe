/** Predicting many samples: chunk by chunk, at inference, without recording a tape. */
import { ShapeError, ValueError } from '../errors.ts';
import { concat, slice } from '../tensor/index.ts';
import type { Tensor } from '../tensor/index.ts';
import { forward, isTensor, namedInputs } from './forward.ts';
import type { NetworkInputs } from './forward.ts';
import type { Network } from './network.ts';
import type { Transform } from './transform.ts';

/** Options of `predict`. */
export interface PredictOptions {
  /** Samples computed at a time, at least 1; memory grows with it, results do not change. @defaultValue 4096 */
  readonly chunk?: number;
  /** @defaultValue none */
  readonly transform?: Transform;
}

/**
 * Predict the only output for many samples, chunk by chunk, at inference and without recording a tape.
 *
 * @param x samples of shape [n, …sample], or one tensor per input name with equal n
 * @returns predictions of shape [n, …output sample]
 */
export const predict = (network: Network, x: NetworkInputs<Tensor>, options: PredictOptions = {}): Tensor => {
  const chunk = options.chunk ?? 4096;
  if (!Number.isSafeInteger(chunk) || chunk < 1) {
    throw new ValueError(`Option "chunk" of predict is ${chunk}; it must be an integer of at least 1.`);
  }
  const { inputs, samples } = sampleInputs(network, x);
  const forwardOptions = options.transform === undefined ? {} : { transform: options.transform };
  const run = (start: number, end: number): Tensor =>
    forward(
      network,
      Object.fromEntries(
        inputs.map(([name, value]) => [name, start === 0 && end === samples ? value : rows(value, start, end)]),
      ),
      forwardOptions,
    ).value;
  if (samples <= chunk) return run(0, samples);
  const pieces: Tensor[] = [];
  for (let start = 0; start < samples; start += chunk) pieces.push(run(start, Math.min(start + chunk, samples)));
  return concat(pieces, 0);
};

/**
 * Give the inputs by name and their number of samples.
 *
 * @throws ShapeError if an input has another number of samples than the first
 */
export const sampleInputs = (
  network: Network,
  x: NetworkInputs<Tensor>,
): { readonly inputs: readonly (readonly [string, Tensor])[]; readonly samples: number } => {
  const inputs = [...namedInputs(network, x)].map(([name, variable]) => [name, variable.value] as const);
  const samples = inputs[0]![1].shape[0]!;
  const short = inputs.find(([, value]) => value.shape[0] !== samples);
  if (short !== undefined) {
    throw new ShapeError(
      `Input "${short[0]}" has ${short[1].shape[0]} samples and "${inputs[0]![0]}" has ${samples}; all inputs must have equally many.`,
    );
  }
  return { inputs, samples };
};

/** Take rows of the first axis, from `start` (inclusive) to `end` (exclusive). */
export const rows = (value: Tensor, start: number, end: number): Tensor =>
  slice(value, [[start, end], ...value.shape.slice(1).map((length): [number, number] => [0, length])]);

/** Count the samples of a data set from its first axis. */
export const sampleCount = (x: NetworkInputs<Tensor>): number => {
  const first = isTensor(x) ? x : Object.values(x)[0]!;
  return first.shape[0]!;
};
