/** The hardware view of every layer kind, by the name of the kind. */
import type { HardwareKind } from '../hardware-layer.ts';
import type { Lowering, LoweringContext } from '../lowering.ts';
import { affineParameters, lowerAffine } from './affine.ts';
import { lowerBinaryTanh } from './binary-tanh.ts';
import { lowerClippedRelu } from './clipped-relu.ts';
import { lowerConcatenate } from './concatenate.ts';
import { lowerConvolution, lowerDepthwiseConvolution } from './convolution.ts';
import { lowerDense } from './dense.ts';
import type { ElementParameter } from './element-parameters.ts';
import { lowerElu, lowerSelu } from './elu.ts';
import { lowerHardSigmoid, lowerHardTanh } from './hard-sigmoid.ts';
import { lowerLeakyRelu } from './leaky-relu.ts';
import { lowerLinear } from './linear.ts';
import { lowerMerge } from './merge.ts';
import { lowerGlobalPooling, lowerPooling } from './pooling.ts';
import { lowerPrelu, preluParameters } from './prelu.ts';
import { lowerRelu } from './relu.ts';
import { lowerSoftmax } from './softmax.ts';
import { lowerTableActivation } from './table-activation.ts';
import { lowerTernaryTanh } from './ternary-tanh.ts';
import { lowerTernaryThreshold, ternaryThresholdParameters } from './ternary-threshold.ts';
import { lowerThresholdedRelu } from './thresholded-relu.ts';

export const lowerings: Readonly<Record<HardwareKind, Lowering>> = {
  affine: lowerAffine,
  binaryTanh: lowerBinaryTanh,
  clippedRelu: lowerClippedRelu,
  concatenate: lowerConcatenate,
  conv1d: lowerConvolution,
  conv2d: lowerConvolution,
  dense: lowerDense,
  depthwiseConv1d: lowerDepthwiseConvolution,
  depthwiseConv2d: lowerDepthwiseConvolution,
  elu: lowerElu,
  // The elements stay in row-major order; kept as a layer only for the cast to a result format.
  flatten: lowerLinear,
  globalPooling: lowerGlobalPooling,
  hardSigmoid: lowerHardSigmoid,
  hardTanh: lowerHardTanh,
  leakyRelu: lowerLeakyRelu,
  linear: lowerLinear,
  merge: lowerMerge,
  pooling1d: lowerPooling,
  pooling2d: lowerPooling,
  prelu: lowerPrelu,
  relu: lowerRelu,
  reshape: lowerLinear,
  selu: lowerSelu,
  sigmoid: lowerTableActivation,
  softmax: lowerSoftmax,
  softplus: lowerTableActivation,
  softsign: lowerTableActivation,
  tanh: lowerTableActivation,
  ternaryTanh: lowerTernaryTanh,
  ternaryThreshold: lowerTernaryThreshold,
  thresholdedRelu: lowerThresholdedRelu,
};

/** The parameters of single elements or channels, for the kinds that have such. */
export const elementParameters: Readonly<
  Partial<Record<HardwareKind, (context: LoweringContext) => readonly ElementParameter[]>>
> = {
  affine: affineParameters,
  prelu: preluParameters,
  ternaryThreshold: ternaryThresholdParameters,
};
