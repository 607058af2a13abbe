/** Fields that Keras's convolutions and poolings share. */
import { FormatError, ShapeError, UnsupportedError } from '../errors.ts';
import type { WindowPadding } from '../network/index.ts';
import type { Fields } from './config-fields.ts';
import { type ClassContext, knownShape, ownerOf } from './keras-class.ts';
import { shapeText } from './weights.ts';

/**
 * Take the channels-last shape of the only input.
 *
 * @param rank number of spatial axes
 * @throws ShapeError for another number of axes; UnsupportedError where the channels come first
 */
export const imageShape = (context: ClassContext, rank: number): readonly number[] => {
  const owner = ownerOf(context);
  const order = context.config['data_format'] ?? 'channels_last';
  if (order !== 'channels_last') {
    throw new UnsupportedError(
      `${owner} has data_format ${JSON.stringify(order)}, but only channels_last is supported.`,
    );
  }
  const shape = knownShape(context);
  if (shape.length === rank + 1) return shape;
  throw new ShapeError(`${owner} gets an input of shape ${shapeText(shape)}, but needs ${rank + 1} axes.`);
};

/** Read integers of at least 1, one per spatial axis; one number stands for all. Throws FormatError otherwise. */
export const integersField = (
  fields: Fields,
  key: string,
  owner: string,
  rank: number,
  fallback?: number | readonly number[],
): readonly number[] => {
  const value = fields[key] ?? fallback;
  const list: readonly unknown[] = Array.isArray(value) ? value : new Array<unknown>(rank).fill(value);
  if (list.length === rank && list.every((n): n is number => Number.isSafeInteger(n) && (n as number) >= 1)) {
    return list;
  }
  throw new FormatError(
    `${owner} has "${key}": ${JSON.stringify(fields[key])}, but ${rank} integers of at least 1 are needed.`,
  );
};

/** Read the padding. Throws UnsupportedError for one that is not among `allowed`. */
export const paddingField = <P extends WindowPadding>(fields: Fields, owner: string, allowed: readonly P[]): P => {
  const value = fields['padding'] ?? 'valid';
  const found = allowed.find((padding) => padding === value);
  if (found !== undefined) return found;
  const known = `${allowed.slice(0, -1).join(', ')} and ${allowed.at(-1)!}`;
  throw new UnsupportedError(`${owner} has padding ${JSON.stringify(value)}, but only ${known} are supported.`);
};
