/**
 * What each kind of layer means in a stream.
 *
 * - `elementwise`: every element by itself, all by the same function; several inputs meet element by element.
 * - `parameters`: every element by itself, with parameters of its own or of its channel.
 * - `positions`: every position by itself, its channels together (softmax).
 * - `join`: several inputs side by side.
 * - `weights`: every position of an image by itself, or a sum over a whole vector (dense).
 * - `windows`: windows over positions, with weights.
 * - `channelWindows`: windows with weights, channel by channel (depthwise convolutions).
 * - `pools`: windows over positions, channel by channel.
 * - `globalPool`: all positions, channel by channel.
 */
import type { HardwareKind, HardwareLayer } from '../hardware-layer.ts';

export type StreamKind =
  | 'elementwise'
  | 'parameters'
  | 'positions'
  | 'join'
  | 'weights'
  | 'windows'
  | 'channelWindows'
  | 'pools'
  | 'globalPool';

const streamKinds: Readonly<Record<HardwareKind, StreamKind>> = {
  affine: 'parameters',
  binaryTanh: 'elementwise',
  clippedRelu: 'elementwise',
  concatenate: 'join',
  conv1d: 'windows',
  conv2d: 'windows',
  dense: 'weights',
  depthwiseConv1d: 'channelWindows',
  depthwiseConv2d: 'channelWindows',
  elu: 'elementwise',
  flatten: 'elementwise',
  globalPooling: 'globalPool',
  hardSigmoid: 'elementwise',
  hardTanh: 'elementwise',
  leakyRelu: 'elementwise',
  linear: 'elementwise',
  merge: 'elementwise',
  pooling1d: 'pools',
  pooling2d: 'pools',
  prelu: 'parameters',
  relu: 'elementwise',
  reshape: 'elementwise',
  selu: 'elementwise',
  sigmoid: 'elementwise',
  softmax: 'positions',
  softplus: 'elementwise',
  softsign: 'elementwise',
  tanh: 'elementwise',
  ternaryTanh: 'elementwise',
  ternaryThreshold: 'parameters',
  thresholdedRelu: 'elementwise',
};

/** What a layer means in a stream; a convolution whose windows are single positions, all of them, is a dense layer. */
export function streamKind({ kind, attributes }: HardwareLayer): StreamKind {
  const found = streamKinds[kind];
  if (found !== 'windows') return found;
  const { size, strides } = attributes as { readonly size: readonly number[]; readonly strides: readonly number[] };
  return [...size, ...strides].every((length) => length === 1) ? 'weights' : 'windows';
}
