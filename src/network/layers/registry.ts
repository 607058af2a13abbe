/** All layer kinds by name; adding a kind is one line here and its file beside this one. */
import { affine } from './affine.ts';
import { batchNormalization } from './batch-normalization.ts';
import type { LayerDefinition } from './definition.ts';
import { dense } from './dense.ts';
import { dropout } from './dropout.ts';
import { hardSigmoid } from './hard-sigmoid.ts';
import { hardTanh } from './hard-tanh.ts';
import type { LayerAttributes, LayerKind } from './kinds.ts';
import { leakyRelu } from './leaky-relu.ts';
import { linear } from './linear.ts';
import { relu } from './relu.ts';
import { sigmoid } from './sigmoid.ts';
import { softmax } from './softmax.ts';
import { tanh } from './tanh.ts';
import { ternaryTanh } from './ternary-tanh.ts';
import { UnsupportedError } from '../../errors.ts';

/** The definition of every layer kind. */
export const layerRegistry: { readonly [K in LayerKind]: LayerDefinition<K, LayerAttributes[K]> } = {
  dense,
  batchNormalization,
  affine,
  relu,
  leakyRelu,
  sigmoid,
  tanh,
  hardSigmoid,
  hardTanh,
  softmax,
  dropout,
  linear,
  ternaryTanh,
};

/** The names of all layer kinds, in the order of the registry. */
export const layerKinds: readonly LayerKind[] = Object.keys(layerRegistry) as LayerKind[];

/** Tell whether a text names a layer kind. */
export const isLayerKind = (text: string): text is LayerKind => Object.hasOwn(layerRegistry, text);

/**
 * Look a definition up when the kind is only known at run time.
 *
 * The attributes type is erased: pass only attributes that the same definition has checked.
 *
 * @throws UnsupportedError naming the layer, its kind and the kinds there are
 */
export const definitionOf = (kind: string, layer: string): LayerDefinition<LayerKind, object> => {
  if (isLayerKind(kind)) return layerRegistry[kind] as LayerDefinition<LayerKind, object>;
  throw new UnsupportedError(
    `Layer "${layer}" is of the unsupported kind "${kind}"; supported are ${layerKinds.join(', ')}.`,
  );
};
