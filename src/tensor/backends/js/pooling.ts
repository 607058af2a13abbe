/**
 * Pooling of one sample, channel by channel, over windows that lie inside the input.
 *
 * Cells are visited in row-major order and windows one after another in row-major order; sums are in f32 and start
 * from +0.
 */
import type { Windows } from './convolution.ts';

const { fround } = Math;

/** Visit the windows of a sample in row-major order with the offsets of their cells, in an array that is reused. */
function forEachWindow(w: Windows, visit: (window: number, cells: Int32Array) => void): void {
  const cells = new Int32Array(w.size[0] * w.size[1]);
  let window = 0;
  for (let i = 0; i < w.output[0]; i += 1) {
    for (let j = 0; j < w.output[1]; j += 1) {
      let cell = 0;
      for (let k = 0; k < w.size[0]; k += 1) {
        const row = (i * w.strides[0] + k) * w.input[1] + j * w.strides[1];
        for (let l = 0; l < w.size[1]; l += 1) {
          cells[cell] = (row + l) * w.channels;
          cell += 1;
        }
      }
      visit(window, cells);
      window += 1;
    }
  }
}

/** out[windows × channels] ← the greatest of each window; NaN if it has one. */
export function maxPoolKernel(out: Float32Array, outOffset: number, x: Float32Array, offset: number, w: Windows): void {
  const { channels } = w;
  forEachWindow(w, (window, cells) => {
    const to = outOffset + window * channels;
    const first = offset + cells[0]!;
    for (let c = 0; c < channels; c += 1) out[to + c] = x[first + c]!;
    for (let cell = 1; cell < cells.length; cell += 1) raise(out, to, x, offset + cells[cell]!, channels);
  });
}

/** out ← the greater of out and x. */
function raise(out: Float32Array, to: number, x: Float32Array, from: number, count: number): void {
  for (let i = 0; i < count; i += 1) {
    const value = x[from + i]!;
    if (value > out[to + i]! || value !== value) out[to + i] = value;
  }
}

/** out += x. */
function addInto(out: Float32Array, to: number, x: Float32Array, from: number, count: number): void {
  for (let i = 0; i < count; i += 1) out[to + i] = out[to + i]! + x[from + i]!;
}

/** out, all 0 before, gains each window's gradient at the first of its cells that is its maximum y. */
export function maxPoolGradientKernel(
  out: Float32Array,
  g: Float32Array,
  y: Float32Array,
  windowOffset: number,
  x: Float32Array,
  offset: number,
  w: Windows,
): void {
  const { channels } = w;
  forEachWindow(w, (window, cells) => {
    const from = windowOffset + window * channels;
    for (let c = 0; c < channels; c += 1) {
      const top = y[from + c]!;
      for (let cell = 0; cell < cells.length; cell += 1) {
        const at = offset + cells[cell]! + c;
        const value = x[at]!;
        if (value === top || value !== value) {
          out[at] = out[at]! + g[from + c]!;
          break;
        }
      }
    }
  });
}

/** out[windows × channels], all 0 before, ← the sum of each window over the divisor. */
export function averagePoolKernel(
  out: Float32Array,
  outOffset: number,
  x: Float32Array,
  offset: number,
  w: Windows,
  divisor: number,
): void {
  const { channels } = w;
  forEachWindow(w, (window, cells) => {
    const to = outOffset + window * channels;
    for (const cell of cells) addInto(out, to, x, offset + cell, channels);
    for (let c = 0; c < channels; c += 1) out[to + c] = out[to + c]! / divisor;
  });
}

/** out, all 0 before, gains each window's gradient over the divisor at each of its cells. */
export function averagePoolGradientKernel(
  out: Float32Array,
  offset: number,
  g: Float32Array,
  windowOffset: number,
  w: Windows,
  divisor: number,
): void {
  const { channels } = w;
  const share = new Float32Array(channels);
  forEachWindow(w, (window, cells) => {
    const from = windowOffset + window * channels;
    for (let c = 0; c < channels; c += 1) share[c] = fround(g[from + c]! / divisor);
    for (const cell of cells) addInto(out, offset + cell, share, 0, channels);
  });
}
