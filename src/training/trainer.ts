/**
 * What takes optimiser steps: it holds the network and the buffers of the optimiser while training runs.
 *
 * Two kinds give the same bits: one computes with tensor functions, the other runs a plan in WebAssembly on any number of
 * workers. Both are stateful; what training saves is copied out of them.
 */
import type { Network } from '../network/index.ts';
import type { NamedDataset } from './dataset.ts';
import type { OptimizerState, StepRates } from './optimizers/index.ts';
import type { BoundStep } from './step-pass.ts';
import type { CompanionValues } from './training-transform.ts';

/** Where training stands, for messages. */
export interface Position {
  readonly epoch: number;
  readonly batch: number;
}

/** Takes steps on a network. */
export interface Trainer {
  /** Optimiser steps taken so far, those before a resumed checkpoint included. */
  readonly steps: () => number;
  /** The network with its current parameters. */
  readonly network: () => Network;
  /** Values trained beside the network, by flat name; the same object as long as no step was taken. */
  readonly companions: () => CompanionValues;
  readonly optimizer: () => OptimizerState;
  /**
   * Take a step on a batch.
   *
   * @param step what the participants do; its pass is the same object as long as it does the same
   * @returns the loss before the step
   * @throws ValueError naming batch and epoch when loss or gradients are not finite
   */
  readonly train: (batch: NamedDataset, step: BoundStep, rates: StepRates, at: Position) => Promise<number>;
  /** End its workers. */
  readonly close: () => Promise<void>;
}

/** What a trainer starts from. */
export interface TrainerState {
  readonly network: Network;
  readonly companions: CompanionValues;
  /** Its buffers are those of the trained parameters, then those of the companions. */
  readonly optimizer: OptimizerState;
}
