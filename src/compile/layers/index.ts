/** The hardware view of every layer kind, by the name of the kind. */
import type { HardwareKind } from '../hardware-layer.ts';
import type { Lowering } from '../lowering.ts';
import { lowerAffine } from './affine.ts';
import { lowerDense } from './dense.ts';
import { lowerHardSigmoid, lowerHardTanh } from './hard-sigmoid.ts';
import { lowerLeakyRelu } from './leaky-relu.ts';
import { lowerLinear } from './linear.ts';
import { lowerRelu } from './relu.ts';
import { lowerSoftmax } from './softmax.ts';
import { lowerTableActivation } from './table-activation.ts';
import { lowerTernaryTanh } from './ternary-tanh.ts';
import { lowerTernaryThreshold } from './ternary-threshold.ts';

export const lowerings: Readonly<Record<HardwareKind, Lowering>> = {
  affine: lowerAffine,
  dense: lowerDense,
  hardSigmoid: lowerHardSigmoid,
  hardTanh: lowerHardTanh,
  leakyRelu: lowerLeakyRelu,
  linear: lowerLinear,
  relu: lowerRelu,
  sigmoid: lowerTableActivation,
  softmax: lowerSoftmax,
  tanh: lowerTableActivation,
  ternaryTanh: lowerTernaryTanh,
  ternaryThreshold: lowerTernaryThreshold,
};
