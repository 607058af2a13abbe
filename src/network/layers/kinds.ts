/** The closed set of layer kinds and the attributes type of each, as types only. */
import type { AffineAttributes } from './affine.ts';
import type { BatchNormalizationAttributes } from './batch-normalization.ts';
import type { BinaryTanhAttributes } from './binary-tanh.ts';
import type { ClippedReluAttributes } from './clipped-relu.ts';
import type { ConcatenateAttributes } from './concatenate.ts';
import type { ConvolutionAttributes } from './convolution.ts';
import type { DenseAttributes } from './dense.ts';
import type { DepthwiseConvolutionAttributes } from './depthwise-convolution.ts';
import type { DropoutAttributes } from './dropout.ts';
import type { EluAttributes } from './elu.ts';
import type { FlattenAttributes } from './flatten.ts';
import type { GlobalPoolingAttributes } from './global-pooling.ts';
import type { HardSigmoidAttributes } from './hard-sigmoid.ts';
import type { HardTanhAttributes } from './hard-tanh.ts';
import type { LeakyReluAttributes } from './leaky-relu.ts';
import type { LinearAttributes } from './linear.ts';
import type { MergeAttributes } from './merge.ts';
import type { PoolingAttributes } from './pooling.ts';
import type { PreluAttributes } from './prelu.ts';
import type { ReluAttributes } from './relu.ts';
import type { ReshapeAttributes } from './reshape.ts';
import type { SeluAttributes } from './selu.ts';
import type { SigmoidAttributes } from './sigmoid.ts';
import type { SoftmaxAttributes } from './softmax.ts';
import type { SoftplusAttributes } from './softplus.ts';
import type { SoftsignAttributes } from './softsign.ts';
import type { TanhAttributes } from './tanh.ts';
import type { TernaryTanhAttributes } from './ternary-tanh.ts';
import type { ThresholdedReluAttributes } from './thresholded-relu.ts';

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
  readonly binaryTanh: BinaryTanhAttributes;
  readonly elu: EluAttributes;
  readonly selu: SeluAttributes;
  readonly prelu: PreluAttributes;
  readonly clippedRelu: ClippedReluAttributes;
  readonly thresholdedRelu: ThresholdedReluAttributes;
  readonly softplus: SoftplusAttributes;
  readonly softsign: SoftsignAttributes;
  readonly conv1d: ConvolutionAttributes;
  readonly conv2d: ConvolutionAttributes;
  readonly depthwiseConv1d: DepthwiseConvolutionAttributes;
  readonly depthwiseConv2d: DepthwiseConvolutionAttributes;
  readonly pooling1d: PoolingAttributes;
  readonly pooling2d: PoolingAttributes;
  readonly globalPooling: GlobalPoolingAttributes;
  readonly merge: MergeAttributes;
  readonly concatenate: ConcatenateAttributes;
  readonly flatten: FlattenAttributes;
  readonly reshape: ReshapeAttributes;
}

/** Name of a layer kind. */
export type LayerKind = keyof LayerAttributes;
