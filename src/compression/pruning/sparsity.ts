/** How sparse a network is. */
import type { Network } from '../../network/index.ts';
import { toFlat } from '../../tensor/index.ts';

/** Zeros of one kernel. */
export interface KernelSparsity {
  readonly layer: string;
  readonly weights: number;
  readonly zeros: number;
}

/** Count weights and exact zeros of every kernel, in the order of the network. */
export const kernelSparsities = (network: Network): readonly KernelSparsity[] =>
  network.layers.flatMap((layer) => {
    const kernel = layer.parameters['kernel'];
    if (kernel === undefined) return [];
    const flat = toFlat(kernel);
    let zeros = 0;
    for (let i = 0; i < flat.length; i++) if (flat[i] === 0) zeros++;
    return [{ layer: layer.name, weights: flat.length, zeros }];
  });

/** Give the share of exact zeros over all kernels, in [0, 1]; 0 for a network without kernels. */
export const sparsityOf = (network: Network): number => {
  const counts = kernelSparsities(network);
  const weights = counts.reduce((sum, count) => sum + count.weights, 0);
  return weights === 0 ? 0 : counts.reduce((sum, count) => sum + count.zeros, 0) / weights;
};
