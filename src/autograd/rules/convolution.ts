/** Gradients of convolutions: a convolution and its transpose are each other's way back. */
import * as t from '../../tensor/index.ts';
import type { ConvolutionOptions, Tensor } from '../../tensor/index.ts';
import type { RuleTable } from './rule.ts';

/** Attributes by primitive. */
export interface ConvolutionAttributes {
  /** Inputs: x, kernel. */
  convolve: ConvolutionOptions;
  /** Inputs: x, shaped as a result of the convolution; kernel. */
  convolveTransposed: ConvolutionOptions;
}

export const convolutionRules: RuleTable<ConvolutionAttributes> = {
  convolve: (g, { inputs, attributes, wants }) => {
    const [x, kernel] = inputs as [Tensor, Tensor];
    return [
      wants[0] ? t.convolveInputGradient(g, kernel, attributes, x.shape) : null,
      wants[1] ? t.convolveKernelGradient(x, g, attributes, kernel.shape) : null,
    ];
  },
  // Linear in x as the input gradient is in g, so that g takes the place of the convolved input.
  convolveTransposed: (g, { inputs, attributes, wants }) => {
    const [x, kernel] = inputs as [Tensor, Tensor];
    return [
      wants[0] ? t.convolve(g, kernel, attributes) : null,
      wants[1] ? t.convolveKernelGradient(g, x, attributes, kernel.shape) : null,
    ];
  },
};
