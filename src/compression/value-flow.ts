/** What becomes of values between the layers that compute: who hands them on, who reads them, and which need no sign. */
import type { Layer, LayerKind, Network } from '../network/index.ts';

/** Kinds whose results are never negative. */
const notNegativeKinds: ReadonlySet<LayerKind> = new Set(['relu', 'clippedRelu', 'sigmoid', 'hardSigmoid', 'softmax']);

/** Tell whether a layer hands on elements of what it reads, unchanged at inference: their format is that of its source. */
export const handsOn = ({ kind, attributes }: Layer): boolean => isMove(kind) || isPooling(kind, attributes, 'maximum');

/** Kinds without gates. */
export const isMove = (kind: LayerKind): boolean => kind === 'flatten' || kind === 'reshape' || kind === 'dropout';

const isPooling = (kind: LayerKind, attributes: object, operation: 'maximum' | 'average'): boolean =>
  (kind === 'pooling1d' || kind === 'pooling2d' || kind === 'globalPooling') &&
  (attributes as { readonly operation: string }).operation === operation;

/** Name the input or layer whose elements a layer hands on. */
export const originOf = (network: Network, { inputs }: Layer): string => {
  const source = network.layers.find(({ name }) => name === inputs[0]);
  return source !== undefined && handsOn(source) ? originOf(network, source) : inputs[0]!;
};

/** List the layers that read a value, through those that hand it on, and tell whether it is an output. */
export const readersOf = (
  network: Network,
  name: string,
): { readonly layers: readonly Layer[]; readonly isOutput: boolean } => {
  const direct = network.layers.filter((layer) => layer.inputs.includes(name));
  const behind = direct.filter(handsOn).map((layer) => readersOf(network, layer.name));
  return {
    layers: [...direct.filter((layer) => !handsOn(layer)), ...behind.flatMap(({ layers }) => layers)],
    isOutput: network.outputs.includes(name) || behind.some(({ isOutput }) => isOutput),
  };
};

/** Tell whether a layer's result cannot be negative. */
export const isNotNegative = (network: Network, { kind, attributes, inputs }: Layer): boolean => {
  if (notNegativeKinds.has(kind)) return true;
  const source = network.layers.find(({ name }) => name === inputs[0]);
  const keeps = isMove(kind) || isPooling(kind, attributes, 'maximum') || isPooling(kind, attributes, 'average');
  return keeps && source !== undefined && isNotNegative(network, source);
};
