/** What each network costs: parameters to store, and floating-point operations per particle and per event. */
import { kernelSparsities } from '../../../compression/index.ts';
import { multiplyAccumulates, type Network, parameterCount } from '../../../network/index.ts';

/** Cost of one network. */
export interface NetworkCost {
  readonly name: string;
  /** Trainable numbers, batch normalisation included. */
  readonly parameters: number;
  /** Kernel weights that are not 0; null where they are not counted. */
  readonly nonZeroWeights: number | null;
  /** Multiplications and additions per particle; those by weights of 0 count too. */
  readonly operations: number;
}

/** Padded particles of a published event, for which its operations are printed. */
export const publishedSlots = 9000;

/**
 * Count what a student costs.
 *
 * @param parameters - trainable numbers, where folding has removed some. @defaultValue those of the network
 */
export function studentCost(name: string, network: Network, parameters: number = parameterCount(network)): NetworkCost {
  return {
    name,
    parameters,
    nonZeroWeights: kernelSparsities(network).reduce((sum, { weights, zeros }) => sum + weights - zeros, 0),
    operations: 2 * multiplyAccumulates(network),
  };
}

/** Millions of operations for so many particles. */
export function megaflop({ operations }: NetworkCost, particles: number): number {
  return (operations * particles) / 1e6;
}
