/**
 * Transforms intercept every parameter and result of a forward pass. Quantization and pruning are written as
 * transforms, so they compose with each other and no layer kind knows of them.
 */
import type { Variable } from '../autograd/index.ts';

/** Where in a network a value stands. */
export interface TransformSite {
  /** Name of the layer, or of the input of the network. */
  readonly layer: string;
  /** A parameter role ("kernel", "bias", "gamma", …), "result" of a layer, or "input" for an input of the network. */
  readonly role: string;
}

/** Replaces a value on its way through a network; returns it unchanged at sites that do not concern it. */
export type Transform = (value: Variable, site: TransformSite) => Variable;

/** Apply transforms one after another, the first one first. */
export const composeTransforms =
  (...transforms: readonly Transform[]): Transform =>
  (value, site) =>
    transforms.reduce((current, transform) => transform(current, site), value);
