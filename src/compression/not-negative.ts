/** Kinds of layers whose results are never negative, so that formats need no sign. */
import type { LayerKind } from '../network/index.ts';

export const notNegativeKinds: ReadonlySet<LayerKind> = new Set([
  'relu',
  'clippedRelu',
  'sigmoid',
  'hardSigmoid',
  'softmax',
]);
