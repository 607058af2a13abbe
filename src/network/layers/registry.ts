/** All layer kinds by name; adding a kind is one line here and its file beside this one. */
import { UnsupportedError } from '../../errors.ts';
import { affine } from './affine.ts';
import { batchNormalization } from './batch-normalization.ts';
import { binaryTanh } from './binary-tanh.ts';
import { clippedRelu } from './clipped-relu.ts';
import { concatenate } from './concatenate.ts';
import { conv1d } from './conv1d.ts';
import { conv2d } from './conv2d.ts';
import type { LayerDefinition } from './definition.ts';
import { dense } from './dense.ts';
import { depthwiseConv1d } from './depthwise-conv1d.ts';
import { depthwiseConv2d } from './depthwise-conv2d.ts';
import { dropout } from './dropout.ts';
import { elu } from './elu.ts';
import { flatten } from './flatten.ts';
import { globalPooling } from './global-pooling.ts';
import { hardSigmoid } from './hard-sigmoid.ts';
import { hardTanh } from './hard-tanh.ts';
import type { LayerAttributes, LayerKind } from './kinds.ts';
import { leakyRelu } from './leaky-relu.ts';
import { linear } from './linear.ts';
import { merge } from './merge.ts';
import { pooling1d } from './pooling1d.ts';
import { pooling2d } from './pooling2d.ts';
import { prelu } from './prelu.ts';
import { relu } from './relu.ts';
import { reshape } from './reshape.ts';
import { selu } from './selu.ts';
import { sigmoid } from './sigmoid.ts';
import { softmax } from './softmax.ts';
import { softplus } from './softplus.ts';
import { softsign } from './softsign.ts';
import { tanh } from './tanh.ts';
import { ternaryTanh } from './ternary-tanh.ts';
import { thresholdedRelu } from './thresholded-relu.ts';

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
  binaryTanh,
  elu,
  selu,
  prelu,
  clippedRelu,
  thresholdedRelu,
  softplus,
  softsign,
  conv1d,
  conv2d,
  depthwiseConv1d,
  depthwiseConv2d,
  pooling1d,
  pooling2d,
  globalPooling,
  merge,
  concatenate,
  flatten,
  reshape,
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
