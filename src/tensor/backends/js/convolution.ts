/**
 * What convolution is made of besides the matrix product: gathering windows into rows, the direct sums where every
 * channel is convolved by itself, and the sum over samples.
 *
 * Every sum is in f32 and starts from +0, products and partial sums rounded one by one; an addition in double
 * precision that is stored as f32 rounds as an f32 addition does.
 */
import { LEAF } from './reduce.ts';

/** Along rows and along columns. */
export type Pair = readonly [rows: number, columns: number];

/** Windows over a plane of cells with channels; cell (0, 0) of window (i, j) is cell (i, j) · strides of the input. */
export interface Windows {
  readonly input: Pair;
  readonly output: Pair;
  readonly size: Pair;
  readonly strides: Pair;
  /** Distance between neighbouring cells of a window. */
  readonly dilation: Pair;
  readonly channels: number;
}

const { fround } = Math;
/** Longer runs are copied by `set`, whose call costs as much as this many numbers. */
const SHORT_RUN = 48;

/** Write the windows of one sample, cells in row-major order, as rows of cells · channels numbers. */
export function gatherWindows(out: Float32Array, outOffset: number, x: Float32Array, offset: number, w: Windows): void {
  const line = w.input[1] * w.channels;
  const width = w.size[0] * w.size[1] * w.channels;
  // Neighbouring cells of a row lie side by side and are copied together.
  const together = w.dilation[1] === 1;
  const run = together ? w.size[1] * w.channels : w.channels;
  for (let i = 0; i < w.output[0]; i += 1) {
    for (let row = 0; row < w.size[0]; row += 1) {
      const from = offset + (i * w.strides[0] + row * w.dilation[0]) * line;
      const to = outOffset + i * w.output[1] * width + row * w.size[1] * w.channels;
      for (let cell = 0; cell < (together ? 1 : w.size[1]); cell += 1) {
        const start = from + cell * w.dilation[1] * w.channels;
        copyRuns(out, to + cell * run, width, x, start, w.strides[1] * w.channels, w.output[1], run);
      }
    }
  }
}

/** Copy `count` runs of consecutive numbers. */
function copyRuns(
  out: Float32Array,
  outOffset: number,
  outStep: number,
  x: Float32Array,
  offset: number,
  step: number,
  count: number,
  run: number,
): void {
  const whole = run - (run % 4);
  let to = outOffset;
  let from = offset;
  for (let i = 0; i < count; i += 1) {
    if (run > SHORT_RUN) out.set(x.subarray(from, from + run), to);
    else {
      let c = 0;
      for (; c < whole; c += 4) {
        out[to + c] = x[from + c]!;
        out[to + c + 1] = x[from + c + 1]!;
        out[to + c + 2] = x[from + c + 2]!;
        out[to + c + 3] = x[from + c + 3]!;
      }
      for (; c < run; c += 1) out[to + c] = x[from + c]!;
    }
    to += outStep;
    from += step;
  }
}

/** Visit the windows of a sample in row-major order and their cells in row-major order, with the offset of the cell. */
function forEachCell(w: Windows, visit: (window: number, cell: number, at: number) => void): void {
  const [rows, columns] = w.output;
  for (let i = 0; i < rows; i += 1) {
    for (let j = 0; j < columns; j += 1) {
      const window = i * columns + j;
      let cell = 0;
      for (let k = 0; k < w.size[0]; k += 1) {
        const row = (i * w.strides[0] + k * w.dilation[0]) * w.input[1];
        for (let l = 0; l < w.size[1]; l += 1) {
          visit(window, cell, (row + j * w.strides[1] + l * w.dilation[1]) * w.channels);
          cell += 1;
        }
      }
    }
  }
}

/** Convolve one sample channel by channel: out[windows × filters], all 0 before, gains Σ over cells of x · kernel[cells × filters]; each channel has equally many filters. */
export function depthwiseKernel(
  out: Float32Array,
  outOffset: number,
  x: Float32Array,
  offset: number,
  kernel: Float32Array,
  w: Windows,
): void {
  const filters = kernel.length / (w.size[0] * w.size[1]);
  forEachCell(w, (window, cell, at) => {
    addProducts(out, outOffset + window * filters, x, offset + at, kernel, cell * filters, w.channels, filters);
  });
}

/** The kernel gradient of that: out[cells × filters], all 0 before, gains Σ over windows of x · g[windows × filters]. */
export function depthwiseGradientKernel(
  out: Float32Array,
  x: Float32Array,
  offset: number,
  g: Float32Array,
  gOffset: number,
  w: Windows,
): void {
  const filters = out.length / (w.size[0] * w.size[1]);
  forEachCell(w, (window, cell, at) => {
    addProducts(out, cell * filters, x, offset + at, g, gOffset + window * filters, w.channels, filters);
  });
}

/** out += x · b for all filters, each channel of x by its own; a function by itself so that its operands stay in registers. */
function addProducts(
  out: Float32Array,
  to: number,
  x: Float32Array,
  at: number,
  b: Float32Array,
  from: number,
  channels: number,
  filters: number,
): void {
  if (filters === channels) {
    for (let i = 0; i < channels; i += 1) out[to + i] = out[to + i]! + fround(x[at + i]! * b[from + i]!);
    return;
  }
  const multiplier = filters / channels;
  for (let i = 0; i < filters; i += 1) {
    out[to + i] = out[to + i]! + fround(x[at + Math.floor(i / multiplier)]! * b[from + i]!);
  }
}

/** A sum of rows that come one after another. */
export interface RowSum {
  readonly add: (rows: Float32Array, offset: number) => void;
  readonly total: () => Float32Array;
}

/** Sum rows of that width in the order of `sumKernel`, without keeping them. */
export function rowSum(width: number): RowSum {
  const stack: Float32Array[] = [];
  let depth = 0;
  let count = 0;
  const merge = (): void => {
    const left = stack[depth - 2]!;
    const right = stack[depth - 1]!;
    for (let j = 0; j < width; j += 1) left[j] = left[j]! + right[j]!;
    depth -= 1;
  };
  return {
    add: (rows, offset) => {
      if (count % LEAF === 0) {
        (stack[depth] ??= new Float32Array(width)).fill(0);
        depth += 1;
      }
      const leaf = stack[depth - 1]!;
      for (let j = 0; j < width; j += 1) leaf[j] = leaf[j]! + rows[offset + j]!;
      count += 1;
      // Like a carry in binary counting: a full leaf completes as many nodes as its index has trailing ones.
      if (count % LEAF === 0) for (let full = count / LEAF - 1; (full & 1) === 1; full >>= 1) merge();
    },
    total: () => {
      for (let nodes = depth; nodes > 1; nodes -= 1) merge();
      return depth === 1 ? stack[0]! : new Float32Array(width);
    },
  };
}
