/**
 * Keras layer classes, each turned into layers of our own: one table, one entry per class.
 *
 * An activation inside a weighted layer becomes a layer of its own named `<layer>_<activation>`, as hls4ml does, so that
 * layer-by-layer comparison finds the same names.
 */
import { FormatError, UnsupportedError, ValueError } from '../errors.ts';
import { broadcastTo, toFlat, type Tensor } from '../tensor/index.ts';
import { booleanField, isFields, numberField } from './config-fields.ts';
import { imported } from './imported-layer.ts';
import { activationLayer } from './keras-activation.ts';
import { type ClassContext, type ClassResult, type KerasClass, knownShape, ownerOf, sameShape } from './keras-class.ts';
import { kerasConvolutionClasses } from './keras-convolutions.ts';
import { kerasDenseClasses } from './keras-dense.ts';
import { kerasMergeClasses } from './keras-merges.ts';
import { kerasShapeClasses } from './keras-shapes.ts';
import { readQuantizer } from './qkeras-quantizer.ts';
import { floatTensor, parameterTensor } from './weights.ts';

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
  const threshold = numberField(config, 'threshold', owner, 0);
  const limit = config['max_value'] ?? null;
  const slope = Array.isArray(config['negative_slope'])
    ? numberField({ negative_slope: config['negative_slope'][0] }, 'negative_slope', owner, 0)
    : numberField(config, 'negative_slope', owner, 0);
  if ([threshold !== 0, limit !== null, slope !== 0].filter(Boolean).length > 1) {
    throw new UnsupportedError(
      `${owner} has max_value ${JSON.stringify(limit)}, threshold ${threshold} and negative_slope ${slope}, but at most one of them is supported.`,
    );
  }
  if (threshold !== 0) return sameShape(context, imported(name, 'thresholdedRelu', { theta: threshold }));
  if (limit !== null) {
    return sameShape(context, imported(name, 'clippedRelu', { limit: numberField(config, 'max_value', owner) }));
  }
  return sameShape(context, slope === 0 ? imported(name, 'relu', {}) : imported(name, 'leakyRelu', { slope }));
};

const elu = (context: ClassContext): ClassResult =>
  sameShape(
    context,
    imported(context.name, 'elu', { alpha: numberField(context.config, 'alpha', ownerOf(context), 1) }),
  );

const thresholdedRelu = (context: ClassContext): ClassResult =>
  sameShape(
    context,
    imported(context.name, 'thresholdedRelu', { theta: numberField(context.config, 'theta', ownerOf(context), 1) }),
  );

/** Keras shares slopes along axes by weights of length 1 there; ours has one slope per element. */
const prelu = (context: ClassContext): ClassResult => {
  const { name, config, weight } = context;
  const shape = knownShape(context);
  const shared = Array.isArray(config['shared_axes']) ? config['shared_axes'] : [];
  const stored = shape.map((n, axis) => (shared.includes(axis + 1) ? 1 : n));
  const slopes = parameterTensor(name, 'alpha', weight(name, 'alpha'), stored);
  const alpha = toFlat(broadcastTo(slopes, shape));
  return sameShape(context, imported(name, 'prelu', {}, { alpha: floatTensor(shape, alpha) }));
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

/** What each Keras class becomes. */
export const kerasClasses: Readonly<Record<string, KerasClass>> = {
  ...kerasDenseClasses,
  ...kerasConvolutionClasses,
  BatchNormalization: batchNormalization,
  Activation: activation,
  QActivation: activation,
  ReLU: relu,
  LeakyReLU: leakyRelu,
  PReLU: prelu,
  ELU: elu,
  ThresholdedReLU: thresholdedRelu,
  Softmax: softmax,
  Dropout: dropout,
  ...kerasShapeClasses,
  ...kerasMergeClasses,
};
