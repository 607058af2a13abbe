/**
 * Binary tanh: 1 where x ≥ 0, −1 elsewhere, as in hls4ml's `binary_tanh`; backward is the straight-through estimator.
 */
import { greaterEqual, where } from '../../tensor/index.ts';
import { checkNames } from './attribute-reader.ts';
import type { LayerDefinition } from './definition.ts';
import { elementwise } from './elementwise.ts';
import { straightThrough } from './straight-through.ts';

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
  apply: (x) => straightThrough(x, where(greaterEqual(x.value, 0), 1, -1)),
  gradient: 'surrogate',
  examples: [{}],
});
