/**
 * How compression takes part in training: a transform of the forward pass with a state that training carries along,
 * saves in checkpoints and hands back at the end. Quantization and pruning are such; so any number of them compose.
 *
 * A participant may bring *companions*: values of its own, such as bit-widths, that the optimiser trains beside the
 * parameters of the network, and a term of the loss that depends on both.
 */
import type { Variable } from '../autograd/index.ts';
import type { Network, ParameterVariables, Transform } from '../network/index.ts';
import type { Tensor } from '../tensor/index.ts';

/** Values of a participant by name. */
export type CompanionValues = Readonly<Record<string, Tensor>>;

/** What a participant with companions does in one step. */
export interface CompanionPass {
  /** Transform of the forward pass. */
  readonly transform: Transform;
  /**
   * Compute a scalar that is added to the loss; the loss of an epoch includes it, that on validation data does not.
   *
   * @param parameters of the network, before any transform
   * @defaultValue none
   */
  readonly penalty?: (parameters: ParameterVariables) => Variable;
}

/** Trained values of a participant, and what it does with them. */
export interface Companion<S> {
  /** Give the values before the first step, all f32; names and shapes stay. */
  readonly initial: (network: Network) => CompanionValues;
  /**
   * Give numbers that a step reads and does not train, such as the weight of the penalty. Names and shapes stay the
   * same; values may differ at every step, which costs no new plan.
   *
   * @param step optimiser steps taken so far
   */
  readonly settings: (state: S, step: number) => CompanionValues;
  /** Describe a step by tensor functions: its computation depends on nothing but what it is given. */
  readonly bind: (values: Readonly<Record<string, Variable>>, settings: CompanionValues) => CompanionPass;
}

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
   * @param companions gives the current values of the participant's own
   */
  readonly update?: (state: S, step: number, network: () => Network, companions: () => CompanionValues) => S;
  /** Give the transform of the forward pass for a state. @defaultValue none */
  readonly transform?: (state: S) => Transform;
  /** Values trained beside the network; their transform comes after `transform`. @defaultValue none */
  readonly companion?: Companion<S>;
  /**
   * Tell whether results after `step` optimiser steps may count as best; pruning says no until it is done.
   *
   * @defaultValue always
   */
  readonly settled?: (step: number) => boolean;
  /** Make the transform part of the network at the end, so that it is computed by the network alone. */
  readonly finish?: (state: S, network: Network, companions: CompanionValues) => Network;
}

/**
 * Hide the state type of a training transform, so that different ones stand in one list.
 *
 * Sound because a state is only ever handed back to the transform that made it, or checked by its own functions.
 */
export const eraseState = <S>(transform: TrainingTransform<S>): TrainingTransform =>
  transform as unknown as TrainingTransform;
