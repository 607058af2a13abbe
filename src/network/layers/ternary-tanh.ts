/**
 * Ternary tanh: 1 where x > 0.5, −1 where x ≤ −0.5, 0 between; the edges fall as in hls4ml's `ternary_tanh`.
 *
 * Its derivative is zero almost everywhere, so backward passes the gradient unchanged where |x| ≤ 1 and stops it
 * elsewhere (the straight-through estimator of Hubara et al., arXiv:1609.07061, section 1.3).
 */
import * as ag from '../../autograd/index.ts';
import { tensor, toFlat } from '../../tensor/index.ts';
import { checkNames } from './attribute-reader.ts';
import type { LayerDefinition } from './definition.ts';
import { elementwise } from './elementwise.ts';

/** A ternary tanh has no attributes. */
export type TernaryTanhAttributes = Readonly<Record<never, never>>;

/** Describe the ternary tanh kind: x > ½ ? 1 : x ≤ −½ ? −1 : 0. */
export const ternaryTanh: LayerDefinition<'ternaryTanh', TernaryTanhAttributes> = elementwise({
  kind: 'ternaryTanh',
  defaults: {},
  attributes: (raw, layer) => {
    checkNames(raw, layer, 'ternaryTanh', []);
    return {};
  },
  apply: (x) => {
    const source = toFlat(x.value);
    const result = new Float32Array(source.length);
    for (let i = 0; i < source.length; i++) result[i] = source[i]! > 0.5 ? 1 : source[i]! <= -0.5 ? -1 : 0;
    return ag.customGradient(tensor(result, x.value.shape), [x], (cotangent) => {
      const upstream = toFlat(cotangent);
      const gradient = new Float32Array(upstream.length);
      for (let i = 0; i < gradient.length; i++) gradient[i] = Math.abs(source[i]!) <= 1 ? upstream[i]! : 0;
      return [tensor(gradient, x.value.shape)];
    });
  },
  gradient: 'surrogate',
  examples: [{}],
});
