/**
 * Which input positions each window of a convolution or pooling covers, for any number of spatial axes.
 *
 * Padding `same` follows TensorFlow: ⌈n / stride⌉ windows, and where an odd number of cells is added the extra one is
 * at the end. Float layers gather by this list and hardware wires by it, so both see the same geometry.
 */

/** How windows lie on the input; all lists have one entry per spatial axis. */
export interface WindowGeometry {
  readonly size: readonly number[];
  readonly strides: readonly number[];
  /** Distance between neighbouring cells of a window. @defaultValue 1 along every axis */
  readonly dilation?: readonly number[];
  readonly padding: 'valid' | 'same';
}

/** All windows of one input. */
export interface SlidingWindows {
  /** Number of windows along each spatial axis; 0 where the window is longer than the input. */
  readonly shape: readonly number[];
  /** Per window in row-major order, per cell in row-major order: the input position, or −1 in the padding. */
  readonly cells: readonly (readonly number[])[];
}

/** List the windows of an input whose spatial axes have lengths `spatial`. */
export const slidingWindows = (spatial: readonly number[], geometry: WindowGeometry): SlidingWindows => {
  const axes = spatial.map((length, axis) => windowsAlong(length, geometry, axis));
  const cells = axes.reduce<readonly (readonly number[])[]>(
    (outer, inner, axis) =>
      outer.flatMap((window) =>
        inner.map((cells) =>
          window.flatMap((high) => cells.map((low) => (high < 0 || low < 0 ? -1 : high * spatial[axis]! + low))),
        ),
      ),
    [[0]],
  );
  return { shape: axes.map((windows) => windows.length), cells };
};

/** The windows along one axis. */
const windowsAlong = (length: number, geometry: WindowGeometry, axis: number): number[][] => {
  const size = geometry.size[axis]!;
  const stride = geometry.strides[axis]!;
  const dilation = geometry.dilation?.[axis] ?? 1;
  const reach = (size - 1) * dilation + 1;
  const same = geometry.padding === 'same';
  const count = Math.max(0, same ? Math.ceil(length / stride) : Math.floor((length - reach) / stride) + 1);
  const before = same ? Math.floor(Math.max(0, (count - 1) * stride + reach - length) / 2) : 0;
  return Array.from({ length: count }, (_unused, window) =>
    Array.from({ length: size }, (_cell, k) => {
      const at = window * stride + k * dilation - before;
      return at >= 0 && at < length ? at : -1;
    }),
  );
};
