/**
 * Keras's convolutions over one and two axes: full, depthwise and separable, plain and with QKeras's quantizers.
 *
 * A separable convolution becomes two layers, `<layer>_depthwise` and `<layer>_pointwise`, as hls4ml calls them; the bias
 * belongs to the second.
 */
import { UnsupportedError } from '../errors.ts';
import { type ConvolutionGeometry, slidingWindows } from '../network/index.ts';
import { integerField } from './config-fields.ts';
import { type ClassContext, type KerasClass, ownerOf } from './keras-class.ts';
import { imageShape, integersField, paddingField } from './keras-image.ts';
import { asWritten, innerActivation, quantizedWeights, weightedLayer, type WeightRule } from './keras-weighted.ts';
import { parameterTensor } from './weights.ts';

/** Number of spatial axes. */
type Rank = 1 | 2;

/** How the windows lie, what they lie on, and the spatial extents of the result. */
const geometryOf = (
  context: ClassContext,
  rank: Rank,
): {
  readonly geometry: ConvolutionGeometry;
  readonly inputShape: readonly number[];
  readonly windows: readonly number[];
} => {
  const { config } = context;
  const owner = ownerOf(context);
  const inputShape = imageShape(context, rank);
  const geometry = {
    size: integersField(config, 'kernel_size', owner, rank),
    strides: integersField(config, 'strides', owner, rank, 1),
    dilation: integersField(config, 'dilation_rate', owner, rank, 1),
    padding: paddingField(config, owner, rank === 1 ? ['valid', 'same', 'causal'] : ['valid', 'same']),
  };
  return { geometry, inputShape, windows: slidingWindows(inputShape.slice(0, -1), geometry).shape };
};

const convolutionWith =
  (rank: Rank, rule: WeightRule): KerasClass =>
  (context) => {
    const { name, config, weight } = context;
    const owner = ownerOf(context);
    const { geometry, inputShape, windows } = geometryOf(context, rank);
    const groups = integerField(config, 'groups', owner, 1, 1);
    if (groups !== 1) throw new UnsupportedError(`${owner} has ${groups} groups, but only 1 is supported.`);
    const filters = integerField(config, 'filters', owner, 1);
    const shape = [...geometry.size, inputShape.at(-1)!, filters];
    const layer = weightedLayer(context, rule(context), {
      kind: rank === 1 ? 'conv1d' : 'conv2d',
      kernel: parameterTensor(name, 'kernel', weight(name, 'kernel'), shape),
      outputs: filters,
      attributes: { filters, ...geometry },
    });
    return { layers: [layer, ...innerActivation(context)], inputShape, outputShape: [...windows, filters] };
  };

/** The depthwise part of a layer. */
const depthwiseLayer = (
  context: ClassContext,
  rank: Rank,
  rule: WeightRule,
  own: { readonly name?: string; readonly useBias?: boolean },
) => {
  const { name, config, weight } = context;
  const { geometry, inputShape, windows } = geometryOf(context, rank);
  const channels = inputShape.at(-1)!;
  const depthMultiplier = integerField(config, 'depth_multiplier', ownerOf(context), 1, 1);
  const shape = [...geometry.size, channels, depthMultiplier];
  const layer = weightedLayer(context, rule(context, 'depthwise_quantizer'), {
    ...own,
    kind: rank === 1 ? 'depthwiseConv1d' : 'depthwiseConv2d',
    kernel: parameterTensor(name, 'depthwise kernel', weight(name, 'depthwiseKernel'), shape),
    outputs: channels * depthMultiplier,
    attributes: { ...geometry, depthMultiplier },
  });
  return { layer, inputShape, outputShape: [...windows, channels * depthMultiplier] };
};

const depthwiseWith =
  (rank: Rank, rule: WeightRule): KerasClass =>
  (context) => {
    const { layer, ...shapes } = depthwiseLayer(context, rank, rule, {});
    return { layers: [layer, ...innerActivation(context)], ...shapes };
  };

const separableWith =
  (rank: Rank, rule: WeightRule): KerasClass =>
  (context) => {
    const { name, config, weight } = context;
    const own = { name: `${name}_depthwise`, useBias: false };
    const { layer: depthwise, inputShape, outputShape: between } = depthwiseLayer(context, rank, rule, own);
    const filters = integerField(config, 'filters', ownerOf(context), 1);
    const ones = new Array<number>(rank).fill(1);
    const shape = [...ones, between.at(-1)!, filters];
    const pointwise = weightedLayer(context, rule(context, 'pointwise_quantizer'), {
      name: `${name}_pointwise`,
      kind: rank === 1 ? 'conv1d' : 'conv2d',
      kernel: parameterTensor(name, 'pointwise kernel', weight(name, 'pointwiseKernel'), shape),
      outputs: filters,
      attributes: { filters, size: ones, strides: ones, dilation: ones, padding: 'valid' },
    });
    return {
      layers: [depthwise, pointwise, ...innerActivation(context)],
      inputShape,
      outputShape: [...between.slice(0, -1), filters],
    };
  };

/** Convolution classes. */
export const kerasConvolutionClasses: Readonly<Record<string, KerasClass>> = {
  Conv1D: convolutionWith(1, asWritten),
  QConv1D: convolutionWith(1, quantizedWeights),
  Conv2D: convolutionWith(2, asWritten),
  QConv2D: convolutionWith(2, quantizedWeights),
  DepthwiseConv1D: depthwiseWith(1, asWritten),
  DepthwiseConv2D: depthwiseWith(2, asWritten),
  QDepthwiseConv2D: depthwiseWith(2, quantizedWeights),
  SeparableConv1D: separableWith(1, asWritten),
  SeparableConv2D: separableWith(2, asWritten),
  QSeparableConv1D: separableWith(1, quantizedWeights),
  QSeparableConv2D: separableWith(2, quantizedWeights),
};
