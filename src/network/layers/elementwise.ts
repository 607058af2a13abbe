/**
 * The common part of kinds without parameters that keep the shape of their one input: activations, dropout, linear.
 */
import type { Variable } from '../../autograd/index.ts';
import { onlyShape } from './attribute-reader.ts';
import type { LayerContext, LayerDefinition } from './definition.ts';

/** What an elementwise kind must give itself. */
export type ElementwiseRoom<K extends string, A extends object> = Pick<
  LayerDefinition<K, A>,
  'kind' | 'defaults' | 'attributes' | 'gradient' | 'examples'
> & { readonly apply: (x: Variable, attributes: A, context: LayerContext) => Variable };

/** Complete an elementwise kind with the shape, parameter and cost views that all of them share. */
export const elementwise = <K extends string, A extends object>(
  room: ElementwiseRoom<K, A>,
): LayerDefinition<K, A> => ({
  kind: room.kind,
  defaults: room.defaults,
  attributes: room.attributes,
  outputShape: (_attributes, inputs, layer) => onlyShape(inputs, layer),
  parameters: () => [],
  forward: (attributes, inputs, context) => room.apply(inputs[0]!, attributes, context),
  multiplyAccumulates: () => 0,
  gradient: room.gradient,
  examples: room.examples,
});
