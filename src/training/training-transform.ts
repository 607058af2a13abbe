/**
 * How compression takes part in training: a transform of the forward pass with a state that training carries along,
 * saves in checkpoints and hands back at the end. Quantization and pruning are such; so any number of them compose.
 */
import type { Network, Transform } from '../network/index.ts';

/** A participant of training; `S` is plain JSON data. */
export interface TrainingTransform<S = unknown> {
  /** Name, unique among the transforms of one training; key of its state in a checkpoint. */
  readonly name: string;
  /** Give the state before the first batch. */
  readonly initial: (network: Network) => S;
  /**
   * Give the state for a batch; return the same object when nothing changed.
   *
   * @param step optimiser steps taken so far
   * @param network gives the network with its current parameters, which may have to be fetched
   */
  readonly update?: (state: S, step: number, network: () => Network) => S;
  /** Give the transform of the forward pass for a state. */
  readonly transform: (state: S) => Transform;
  /**
   * Tell whether results after `step` optimiser steps may count as best; pruning says no until it is done.
   *
   * @defaultValue always
   */
  readonly settled?: (step: number) => boolean;
  /** Make the transform part of the network at the end, so that it is computed by the network alone. */
  readonly finish?: (state: S, network: Network) => Network;
}

/**
 * Hide the state type of a training transform, so that different ones stand in one list.
 *
 * Sound because a state is only ever handed back to the transform that made it, or checked by its own functions.
 */
export const eraseState = <S>(transform: TrainingTransform<S>): TrainingTransform =>
  transform as unknown as TrainingTransform;
