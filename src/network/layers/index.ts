/** The layer kinds: their types and the registry. */
export type { AffineAttributes } from './affine.ts';
export type { BatchNormalizationAttributes } from './batch-normalization.ts';
export type { Initializer, LayerContext, LayerDefinition, ParameterSpec } from './definition.ts';
export type { DenseAttributes } from './dense.ts';
export type { DropoutAttributes } from './dropout.ts';
export type { HardSigmoidAttributes } from './hard-sigmoid.ts';
export type { HardTanhAttributes } from './hard-tanh.ts';
export type { LayerAttributes, LayerKind } from './kinds.ts';
export type { LeakyReluAttributes } from './leaky-relu.ts';
export type { LinearAttributes } from './linear.ts';
export { definitionOf, isLayerKind, layerKinds, layerRegistry } from './registry.ts';
export type { ReluAttributes } from './relu.ts';
export type { SigmoidAttributes } from './sigmoid.ts';
export type { SoftmaxAttributes } from './softmax.ts';
export type { TanhAttributes } from './tanh.ts';
export type { TernaryTanhAttributes } from './ternary-tanh.ts';
