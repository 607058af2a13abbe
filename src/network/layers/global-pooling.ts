/** Global pooling: the maximum or the mean over all spatial axes of a channels-last input, channel by channel. */
import * as ag from '../../autograd/index.ts';
import { ShapeError } from '../../errors.ts';
import { sizeOfShape } from '../../tensor/index.ts';
import { checkNames, onlyShape, readBoolean, readChoice } from './attribute-reader.ts';
import type { LayerDefinition } from './definition.ts';
import { type PoolingOperation, poolingOperations } from './pooling.ts';

/** Attributes of a global pooling. */
export interface GlobalPoolingAttributes {
  readonly operation: PoolingOperation;
  /** Whether the spatial axes stay, with length 1. @defaultValue false */
  readonly keepAxes: boolean;
}

/** Describe the globalPooling kind. */
export const globalPooling: LayerDefinition<'globalPooling', GlobalPoolingAttributes> = {
  kind: 'globalPooling',
  defaults: { keepAxes: false },
  attributes: (raw, layer) => {
    checkNames(raw, layer, 'globalPooling', ['operation', 'keepAxes']);
    return {
      operation: readChoice(raw, layer, 'operation', poolingOperations),
      keepAxes: readBoolean(raw, layer, 'keepAxes', false),
    };
  },
  outputShape: ({ keepAxes }, inputs, layer) => {
    const shape = onlyShape(inputs, layer);
    if (shape.length < 2) {
      throw new ShapeError(
        `The input of layer "${layer}" has shape [${shape.join(', ')}]; it must have spatial axes and channels.`,
      );
    }
    return keepAxes ? shape.map((n, axis) => (axis === shape.length - 1 ? n : 1)) : [shape.at(-1)!];
  },
  parameters: () => [],
  forward: ({ operation, keepAxes }, inputs) => {
    const { shape } = inputs[0]!.value;
    const cells = sizeOfShape(shape.slice(1, -1));
    // One window over all cells in row-major order, whatever the number of spatial axes.
    const line = ag.reshape(inputs[0]!, [shape[0]!, cells, shape.at(-1)!]);
    const pooled = (operation === 'maximum' ? ag.maxPool : ag.averagePool)(line, { size: [cells] });
    return ag.reshape(pooled, [shape[0]!, ...(keepAxes ? shape.slice(1, -1).map(() => 1) : []), shape.at(-1)!]);
  },
  multiplyAccumulates: () => 0,
  gradient: 'exact',
  examples: [
    { operation: 'maximum', keepAxes: false },
    { operation: 'average', keepAxes: true },
  ],
  exampleInputs: [[2, 3, 2]],
};
