/** Scaled exponential linear unit: λ·x where x ≥ 0, λ·α·(e^x − 1) elsewhere (Klambauer et al., arXiv:1706.02515). */
import * as ag from '../../autograd/index.ts';
import { checkNames } from './attribute-reader.ts';
import type { LayerDefinition } from './definition.ts';
import { elementwise } from './elementwise.ts';

/** A selu layer has no attributes. */
export type SeluAttributes = Readonly<Record<never, never>>;

/** Scale λ of the whole function. */
export const SELU_SCALE = 1.0507009873554805;
/** Scale α of the exponential part. */
export const SELU_ALPHA = 1.6732632423543772;

/** Describe the selu kind: λ·(x ≥ 0 ? x : α·(e^x − 1)). */
export const selu: LayerDefinition<'selu', SeluAttributes> = elementwise({
  kind: 'selu',
  defaults: {},
  attributes: (raw, layer) => {
    checkNames(raw, layer, 'selu', []);
    return {};
  },
  apply: (x) =>
    ag.add(ag.multiply(ag.relu(x), SELU_SCALE), ag.multiply(ag.expm1(ag.minimum(x, 0)), SELU_SCALE * SELU_ALPHA)),
  gradient: 'exact',
  examples: [{}],
});
