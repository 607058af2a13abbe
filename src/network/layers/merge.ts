/**
 * Merge: several inputs of one shape combined element by element.
 *
 * Subtract takes exactly two inputs; the others two or more.
 */
import * as ag from '../../autograd/index.ts';
import type { Variable } from '../../autograd/index.ts';
import { ShapeError } from '../../errors.ts';
import { checkNames, readChoice } from './attribute-reader.ts';
import type { LayerDefinition } from './definition.ts';

/** What a merge computes. */
export type MergeOperation = 'add' | 'subtract' | 'multiply' | 'average' | 'maximum' | 'minimum';

/** Attributes of a merge. */
export interface MergeAttributes {
  readonly operation: MergeOperation;
}

const operations = ['add', 'subtract', 'multiply', 'average', 'maximum', 'minimum'] as const;

const combine: Readonly<Record<Exclude<MergeOperation, 'average'>, (a: Variable, b: Variable) => Variable>> = {
  add: ag.add,
  subtract: ag.subtract,
  multiply: ag.multiply,
  maximum: ag.maximum,
  minimum: ag.minimum,
};

/** Describe the merge kind. */
export const merge: LayerDefinition<'merge', MergeAttributes> = {
  kind: 'merge',
  defaults: {},
  attributes: (raw, layer) => {
    checkNames(raw, layer, 'merge', ['operation']);
    return { operation: readChoice(raw, layer, 'operation', operations) };
  },
  outputShape: ({ operation }, inputs, layer) => {
    const [first, ...rest] = inputs;
    const allowed = operation === 'subtract' ? inputs.length === 2 : inputs.length >= 2;
    if (first === undefined || !allowed) {
      const wanted = operation === 'subtract' ? 'exactly 2' : 'at least 2';
      throw new ShapeError(`Layer "${layer}" has ${inputs.length} inputs; operation ${operation} takes ${wanted}.`);
    }
    const other = rest.find((shape) => shape.join() !== first.join());
    if (other === undefined) return first;
    throw new ShapeError(
      `Layer "${layer}" merges shapes [${first.join(', ')}] and [${other.join(', ')}]; all must be the same.`,
    );
  },
  parameters: () => [],
  forward: ({ operation }, inputs) => {
    if (operation !== 'average') return inputs.reduce(combine[operation]);
    return ag.divide(inputs.reduce(combine.add), inputs.length);
  },
  multiplyAccumulates: () => 0,
  gradient: 'exact',
  examples: operations.map((operation) => ({ operation })),
  exampleInputs: [[4], [4]],
};
