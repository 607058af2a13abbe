/** The closed set of layer kinds and the attributes type of each, as types only. */
import type { AffineAttributes } from './affine.ts';
import type { BatchNormalizationAttributes } from './batch-normalization.ts';
import type { DenseAttributes } from './dense.ts';
import type { DropoutAttributes } from './dropout.ts';
import type { HardSigmoidAttributes } from './hard-sigmoid.ts';
import type { HardTanhAttributes } from './hard-tanh.ts';
import type { LeakyReluAttributes } from './leaky-relu.ts';
import type { LinearAttributes } from './linear.ts';
import type { ReluAttributes } from './relu.ts';
import type { SigmoidAttributes } from './sigmoid.ts';
import type { SoftmaxAttributes } from './softmax.ts';
import type { TanhAttributes } from './tanh.ts';
import type { TernaryTanhAttributes } from './ternary-tanh.ts';

/** Attributes type of each layer kind. */
export interface LayerAttributes {
  readonly dense: DenseAttributes;
  readonly batchNormalization: BatchNormalizationAttributes;
  readonly affine: AffineAttributes;
  readonly relu: ReluAttributes;
  readonly leakyRelu: LeakyReluAttributes;
  readonly sigmoid: SigmoidAttributes;
  readonly tanh: TanhAttributes;
  readonly hardSigmoid: HardSigmoidAttributes;
  readonly hardTanh: HardTanhAttributes;
  readonly softmax: SoftmaxAttributes;
  readonly dropout: DropoutAttributes;
  readonly linear: LinearAttributes;
  readonly ternaryTanh: TernaryTanhAttributes;
}

/** Name of a layer kind. */
export type LayerKind = keyof LayerAttributes;
