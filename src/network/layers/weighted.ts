/** The kinds with a kernel: what is pruned, rounded as weights, and takes in a batch normalisation behind it. */
import type { LayerKind } from './kinds.ts';

/** Dense layers and convolutions; their output channels, counted in row-major order, are the last axes of the kernel. */
export const weightedKinds = ['dense', 'conv1d', 'conv2d', 'depthwiseConv1d', 'depthwiseConv2d'] as const;

/** Name of a kind with a kernel. */
export type WeightedKind = (typeof weightedKinds)[number];

/** Tell whether a kind has a kernel. */
export const isWeightedKind = (kind: LayerKind): kind is WeightedKind => weightedKinds.some((known) => known === kind);
