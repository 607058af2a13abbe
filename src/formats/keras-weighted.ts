/** What Keras's classes with a kernel share: how weights are rounded, the bias, and the activation inside the layer. */
import type { LayerAttributes, WeightedKind } from '../network/index.ts';
import type { Tensor } from '../tensor/index.ts';
import { booleanField } from './config-fields.ts';
import { type ImportedLayer, imported } from './imported-layer.ts';
import { activationLayer } from './keras-activation.ts';
import { type ClassContext, ownerOf } from './keras-class.ts';
import { readQuantizer, weightQuantizer } from './qkeras-quantizer.ts';
import { floatTensor, parameterTensor } from './weights.ts';

/** How weights become those of our layer, and with which formats. */
export interface RoundedWeights {
  readonly kernel?: (value: number) => number;
  readonly bias?: (value: number) => number;
  readonly precision?: Readonly<Record<string, string>>;
}

/** Finds out how a layer's weights are rounded. @param kernelQuantizer QKeras's name of the kernel's quantizer */
export type WeightRule = (context: ClassContext, kernelQuantizer?: string) => RoundedWeights;

/** Keras's own layers. */
export const asWritten: WeightRule = () => ({});

/** QKeras's layers. */
export const quantizedWeights: WeightRule = (context, kernelQuantizer = 'kernel_quantizer') => {
  const owner = ownerOf(context);
  const quantizerOf = (key: string) => {
    const quantizer = readQuantizer(context.config[key]);
    return quantizer && weightQuantizer(quantizer, owner);
  };
  const kernel = quantizerOf(kernelQuantizer);
  const bias = quantizerOf('bias_quantizer');
  return {
    ...(kernel && { kernel: kernel.snap }),
    ...(bias && { bias: bias.snap }),
    precision: { ...(kernel && { weight: kernel.precision }), ...(bias && { bias: bias.precision }) },
  };
};

/** A layer with a kernel on its way into our network. */
export interface WeightedLayer<K extends WeightedKind> {
  /** Name of our layer. @defaultValue that of Keras's */
  readonly name?: string;
  readonly kind: K;
  readonly kernel: Tensor;
  /** Output channels, each with a bias. */
  readonly outputs: number;
  /** @defaultValue what the file says */
  readonly useBias?: boolean;
  readonly attributes: Omit<LayerAttributes[K], 'useBias'>;
}

/** Make a layer with its rounded parameters. */
export const weightedLayer = <K extends WeightedKind>(
  context: ClassContext,
  rules: RoundedWeights,
  { name = context.name, kind, kernel, outputs, useBias: given, attributes }: WeightedLayer<K>,
): ImportedLayer => {
  const rounded = (values: Tensor, round: RoundedWeights['kernel']): Tensor =>
    round === undefined ? values : floatTensor(values.shape, Array.from(values.data, round));
  const useBias = given ?? booleanField(context.config, 'use_bias', ownerOf(context), true);
  const parameters: Record<string, Tensor> = { kernel: rounded(kernel, rules.kernel) };
  if (useBias) {
    const bias = parameterTensor(context.name, 'bias', context.weight(context.name, 'bias'), [outputs]);
    parameters['bias'] = rounded(bias, rules.bias);
  }
  // A part without a bias of its own has no format for one either.
  const { bias: _absent, ...ofKernel } = rules.precision ?? {};
  const precision = given === false ? ofKernel : rules.precision;
  return imported<WeightedKind>(name, kind, { ...attributes, useBias } as LayerAttributes[K], parameters, precision);
};

/** The layer of the activation inside a weighted one, `<layer>_<activation>`; none for linear. */
export const innerActivation = (context: ClassContext): readonly ImportedLayer[] => {
  const activation = readQuantizer(context.config['activation']);
  if (activation === undefined || activation.name === 'linear') return [];
  return [activationLayer(`${context.name}_${activation.name}`, activation, ownerOf(context), context.version)];
};
