/** What every entry of the table of Keras classes gets and gives. */
import { ShapeError } from '../errors.ts';
import type { Fields } from './config-fields.ts';
import type { ImportedLayer } from './imported-layer.ts';
import type { KerasVersion } from './keras-activation.ts';
import type { WeightLookup } from './weights.ts';

/** What the table's entries know about the layer they turn. */
export interface ClassContext {
  readonly name: string;
  readonly class: string;
  readonly config: Fields;
  /** Shape of one input sample; undefined for the first layer of a Sequential that does not say. */
  readonly inputShape: readonly number[] | undefined;
  /** Shapes of all inputs, for classes that join several; one entry or none for the others. */
  readonly inputShapes: readonly (readonly number[])[];
  readonly weight: WeightLookup;
  readonly version: KerasVersion;
}

/** Layers to chain (none: the input passes through) and the shape of one sample of the result. */
export interface ClassResult {
  readonly layers: readonly ImportedLayer[];
  readonly inputShape: readonly number[];
  readonly outputShape: readonly number[];
}

/** Name a layer with its class, for messages. */
export const ownerOf = (context: ClassContext): string => `Layer "${context.name}" (${context.class})`;

/** Take the shape of the only input; throws ShapeError where the model does not say. */
export const knownShape = (context: ClassContext): readonly number[] => {
  if (context.inputShape !== undefined) return context.inputShape;
  throw new ShapeError(`${ownerOf(context)} is the first of the model, but no input shape is given for it.`);
};

/** Make the result of a class that keeps the shape of its input. */
export const sameShape = (context: ClassContext, ...layers: ImportedLayer[]): ClassResult => {
  const shape = knownShape(context);
  return { layers, inputShape: shape, outputShape: shape };
};

/** Turns one layer of a class into layers of ours. */
export type KerasClass = (context: ClassContext) => ClassResult;
