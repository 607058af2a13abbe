/**
 * Dropout: while training, zeroes each element with probability `rate` and scales the rest by 1 / (1 − rate), so that
 * inference is the identity (Srivastava et al. 2014, "inverted" form).
 */
import * as ag from '../../autograd/index.ts';
import { dropoutMask } from '../../tensor/index.ts';
import { checkNames, fraction, readNumber } from './attribute-reader.ts';
import type { LayerDefinition } from './definition.ts';
import { elementwise } from './elementwise.ts';

/** Attributes of dropout. */
export interface DropoutAttributes {
  /** Probability of dropping an element, in [0, 1). @defaultValue 0.5 */
  readonly rate: number;
}

/** Describe the dropout kind: training ? x·mask / (1 − rate) : x. */
export const dropout: LayerDefinition<'dropout', DropoutAttributes> = elementwise({
  kind: 'dropout',
  defaults: { rate: 0.5 },
  attributes: (raw, layer) => {
    checkNames(raw, layer, 'dropout', ['rate']);
    return { rate: readNumber(raw, layer, 'rate', fraction, 0.5) };
  },
  apply: (x, { rate }, context) => {
    if (!context.training || rate === 0) return x;
    return ag.multiply(x, dropoutMask(context.randomKey(), rate, x.value.shape));
  },
  gradient: 'exact',
  examples: [{ rate: 0.5 }, { rate: 0.1 }],
});
