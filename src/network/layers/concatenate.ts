/** Concatenate: several inputs joined along one axis of the sample. */
import * as ag from '../../autograd/index.ts';
import { ShapeError } from '../../errors.ts';
import { checkNames, integer, readNumber } from './attribute-reader.ts';
import type { LayerDefinition } from './definition.ts';

/** Attributes of a concatenation. */
export interface ConcatenateAttributes {
  /** Axis of the sample, without the batch axis; negative ones count from the last. @defaultValue −1 */
  readonly axis: number;
}

/** Describe the concatenate kind. */
export const concatenate: LayerDefinition<'concatenate', ConcatenateAttributes> = {
  kind: 'concatenate',
  defaults: { axis: -1 },
  attributes: (raw, layer) => {
    checkNames(raw, layer, 'concatenate', ['axis']);
    return { axis: readNumber(raw, layer, 'axis', integer, -1) };
  },
  outputShape: ({ axis }, inputs, layer) => {
    const [first, ...rest] = inputs;
    if (first === undefined || rest.length === 0) {
      throw new ShapeError(`Layer "${layer}" has ${inputs.length} inputs; its kind takes at least 2.`);
    }
    const at = axis < 0 ? axis + first.length : axis;
    if (at < 0 || at >= first.length) {
      throw new ShapeError(
        `Layer "${layer}" joins along axis ${axis}; inputs of shape [${first.join(', ')}] have axes ${-first.length} to ${first.length - 1}.`,
      );
    }
    const other = rest.find(
      (shape) => shape.length !== first.length || shape.some((n, k) => k !== at && n !== first[k]),
    );
    if (other !== undefined) {
      throw new ShapeError(
        `Layer "${layer}" joins [${first.join(', ')}] and [${other.join(', ')}]; they may differ along axis ${axis} only.`,
      );
    }
    const joined = inputs.reduce((sum, shape) => sum + shape[at]!, 0);
    return first.map((n, k) => (k === at ? joined : n));
  },
  parameters: () => [],
  forward: ({ axis }, inputs) => ag.concat(inputs, axis < 0 ? axis : axis + 1),
  multiplyAccumulates: () => 0,
  gradient: 'exact',
  examples: [{ axis: -1 }, { axis: 0 }],
  exampleInputs: [
    [2, 3],
    [2, 3],
  ],
};
