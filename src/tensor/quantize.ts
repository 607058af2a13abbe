/**
 * Values snapped onto the grid of a fixed-point format: whole multiples of a step within a range, by the rounding and
 * overflow modes of `ap_fixed`.
 *
 * Loops over blocks, in double precision, where everything is exact for grids of at most 2^24 values: a scaled f32, one
 * half added to it wherever that could matter, and a wrap by a power of two.
 */
import { UnsupportedError } from '../errors.ts';
import { toFloats } from './access.ts';
import { wrap } from './create.ts';
import type { Tensor } from './tensor.ts';
import { traced } from './trace.ts';

/** A grid in numbers: values are whole numbers of `step` from `lo` to `hi`. All but the modes are exact in f32. */
export interface FixedGrid {
  /** A power of two. */
  readonly step: number;
  /** 1 / step. */
  readonly scale: number;
  /** Smallest and largest multiple, inclusive. */
  readonly lo: number;
  readonly hi: number;
  /** Period of AP_WRAP in steps: a power of two of at most 2^24. */
  readonly span: number;
  /** How values between two points are rounded (UG1399, "Quantization Modes"). */
  readonly quantization:
    | 'AP_TRN'
    | 'AP_TRN_ZERO'
    | 'AP_RND'
    | 'AP_RND_ZERO'
    | 'AP_RND_MIN_INF'
    | 'AP_RND_INF'
    | 'AP_RND_CONV';
  /** What becomes of values beyond the range: the nearest bound, 0, or the same value modulo the span. */
  readonly overflow: 'AP_SAT' | 'AP_SAT_ZERO' | 'AP_SAT_SYM' | 'AP_WRAP';
}

/** A double of this size has no fraction bits, so adding it rounds to even and subtracting it again is exact. */
const TO_EVEN = 1.5 * 2 ** 52;

/** Numbers as large as that come from f32 and are whole already. */
const WHOLE = 2 ** 50;

const BLOCK = 1024;

/** Rounded units of the block at hand; overwritten by each call, never read across calls. */
const units = new Float64Array(BLOCK);

/** Round values in units of the step: one plain loop per mode. */
function roundBlock(values: Float32Array, start: number, end: number, { scale, quantization }: FixedGrid): void {
  const n = end - start;
  switch (quantization) {
    case 'AP_TRN':
      for (let i = 0; i < n; i++) units[i] = Math.floor(values[start + i]! * scale);
      return;
    case 'AP_TRN_ZERO':
      for (let i = 0; i < n; i++) units[i] = Math.trunc(values[start + i]! * scale);
      return;
    case 'AP_RND':
      for (let i = 0; i < n; i++) units[i] = Math.floor(values[start + i]! * scale + 0.5);
      return;
    case 'AP_RND_MIN_INF':
      for (let i = 0; i < n; i++) units[i] = Math.ceil(values[start + i]! * scale - 0.5);
      return;
    case 'AP_RND_ZERO':
      for (let i = 0; i < n; i++) {
        const x = values[start + i]! * scale;
        units[i] = x > 0 ? Math.ceil(x - 0.5) : Math.floor(x + 0.5);
      }
      return;
    case 'AP_RND_INF':
      for (let i = 0; i < n; i++) {
        const x = values[start + i]! * scale;
        units[i] = x > 0 ? Math.floor(x + 0.5) : Math.ceil(x - 0.5);
      }
      return;
    case 'AP_RND_CONV':
      for (let i = 0; i < n; i++) {
        const x = values[start + i]! * scale;
        units[i] = x < WHOLE && x > -WHOLE ? x + TO_EVEN - TO_EVEN : x;
      }
      return;
    default:
      throw new UnsupportedError(`The quantization mode ${String(quantization satisfies never)} is unknown.`);
  }
}

/** Bring rounded units into the range and back to values. */
function clipBlock(
  result: Float32Array,
  start: number,
  end: number,
  { step, lo, hi, span, overflow }: FixedGrid,
): void {
  const n = end - start;
  // Adding 0 turns −0, which rounding can give, into the only zero that hardware has. NaN fails every test and stays.
  if (overflow === 'AP_WRAP') {
    for (let i = 0; i < n; i++) {
      let raw = units[i]!;
      if (!(raw >= lo && raw <= hi)) {
        raw -= Math.floor(raw / span) * span;
        if (raw > hi) raw -= span;
      }
      result[start + i] = raw * step + 0;
    }
  } else if (overflow === 'AP_SAT_ZERO') {
    for (let i = 0; i < n; i++) {
      const raw = units[i]!;
      result[start + i] = raw > hi || raw < lo ? 0 : raw * step + 0;
    }
  } else {
    for (let i = 0; i < n; i++) {
      const raw = units[i]!;
      result[start + i] = (raw > hi ? hi : raw < lo ? lo : raw) * step + 0;
    }
  }
}

function markBlock(inside: Float32Array | Uint8Array, start: number, end: number, { lo, hi }: FixedGrid): void {
  const n = end - start;
  for (let i = 0; i < n; i++) inside[start + i] = units[i]! >= lo && units[i]! <= hi ? 1 : 0;
}

/** Round block by block, which stays in the first-level cache, and use each before the next. */
function forEachBlock(values: Float32Array, grid: FixedGrid, use: (start: number, end: number) => void): void {
  for (let start = 0; start < values.length; start += BLOCK) {
    const end = Math.min(start + BLOCK, values.length);
    roundBlock(values, start, end, grid);
    use(start, end);
  }
}

/**
 * Snap an array onto a grid; NaN stays NaN.
 *
 * @param inside where given, gets 1 for each value that was in the range and 0 for the others
 */
export function quantizeFloats(values: Float32Array, grid: FixedGrid, inside?: Uint8Array): Float32Array {
  const result = new Float32Array(values.length);
  forEachBlock(values, grid, (start, end) => {
    if (inside !== undefined) markBlock(inside, start, end, grid);
    clipBlock(result, start, end, grid);
  });
  return result;
}

/** Snap onto a grid; NaN stays NaN. */
export function quantize(x: Tensor, grid: FixedGrid): Tensor {
  return traced('quantize', [x], { grid }, x.shape) ?? wrap(quantizeFloats(toFloats(x), grid), x.shape);
}

/** Tell, as 1 and 0, where a rounded value lies within the range of a grid. */
export function insideGrid(x: Tensor, grid: FixedGrid): Tensor {
  const symbolic = traced('insideGrid', [x], { grid }, x.shape);
  if (symbolic !== null) return symbolic;
  const values = toFloats(x);
  const result = new Float32Array(values.length);
  forEachBlock(values, grid, (start, end) => markBlock(result, start, end, grid));
  return wrap(result, x.shape);
}
