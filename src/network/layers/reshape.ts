/** Reshape: the elements of a sample in row-major order with other axes. */
import * as ag from '../../autograd/index.ts';
import { ShapeError } from '../../errors.ts';
import { checkNames, onlyShape, readIntegers } from './attribute-reader.ts';
import type { LayerDefinition } from './definition.ts';

/** Attributes of a reshape. */
export interface ReshapeAttributes {
  /** Axes of one sample of the result, integers of at least 1. */
  readonly shape: readonly number[];
}

/** Describe the reshape kind. */
export const reshape: LayerDefinition<'reshape', ReshapeAttributes> = {
  kind: 'reshape',
  defaults: {},
  attributes: (raw, layer) => {
    checkNames(raw, layer, 'reshape', ['shape']);
    return { shape: readIntegers(raw, layer, 'shape') };
  },
  outputShape: ({ shape }, inputs, layer) => {
    const given = onlyShape(inputs, layer);
    const count = (axes: readonly number[]): number => axes.reduce((a, b) => a * b, 1);
    if (count(given) === count(shape)) return shape;
    throw new ShapeError(
      `Layer "${layer}" reshapes [${given.join(', ')}] to [${shape.join(', ')}]; both must have the same number of elements.`,
    );
  },
  parameters: () => [],
  forward: ({ shape }, inputs) => ag.reshape(inputs[0]!, [inputs[0]!.value.shape[0]!, ...shape]),
  multiplyAccumulates: () => 0,
  gradient: 'exact',
  examples: [{ shape: [6] }, { shape: [3, 2] }],
  exampleInputs: [[2, 3]],
};
