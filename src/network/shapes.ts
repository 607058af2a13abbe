/** Shapes of all values of a network, from its inputs and attributes alone. */
import { ShapeError, ValueError } from '../errors.ts';
import { definitionOf } from './layers/index.ts';
import type { Network } from './network.ts';

/** The layers' structure without parameters: what shape inference needs. */
export type NetworkStructure = Pick<Network, 'inputs'> & {
  readonly layers: readonly {
    readonly name: string;
    readonly kind: string;
    readonly inputs: readonly string[];
    readonly attributes: object;
  }[];
};

/**
 * Give the shape of one sample (without batch axis) of every input and layer by name.
 *
 * @throws ValueError for an input that no earlier layer or input has, or for a name used twice
 * @throws ShapeError when a layer cannot take the shapes that reach it
 * @throws UnsupportedError for an unknown layer kind
 */
export const inferShapes = (network: NetworkStructure): ReadonlyMap<string, readonly number[]> => {
  const shapes = new Map<string, readonly number[]>();
  for (const input of network.inputs) {
    const bad = input.shape.findIndex((length) => !Number.isSafeInteger(length) || length < 1);
    if (bad >= 0 || input.shape.length === 0) {
      throw new ShapeError(
        `Input "${input.name}" has shape [${input.shape.join(', ')}]; it must have at least one axis, each an integer of at least 1.`,
      );
    }
    addShape(shapes, input.name, input.shape);
  }
  for (const layer of network.layers) {
    const definition = definitionOf(layer.kind, layer.name);
    addShape(shapes, layer.name, definition.outputShape(layer.attributes, inputShapes(shapes, layer), layer.name));
  }
  return shapes;
};

/**
 * Look up the shapes that feed a layer.
 *
 * @throws ValueError when an input name is unknown at this place
 */
export const inputShapes = (
  shapes: ReadonlyMap<string, readonly number[]>,
  layer: { readonly name: string; readonly inputs: readonly string[] },
): readonly (readonly number[])[] =>
  layer.inputs.map((input) => {
    const shape = shapes.get(input);
    if (shape !== undefined) return shape;
    throw new ValueError(
      `Layer "${layer.name}" reads "${input}", which is not known there; known are ${[...shapes.keys()].join(', ')}.`,
    );
  });

const addShape = (shapes: Map<string, readonly number[]>, name: string, shape: readonly number[]): void => {
  if (name === '')
    throw new ValueError('A layer or input of the network has an empty name; every name must be non-empty.');
  if (shapes.has(name)) {
    throw new ValueError(`The name "${name}" is used twice in the network; names of inputs and layers must be unique.`);
  }
  shapes.set(name, shape);
};
