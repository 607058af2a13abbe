/** Keras classes without parameters that change the shape: poolings, flatten and reshape. */
import { ShapeError, UnsupportedError } from '../errors.ts';
import { slidingWindows } from '../network/index.ts';
import { booleanField } from './config-fields.ts';
import { imported } from './imported-layer.ts';
import { type ClassContext, type ClassResult, type KerasClass, knownShape, ownerOf, sameShape } from './keras-class.ts';
import { imageShape, integersField, paddingField } from './keras-image.ts';
import { shapeText } from './weights.ts';

type Operation = 'maximum' | 'average';

const pooling =
  (kind: 'pooling1d' | 'pooling2d', operation: Operation): KerasClass =>
  (context) => {
    const { config, name } = context;
    const owner = ownerOf(context);
    const rank = kind === 'pooling1d' ? 1 : 2;
    const inputShape = imageShape(context, rank);
    const size = integersField(config, 'pool_size', owner, rank, 2);
    const strides = integersField(config, 'strides', owner, rank, size);
    const geometry = { size, strides, padding: paddingField(config, owner, ['valid', 'same']) };
    const layer = imported(name, kind, { operation, ...geometry, countPadding: false });
    const { shape } = slidingWindows(inputShape.slice(0, -1), geometry);
    return { layers: [layer], inputShape, outputShape: [...shape, inputShape.at(-1)!] };
  };

const globalPooling =
  (rank: number, operation: Operation): KerasClass =>
  (context) => {
    const inputShape = imageShape(context, rank);
    const keepAxes = booleanField(context.config, 'keepdims', ownerOf(context), false);
    const channels = inputShape.at(-1)!;
    return {
      layers: [imported(context.name, 'globalPooling', { operation, keepAxes })],
      inputShape,
      outputShape: keepAxes ? [...inputShape.slice(1).fill(1), channels] : [channels],
    };
  };

const count = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

const flatten = (context: ClassContext): ClassResult => {
  const inputShape = knownShape(context);
  const order = context.config['data_format'] ?? 'channels_last';
  if (order !== 'channels_last') {
    throw new UnsupportedError(
      `${ownerOf(context)} has data_format ${JSON.stringify(order)}, but only channels_last is supported.`,
    );
  }
  if (inputShape.length === 1) return sameShape(context);
  return { layers: [imported(context.name, 'flatten', {})], inputShape, outputShape: [count(inputShape)] };
};

const reshape = (context: ClassContext): ClassResult => {
  const inputShape = knownShape(context);
  const target = context.config['target_shape'];
  const axes: readonly unknown[] = Array.isArray(target) ? target : [];
  const known = axes.filter((n): n is number => Number.isSafeInteger(n) && (n as number) > 0);
  const free = axes.filter((n) => n === -1).length;
  const shape = axes.map((n) => (n === -1 ? count(inputShape) / count(known) : (n as number)));
  if (
    axes.length === 0 ||
    known.length + free !== axes.length ||
    free > 1 ||
    count(shape) !== count(inputShape) ||
    !shape.every(Number.isInteger)
  ) {
    throw new ShapeError(
      `${ownerOf(context)} reshapes ${shapeText(inputShape)} to ${JSON.stringify(target)}, but both must hold equally many elements.`,
    );
  }
  if (shape.join() === inputShape.join()) return sameShape(context);
  return { layers: [imported(context.name, 'reshape', { shape })], inputShape, outputShape: shape };
};

/** Classes that change the shape. */
export const kerasShapeClasses: Readonly<Record<string, KerasClass>> = {
  MaxPooling1D: pooling('pooling1d', 'maximum'),
  MaxPooling2D: pooling('pooling2d', 'maximum'),
  AveragePooling1D: pooling('pooling1d', 'average'),
  AveragePooling2D: pooling('pooling2d', 'average'),
  GlobalMaxPooling1D: globalPooling(1, 'maximum'),
  GlobalMaxPooling2D: globalPooling(2, 'maximum'),
  GlobalAveragePooling1D: globalPooling(1, 'average'),
  GlobalAveragePooling2D: globalPooling(2, 'average'),
  Flatten: flatten,
  Reshape: reshape,
};
