/** Exponential linear unit: x where x ≥ 0, α·(e^x − 1) elsewhere (Clevert et al., arXiv:1511.07289). */
import * as ag from '../../autograd/index.ts';
import { checkNames, finite, readNumber } from './attribute-reader.ts';
import type { LayerDefinition } from './definition.ts';
import { elementwise } from './elementwise.ts';

/** Attributes of an elu. */
export interface EluAttributes {
  /** Scale α of the exponential part, finite. @defaultValue 1 */
  readonly alpha: number;
}

/** Describe the elu kind: x ≥ 0 ? x : α·(e^x − 1). */
export const elu: LayerDefinition<'elu', EluAttributes> = elementwise({
  kind: 'elu',
  defaults: { alpha: 1 },
  attributes: (raw, layer) => {
    checkNames(raw, layer, 'elu', ['alpha']);
    return { alpha: readNumber(raw, layer, 'alpha', finite, 1) };
  },
  apply: (x, { alpha }) => ag.add(ag.relu(x), ag.multiply(ag.expm1(ag.minimum(x, 0)), alpha)),
  gradient: 'exact',
  examples: [{ alpha: 1 }, { alpha: 0.5 }],
});
