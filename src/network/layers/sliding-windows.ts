/**
 * Which input positions each window of a convolution or pooling covers, for any number of spatial axes.
 *
 * Padding follows Keras. `same` gives ⌈n / stride⌉ windows, and where an odd number of cells is added the extra one is at
 * the end. `causal` gives as many, and all padding is in front: the last cell of window p is cell p · stride of the
 * input, so no result depends on later cells. Float layers pad by this placement and hardware wires by its list, so both
 * see the same geometry.
 */

/** How windows reach beyond the input: not at all, by as much on both sides, or only in front. */
export type WindowPadding = 'valid' | 'same' | 'causal';

/** How windows lie on the input; all lists have one entry per spatial axis. */
export interface WindowGeometry {
  readonly size: readonly number[];
  readonly strides: readonly number[];
  /** Distance between neighbouring cells of a window. @defaultValue 1 along every axis */
  readonly dilation?: readonly number[];
  readonly padding: WindowPadding;
}

/** Where the windows of one input lie. */
export interface WindowPlacement {
  /** Number of windows along each spatial axis; 0 where the window is longer than the input. */
  readonly shape: readonly number[];
  /** Cells of padding [before, after] along each spatial axis. */
  readonly pads: readonly (readonly [before: number, after: number])[];
}

/** All windows of one input. */
export interface SlidingWindows {
  /** Number of windows along each spatial axis; 0 where the window is longer than the input. */
  readonly shape: readonly number[];
  /** Per window in row-major order, per cell in row-major order: the input position, or −1 in the padding. */
  readonly cells: readonly (readonly number[])[];
}

/** Place the windows of an input whose spatial axes have lengths `spatial`, without listing them. */
export const windowPlacement = (spatial: readonly number[], geometry: WindowGeometry): WindowPlacement => {
  const axes = spatial.map((length, axis) => {
    const stride = geometry.strides[axis]!;
    const reach = (geometry.size[axis]! - 1) * (geometry.dilation?.[axis] ?? 1) + 1;
    if (geometry.padding === 'valid') {
      return { count: Math.max(0, Math.floor((length - reach) / stride) + 1), pads: [0, 0] as const };
    }
    const count = Math.ceil(length / stride);
    if (geometry.padding === 'causal') return { count, pads: [reach - 1, 0] as const };
    const total = Math.max(0, (count - 1) * stride + reach - length);
    const before = Math.floor(total / 2);
    return { count, pads: [before, total - before] as const };
  });
  return { shape: axes.map(({ count }) => count), pads: axes.map(({ pads }) => pads) };
};

/** List the windows of an input whose spatial axes have lengths `spatial`. */
export const slidingWindows = (spatial: readonly number[], geometry: WindowGeometry): SlidingWindows => {
  const { shape, pads } = windowPlacement(spatial, geometry);
  const axes = spatial.map((length, axis) => cellsAlong(length, shape[axis]!, pads[axis]![0], geometry, axis));
  const cells = axes.reduce<readonly (readonly number[])[]>(
    (outer, inner, axis) =>
      outer.flatMap((window) =>
        inner.map((cells) =>
          window.flatMap((high) => cells.map((low) => (high < 0 || low < 0 ? -1 : high * spatial[axis]! + low))),
        ),
      ),
    [[0]],
  );
  return { shape, cells };
};

/** The cells of the windows along one axis. */
const cellsAlong = (
  length: number,
  count: number,
  before: number,
  geometry: WindowGeometry,
  axis: number,
): number[][] => {
  const stride = geometry.strides[axis]!;
  const dilation = geometry.dilation?.[axis] ?? 1;
  return Array.from({ length: count }, (_unused, window) =>
    Array.from({ length: geometry.size[axis]! }, (_cell, k) => {
      const at = window * stride + k * dilation - before;
      return at >= 0 && at < length ? at : -1;
    }),
  );
};
