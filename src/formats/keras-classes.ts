/**
 * Keras layer classes, each turned into layers of our own: one table, one entry per class.
 *
 * An activation inside a dense layer becomes a layer of its own named `<dense>_<activation>`, as hls4ml does, so that
 * layer-by-layer comparison finds the same names. TernaryDense is hls4ml's: its weights are −1, 0 and 1, where a
 * float weight above ½ counts as 1 and one at or below −½ as −1.
 */
import { FormatError, ShapeError, UnsupportedError, ValueError } from '../errors.ts';
import type { Tensor } from '../tensor/index.ts';
import { booleanField, type Fields, integerField, isFields, numberField } from './config-fields.ts';
import { type ImportedLayer, imported } from './imported-layer.ts';
import { activationLayer, type KerasVersion } from './keras-activation.ts';
import { readQuantizer, weightQuantizer } from './qkeras-quantizer.ts';
import { floatTensor, parameterTensor, shapeText, type WeightLookup } from './weights.ts';

/** What the table's entries know about the layer they turn. */
export interface ClassContext {
  readonly name: string;
  readonly class: string;
  readonly config: Fields;
  /** Shape of one input sample; undefined for the first layer of a Sequential that does not say. */
  readonly inputShape: readonly number[] | undefined;
  readonly weight: WeightLookup;
  readonly version: KerasVersion;
}

/** Layers to chain (none: the input passes through) and the shape of one sample of the result. */
export interface ClassResult {
  readonly layers: readonly ImportedLayer[];
  readonly inputShape: readonly number[];
  readonly outputShape: readonly number[];
}

const ownerOf = (context: ClassContext): string => `Layer "${context.name}" (${context.class})`;

const knownShape = (context: ClassContext): readonly number[] => {
  if (context.inputShape !== undefined) return context.inputShape;
  throw new ShapeError(`${ownerOf(context)} is the first of the model, but no input shape is given for it.`);
};

const sameShape = (context: ClassContext, ...layers: ImportedLayer[]): ClassResult => {
  const shape = knownShape(context);
  return { layers, inputShape: shape, outputShape: shape };
};

const mapTensor = (tensor: Tensor, change: (value: number) => number): Tensor =>
  floatTensor(tensor.shape, Array.from(tensor.data, change));

const ternarise = (weight: number): number => (weight > 0.5 ? 1 : weight <= -0.5 ? -1 : 0);

type WeightRule = (context: ClassContext) => {
  readonly kernel?: (value: number) => number;
  readonly bias?: (value: number) => number;
  readonly precision?: Readonly<Record<string, string>>;
};

const denseWith =
  (rule: WeightRule) =>
  (context: ClassContext): ClassResult => {
    const { name, config, weight } = context;
    const owner = ownerOf(context);
    const units = integerField(config, 'units', owner, 1);
    const useBias = booleanField(config, 'use_bias', owner, true);
    const foundKernel = weight(name, 'kernel');
    const inputShape = context.inputShape ?? (foundKernel?.shape.length === 2 ? [foundKernel.shape[0]] : undefined);
    if (inputShape === undefined) return { ...sameShape(context), outputShape: [units] };
    const features = inputShape.at(-1);
    if (features === undefined)
      throw new ShapeError(`${owner} needs an input with at least one axis, but gets a scalar.`);

    const rules = rule(context);
    const kernel = parameterTensor(name, 'kernel', foundKernel, [features, units]);
    const parameters: Record<string, Tensor> = { kernel: rules.kernel ? mapTensor(kernel, rules.kernel) : kernel };
    if (useBias) {
      const bias = parameterTensor(name, 'bias', weight(name, 'bias'), [units]);
      parameters['bias'] = rules.bias ? mapTensor(bias, rules.bias) : bias;
    }
    const dense = imported(name, 'dense', { units, useBias }, parameters, rules.precision);
    const activation = readQuantizer(config['activation']);
    const after =
      activation === undefined || activation.name === 'linear'
        ? []
        : [activationLayer(`${name}_${activation.name}`, activation, owner, context.version)];
    return { layers: [dense, ...after], inputShape, outputShape: [...inputShape.slice(0, -1), units] };
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

const lastAxisOnly = (context: ClassContext, fallback: number): void => {
  const raw = context.config['axis'] ?? fallback;
  const axes = Array.isArray(raw) ? raw : [raw];
  const rank = knownShape(context).length;
  // Keras counts the batch axis, so the last axis of a sample of rank r is axis r.
  if (axes.length !== 1 || (axes[0] !== -1 && axes[0] !== rank)) {
    throw new UnsupportedError(
      `${ownerOf(context)} works along axis ${JSON.stringify(raw)}, but only the last axis (-1 or ${rank}) is supported.`,
    );
  }
};

const batchNormalization = (context: ClassContext): ClassResult => {
  const { name, config, weight } = context;
  const owner = ownerOf(context);
  const inputShape = context.inputShape ?? weight(name, 'movingMean')?.shape;
  if (inputShape === undefined) return sameShape(context);
  lastAxisOnly({ ...context, inputShape }, -1);
  const shape = [inputShape.at(-1) ?? 0];
  const constant = (value: number): Tensor =>
    floatTensor(
      shape,
      Array.from({ length: shape[0] }, () => value),
    );
  const read = (role: string): Tensor => parameterTensor(name, role, weight(name, role), shape);
  const movingVariance = read('movingVariance');
  const negative = movingVariance.data.findIndex((value) => value < 0);
  if (negative >= 0) {
    throw new ValueError(
      `${owner} has moving variance ${movingVariance.data[negative]} at [${negative}], but a variance is at least 0.`,
    );
  }
  const layer = imported(
    name,
    'batchNormalization',
    {
      epsilon: numberField(config, 'epsilon', owner, 0.001),
      momentum: numberField(config, 'momentum', owner, 0.99),
    },
    {
      gamma: booleanField(config, 'scale', owner, true) ? read('gamma') : constant(1),
      beta: booleanField(config, 'center', owner, true) ? read('beta') : constant(0),
      movingMean: read('movingMean'),
      movingVariance,
    },
  );
  return { layers: [layer], inputShape, outputShape: inputShape };
};

const activation = (context: ClassContext): ClassResult => {
  const value = readQuantizer(context.config['activation']);
  if (value === undefined) throw new FormatError(`${ownerOf(context)} names no activation.`);
  return sameShape(context, activationLayer(context.name, value, ownerOf(context), context.version));
};

const relu = (context: ClassContext): ClassResult => {
  const { config, name } = context;
  const owner = ownerOf(context);
  for (const [key, neutral] of [
    ['max_value', null],
    ['threshold', 0],
  ] as const) {
    const value = config[key] ?? neutral;
    if (value !== neutral) {
      throw new UnsupportedError(`${owner} has ${key} ${JSON.stringify(value)}, but only ${neutral} is supported.`);
    }
  }
  const slope = Array.isArray(config['negative_slope'])
    ? numberField({ negative_slope: config['negative_slope'][0] }, 'negative_slope', owner, 0)
    : numberField(config, 'negative_slope', owner, 0);
  return sameShape(context, slope === 0 ? imported(name, 'relu', {}) : imported(name, 'leakyRelu', { slope }));
};

const leakyRelu = (context: ClassContext): ClassResult => {
  const { config, name } = context;
  // Keras 2 calls the slope alpha and wraps a numpy scalar as {"class_name": "__numpy__", "config": …} or a plain number.
  const wrapped = config['alpha'];
  const alpha = isFields(wrapped) ? { alpha: wrapped['value'] ?? wrapped['config'] } : config;
  const slope =
    config['negative_slope'] === undefined
      ? numberField(alpha, 'alpha', ownerOf(context), 0.3)
      : numberField(config, 'negative_slope', ownerOf(context));
  return sameShape(context, imported(name, 'leakyRelu', { slope }));
};

const softmax = (context: ClassContext): ClassResult => {
  lastAxisOnly(context, -1);
  return sameShape(context, imported(context.name, 'softmax', {}));
};

const dropout = (context: ClassContext): ClassResult => {
  const rate = numberField(context.config, 'rate', ownerOf(context), 0.5);
  if (rate < 0 || rate >= 1) {
    throw new ValueError(`${ownerOf(context)} has rate ${rate}, but a dropout rate is at least 0 and less than 1.`);
  }
  return sameShape(context, imported(context.name, 'dropout', { rate }));
};

const reshapeOfVector = (context: ClassContext): ClassResult => {
  const shape = knownShape(context);
  const target = context.class === 'Flatten' ? shape : context.config['target_shape'];
  const isSame = Array.isArray(target) && target.length === 1 && (target[0] === -1 || target[0] === shape[0]);
  if (shape.length !== 1 || !isSame) {
    throw new UnsupportedError(
      `${ownerOf(context)} reshapes ${shapeText(shape)}, but only vectors that keep their shape are supported.`,
    );
  }
  return sameShape(context);
};

/** What each Keras class becomes. */
export const kerasClasses: Readonly<Record<string, (context: ClassContext) => ClassResult>> = {
  Dense: denseWith(() => ({})),
  QDense: denseWith(quantizedWeights),
  TernaryDense: denseWith(() => ({ kernel: ternarise, precision: { weight: 'ap_int<2>' } })),
  BatchNormalization: batchNormalization,
  Activation: activation,
  QActivation: activation,
  ReLU: relu,
  LeakyReLU: leakyRelu,
  Softmax: softmax,
  Dropout: dropout,
  Flatten: reshapeOfVector,
  Reshape: reshapeOfVector,
};
