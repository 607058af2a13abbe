/**
 * Convolutions and poolings of the vector files by name. The files put channels first and the filters of a kernel
 * first; the package puts both last, so that operands are transposed, differentiably, on the way in and out.
 */
import * as ag from '../../src/autograd/index.ts';
import type { SpatialPads, Variable } from '../../src/autograd/index.ts';
import type { Operator } from './autograd-case.ts';

/** [n, channels, ...spatial] to [n, ...spatial, channels]. */
export function channelsLast(x: Variable): Variable {
  const rank = x.value.shape.length;
  return ag.transpose(x, [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1]);
}

/** [n, ...spatial, channels] to [n, channels, ...spatial]. */
export function channelsFirst(x: Variable): Variable {
  const rank = x.value.shape.length;
  return ag.transpose(x, [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, i) => i + 1)]);
}

/** [a, b, ...size] to [...size, b, a]. */
export function kernelLast(w: Variable): Variable {
  const rank = w.value.shape.length;
  return ag.transpose(w, [...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1, 0]);
}

/** An operation on a channels-last input, with the bias of the files added to its last axis. */
const withBias = (y: Variable, bias: Variable | undefined): Variable =>
  channelsFirst(bias === undefined ? y : ag.add(y, bias));

/** The padding of a case; the files write it out whatever rule it follows. */
const padsOf = (pads: SpatialPads | undefined): { readonly pads?: SpatialPads } => (pads === undefined ? {} : { pads });

const convolution: Operator = ({ x, w, b }, { stride, dilation, groups, pads }) =>
  withBias(ag.convolve(channelsLast(x!), kernelLast(w!), { strides: stride, dilation, groups, ...padsOf(pads) }), b);

/** w [in, out / groups, ...size]; padding cuts the result, output padding lengthens it. */
const transposedConvolution: Operator = (
  { x, w, b },
  { stride, dilation, groups = 1, padding = 0, output_padding = 0 },
) => {
  const rank = x!.value.shape.length - 2;
  const list = (value: number | readonly number[], fallback: number): readonly number[] =>
    typeof value === 'number' || value === undefined ? new Array<number>(rank).fill(value ?? fallback) : value;
  const full = ag.convolveTransposed(channelsLast(x!), kernelLast(w!), {
    strides: list(stride, 1),
    dilation: list(dilation, 1),
    groups,
  });
  const cut = list(padding, 0);
  const more = list(output_padding, 0);
  const longer = ag.pad(full, [[0, 0], ...more.map((extent) => [0, extent] as const), [0, 0]]);
  const inside = longer.value.shape.slice(1, -1).map((extent, axis) => [cut[axis]!, extent - cut[axis]!] as const);
  return withBias(ag.slice(longer, [null, ...inside]), b);
};

const maximum: Operator = ({ x }, { kernel, stride, pads }) =>
  channelsFirst(ag.maxPool(channelsLast(x!), { size: kernel, strides: stride ?? kernel, ...padsOf(pads) }));

const average: Operator = ({ x }, { kernel, stride, pads, count_include_pad }) =>
  channelsFirst(
    ag.averagePool(channelsLast(x!), {
      size: kernel,
      strides: stride ?? kernel,
      countPadding: count_include_pad ?? false,
      ...padsOf(pads),
    }),
  );

/** One window over all cells, its axes dropped. */
const overall =
  (pool: (x: Variable, options: { readonly size: readonly number[] }) => Variable): Operator =>
  ({ x }, { keepdims }) => {
    const pooled = channelsFirst(pool(channelsLast(x!), { size: x!.value.shape.slice(2) }));
    return keepdims ? pooled : ag.reshape(pooled, pooled.value.shape.slice(0, 2));
  };

/** Convolutions and poolings by name. */
export const windowOperators: Readonly<Record<string, Operator>> = {
  conv1d: convolution,
  conv2d: convolution,
  conv_transpose1d: transposedConvolution,
  conv_transpose2d: transposedConvolution,
  max_pool1d: maximum,
  max_pool2d: maximum,
  avg_pool1d: average,
  avg_pool2d: average,
  global_max_pool1d: overall(ag.maxPool),
  global_max_pool2d: overall(ag.maxPool),
  global_avg_pool1d: overall(ag.averagePool),
  global_avg_pool2d: overall(ag.averagePool),
};
