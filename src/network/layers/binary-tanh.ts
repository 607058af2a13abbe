/**
 * Binary tanh: 1 where x ≥ 0, −1 elsewhere, as in hls4ml's `binary_tanh`.
 *
 * Backward passes the gradient unchanged where |x| ≤ 1 and stops it elsewhere (the straight-through estimator of
 * Hubara et al., arXiv:1609.07061, section 1.3).
 */
import * as ag from '../../autograd/index.ts';
import { tensor, toFlat } from '../../tensor/index.ts';
import { checkNames } from './attribute-reader.ts';
import type { LayerDefinition } from './definition.ts';
import { elementwise } from './elementwise.ts';

/** A binary tanh has no attributes. */
export type BinaryTanhAttributes = Readonly<Record<never, never>>;

/** Describe the binary tanh kind: x ≥ 0 ? 1 : −1. */
export const binaryTanh: LayerDefinition<'binaryTanh', BinaryTanhAttributes> = elementwise({
  kind: 'binaryTanh',
  defaults: {},
  attributes: (raw, layer) => {
    checkNames(raw, layer, 'binaryTanh', []);
    return {};
  },
  apply: (x) => {
    const source = toFlat(x.value);
    const signs = Float32Array.from(source, (value) => (value >= 0 ? 1 : -1));
    return ag.customGradient(tensor(signs, x.value.shape), [x], (cotangent) => {
      const upstream = toFlat(cotangent);
      const gradient = Float32Array.from(upstream, (value, i) => (Math.abs(source[i]!) <= 1 ? value : 0));
      return [tensor(gradient, x.value.shape)];
    });
  },
  gradient: 'surrogate',
  examples: [{}],
});
