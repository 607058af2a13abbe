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

/**
 * How a layer works on a stream.
 *
 * - `beats`: every beat by itself, a whole sample in one beat included.
 * - `windows`: patches of several beats from a tap line.
 * - `sum`: accumulated over all beats of a sample.
 */
export type StreamForm = 'beats' | 'windows' | 'sum';

/** How a layer works on a sample in several beats. */
export function streamForm(kind: StreamKind, { inputShapes }: HardwareLayer): StreamForm {
  if (kind === 'windows' || kind === 'channelWindows' || kind === 'pools') return 'windows';
  return kind === 'globalPool' || (kind === 'weights' && inputShapes[0]!.length === 1) ? 'sum' : 'beats';
}

/** The axis along which a join puts its inputs side by side, from 0. */
export function joinAxis({ attributes, inputShapes }: HardwareLayer): number {
  const axis = attributes['axis'] as number;
  return axis < 0 ? axis + inputShapes[0]!.length : axis;
}

/** What a layer means in a stream; a convolution whose windows are single positions, all of them, is a dense layer. */
export function streamKind({ kind, attributes }: HardwareLayer): StreamKind {
  const found = streamKinds[kind];
  if (found !== 'windows') return found;
  const { size, strides } = attributes as { readonly size: readonly number[]; readonly strides: readonly number[] };
  return [...size, ...strides].every((length) => length === 1) ? 'weights' : 'windows';
}
