/**
 * Keras classes with a kernel: dense layers and convolutions, plain and with QKeras's quantizers.
 *
 * TernaryDense is hls4ml's: its weights are −1, 0 and 1, where a float weight above ½ counts as 1 and one at or below
 * −½ as −1.
 */
import { ShapeError, UnsupportedError } from '../errors.ts';
import { type LayerAttributes, slidingWindows } from '../network/index.ts';
import type { Tensor } from '../tensor/index.ts';
import { booleanField, integerField } from './config-fields.ts';
import { type ImportedLayer, imported } from './imported-layer.ts';
import { activationLayer } from './keras-activation.ts';
import { type ClassContext, type KerasClass, ownerOf, sameShape } from './keras-class.ts';
import { imageShape, integersField, paddingField } from './keras-image.ts';
import { readQuantizer, weightQuantizer } from './qkeras-quantizer.ts';
import { floatTensor, parameterTensor } from './weights.ts';

const mapTensor = (tensor: Tensor, change: (value: number) => number): Tensor =>
  floatTensor(tensor.shape, Array.from(tensor.data, change));

const ternarise = (weight: number): number => (weight > 0.5 ? 1 : weight <= -0.5 ? -1 : 0);

type WeightRule = (context: ClassContext) => {
  readonly kernel?: (value: number) => number;
  readonly bias?: (value: number) => number;
  readonly precision?: Readonly<Record<string, string>>;
};

/** Make a weighted layer with its rounded parameters, and the layer of the activation inside it. */
const weighted = <K extends 'dense' | 'conv1d' | 'conv2d'>(
  context: ClassContext,
  rules: ReturnType<WeightRule>,
  kernel: Tensor,
  describe: (useBias: boolean) => { readonly kind: K; readonly attributes: LayerAttributes[K] },
): readonly ImportedLayer[] => {
  const { name, config, weight } = context;
  const owner = ownerOf(context);
  const useBias = booleanField(config, 'use_bias', owner, true);
  const parameters: Record<string, Tensor> = { kernel: rules.kernel ? mapTensor(kernel, rules.kernel) : kernel };
  if (useBias) {
    const bias = parameterTensor(name, 'bias', weight(name, 'bias'), [kernel.shape.at(-1)!]);
    parameters['bias'] = rules.bias ? mapTensor(bias, rules.bias) : bias;
  }
  const { kind, attributes } = describe(useBias);
  const layer = imported(name, kind, attributes, parameters, rules.precision);
  const activation = readQuantizer(config['activation']);
  if (activation === undefined || activation.name === 'linear') return [layer];
  return [layer, activationLayer(`${name}_${activation.name}`, activation, owner, context.version)];
};

const denseWith =
  (rule: WeightRule): KerasClass =>
  (context) => {
    const { name, config, weight } = context;
    const owner = ownerOf(context);
    const units = integerField(config, 'units', owner, 1);
    const foundKernel = weight(name, 'kernel');
    const inputShape = context.inputShape ?? (foundKernel?.shape.length === 2 ? [foundKernel.shape[0]] : undefined);
    if (inputShape === undefined) return { ...sameShape(context), outputShape: [units] };
    const features = inputShape.at(-1);
    if (features === undefined)
      throw new ShapeError(`${owner} needs an input with at least one axis, but gets a scalar.`);

    const kernel = parameterTensor(name, 'kernel', foundKernel, [features, units]);
    const layers = weighted(context, rule(context), kernel, (useBias) => ({
      kind: 'dense',
      attributes: { units, useBias },
    }));
    return { layers, inputShape, outputShape: [...inputShape.slice(0, -1), units] };
  };

const quantizedWeights: WeightRule = (context) => {
  const owner = ownerOf(context);
  const kernelQuantizer = readQuantizer(context.config['kernel_quantizer']);
  const biasQuantizer = readQuantizer(context.config['bias_quantizer']);
  const kernel = kernelQuantizer && weightQuantizer(kernelQuantizer, owner);
  const bias = biasQuantizer && weightQuantizer(biasQuantizer, owner);
  return {
    ...(kernel && { kernel: kernel.snap }),
    ...(bias && { bias: bias.snap }),
    precision: { ...(kernel && { weight: kernel.precision }), ...(bias && { bias: bias.precision }) },
  };
};

const convolutionWith =
  (kind: 'conv1d' | 'conv2d', rule: WeightRule): KerasClass =>
  (context) => {
    const { name, config, weight } = context;
    const owner = ownerOf(context);
    const rank = kind === 'conv1d' ? 1 : 2;
    const inputShape = imageShape(context, rank);
    const groups = integerField(config, 'groups', owner, 1, 1);
    if (groups !== 1) throw new UnsupportedError(`${owner} has ${groups} groups, but only 1 is supported.`);
    const filters = integerField(config, 'filters', owner, 1);
    const geometry = {
      size: integersField(config, 'kernel_size', owner, rank),
      strides: integersField(config, 'strides', owner, rank, 1),
      dilation: integersField(config, 'dilation_rate', owner, rank, 1),
      padding: paddingField(config, owner),
    };
    const kernel = parameterTensor(name, 'kernel', weight(name, 'kernel'), [
      ...geometry.size,
      inputShape.at(-1)!,
      filters,
    ]);
    const layers = weighted(context, rule(context), kernel, (useBias) => ({
      kind,
      attributes: { filters, ...geometry, useBias },
    }));
    return { layers, inputShape, outputShape: [...slidingWindows(inputShape.slice(0, -1), geometry).shape, filters] };
  };

const asWritten: WeightRule = () => ({});

/** Classes with a kernel. */
export const kerasWeightedClasses: Readonly<Record<string, KerasClass>> = {
  Dense: denseWith(asWritten),
  QDense: denseWith(quantizedWeights),
  TernaryDense: denseWith(() => ({ kernel: ternarise, precision: { weight: 'ap_int<2>' } })),
  Conv1D: convolutionWith('conv1d', asWritten),
  QConv1D: convolutionWith('conv1d', quantizedWeights),
  Conv2D: convolutionWith('conv2d', asWritten),
  QConv2D: convolutionWith('conv2d', quantizedWeights),
};
